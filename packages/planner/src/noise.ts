/**
 * Pass 6a, noise: how much of it every opened value gets, so that the question costs what was asked, or errs as little as
 * was asked.
 */
import type { NoiseKind, PlanNoise, PlanNoiseOn, PrivacyEvent } from '@sluis/model';
import { fractionOf, fractionText, over, whole } from './fraction.ts';
import { marginsOf } from './noise-margins.ts';
import type { NoiseWanted } from './noise-terms.ts';
import type { Outputs } from './outputs.ts';
import { unsupported } from './refusal.ts';
import { rowChanges, type RowChanges } from './sensitivity.ts';
import type { Split } from './split.ts';
import type { Stability } from './stability.ts';

export interface Noising {
  readonly wanted: NoiseWanted;
  readonly stability: Stability;
  readonly split: Split;
  readonly outputs: Outputs;
}

export function noiseOf({ wanted, stability, split, outputs }: Noising): PlanNoise {
  if (wanted.within !== null) throw unsupported('WITHIN', 'Give an epsilon: WITH NOISE (epsilon = 1).');
  if (wanted.mechanism === 'discrete-gaussian') throw unsupported('Gaussian noise', 'Use laplace.');
  const changes = rowChanges(split, outputs, null);
  const parts = Object.values(changes)
    .flat()
    .filter((c) => c > 0n).length;
  const epsilon = fractionOf(wanted.epsilon ?? '1');
  const per = over(epsilon, whole(BigInt(parts * stability.sets.length)));
  const mechanism: NoiseKind = 'discrete-laplace';
  const most = largest(stability.sets.map((s) => s.rowsPerCell));
  const on = (change: bigint): PlanNoiseOn =>
    change === 0n
      ? { sensitivity: '0', parameter: '0' }
      : { sensitivity: String(change * most), parameter: fractionText(over(whole(change * stability.rows), per)) };
  const values = {
    counts: changes.counts.map(on),
    accumulators: changes.accumulators.map(on),
    histograms: changes.histograms.map(on),
  };
  return {
    unit: stability.unit,
    occurrences: stability.occurrences,
    bounds: stability.bounds,
    epsilon: wanted.epsilon ?? '1',
    delta: '0',
    mechanism,
    generation: wanted.generation,
    ...values,
    threshold: null,
    margins: marginsOf(split, outputs, values, mechanism, wanted.generation),
    events: eventsOf(changes, stability, values),
  };
}

const largest = (list: readonly bigint[]): bigint => list.reduce((a, b) => (b - a > 0n ? b : a), 0n);

function eventsOf(
  changes: RowChanges,
  { rows, sets }: Stability,
  on: Pick<PlanNoise, 'counts' | 'accumulators' | 'histograms'>,
): PrivacyEvent[] {
  return (['counts', 'accumulators', 'histograms'] as const).flatMap((part) =>
    changes[part].flatMap((change, i): PrivacyEvent[] => {
      if (change === 0n) return [];
      return [{ kind: 'discrete-laplace', scale: on[part][i]?.parameter ?? '', l1: String(change * rows), times: sets.length }];
    }),
  );
}
