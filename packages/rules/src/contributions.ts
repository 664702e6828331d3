/** The providers' columns by what they are, as the plan lays them out. */
import { ProtocolError } from '@sluis/base';
import { layoutOf, type Plan } from '@sluis/model';
import type { SecretColumn, SecretVectors } from '@sluis/technique';

export interface ProviderColumns {
  readonly organisation: string;
  readonly counts: readonly SecretColumn[];
  readonly present: readonly SecretColumn[];
  readonly accumulators: readonly SecretColumn[];
  /** Per dominance: the sum of absolute values, and the largest ones. */
  readonly absolutes: readonly SecretColumn[];
  readonly tops: readonly (readonly SecretColumn[])[];
}

/** Sorts every provider's columns; throws ProtocolError `aggregate/wrong-inputs` unless exactly the plan's providers gave exactly its columns. */
export function columnsByProvider(plan: Plan, inputs: readonly SecretVectors[]): ProviderColumns[] {
  const layout = layoutOf(plan);
  if (inputs.length !== plan.providers.length) wrong('The number of providers that shared something differs from the plan.');
  return plan.providers.map((organisation) => {
    const given = inputs.find((input) => input.organisation === organisation);
    if (given === undefined) return wrong(`${organisation} has not shared what the plan asks for.`, organisation);
    const fits =
      given.columns.length === layout.length && given.columns.every((c, i) => c.length === plan.cellCount && c.words === layout[i]?.words);
    if (!fits) return wrong(`The columns that ${organisation} shared don't have the plan's shape.`, organisation);
    const of = (keep: (l: (typeof layout)[number]) => boolean) =>
      given.columns.filter((_, i) => keep(layout[i] as (typeof layout)[number]));
    return {
      organisation,
      counts: of((l) => l.kind === 'count'),
      present: of((l) => l.kind === 'present'),
      accumulators: of((l) => l.kind === 'accumulator'),
      absolutes: of((l) => l.kind === 'absolute'),
      tops: plan.dominances.map((_, d) => of((l) => l.kind === 'top' && l.dominance === d)),
    };
  });
}

function wrong(message: string, party?: string): never {
  throw new ProtocolError('aggregate/wrong-inputs', {
    stage: 'aggregate',
    message,
    remedy: 'Ask again once all stations run the same release of Sluis.',
    ...(party === undefined ? {} : { party }),
  });
}
