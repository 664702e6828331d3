/** The providers' columns by what they are, as the plan lays them out. */
import { ProtocolError } from '@sluis/base';
import { inputsOf, layoutOf, type Plan } from '@sluis/model';
import type { SecretColumn, SecretVectors } from './committee.ts';

export interface ProviderColumns {
  readonly organisation: string;
  readonly counts: readonly SecretColumn[];
  readonly present: readonly SecretColumn[];
  readonly accumulators: readonly SecretColumn[];
  /** Per dominance: the sum of absolute values, and the largest ones. */
  readonly absolutes: readonly SecretColumn[];
  readonly tops: readonly (readonly SecretColumn[])[];
  /** Per histogram: the count of each value. */
  readonly bins: readonly (readonly SecretColumn[])[];
  /** Per contribution: the different rows of each counted source. */
  readonly rowsOf: readonly (readonly SecretColumn[])[];
}

/** Sorts every provider's columns; throws ProtocolError `aggregate/wrong-inputs` unless exactly the plan's inputs are there with exactly its columns. */
export function columnsByProvider(plan: Plan, inputs: readonly SecretVectors[]): ProviderColumns[] {
  const layout = layoutOf(plan);
  const names = inputsOf(plan);
  if (inputs.length !== names.length) wrong('The number of providers that shared something differs from the plan.');
  return names.map((organisation) => {
    const given = inputs.find((input) => input.organisation === organisation);
    if (given === undefined) return wrong(`${organisation} has not shared what the plan asks for.`, partyOf(plan, organisation));
    const fits =
      given.columns.length === layout.length && given.columns.every((c, i) => c.length === plan.cellCount && c.words === layout[i]?.words);
    if (!fits) return wrong(`The columns of ${organisation} don't have the plan's shape.`, partyOf(plan, organisation));
    const of = (keep: (l: (typeof layout)[number]) => boolean) =>
      given.columns.filter((_, i) => keep(layout[i] as (typeof layout)[number]));
    return {
      organisation,
      counts: of((l) => l.kind === 'count'),
      present: of((l) => l.kind === 'present'),
      accumulators: of((l) => l.kind === 'accumulator'),
      absolutes: of((l) => l.kind === 'absolute'),
      tops: plan.dominances.map((_, d) => of((l) => l.kind === 'top' && l.dominance === d)),
      bins: (plan.histograms ?? []).map((_, h) => of((l) => l.kind === 'bin' && l.histogram === h)),
      rowsOf: plan.contributions.map((_, c) => of((l) => l.kind === 'rows-of' && l.contribution === c)),
    };
  });
}

/** The committee's own evaluation of shared rows is nobody's fault by name. */
const partyOf = (plan: Plan, input: string) => (plan.providers.includes(input) ? input : undefined);

function wrong(message: string, party?: string): never {
  throw new ProtocolError('aggregate/wrong-inputs', {
    stage: 'aggregate',
    message,
    remedy: 'Ask again once all stations run the same release of Sluis.',
    ...(party === undefined ? {} : { party }),
  });
}
