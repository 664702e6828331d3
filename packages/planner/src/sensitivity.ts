/** What one row can add to each value that a plan opens, in the value's own grid of whole numbers. */
import { needsCount, type PlanAggregate, type PlanHistogram } from '@sluis/model';
import { boundsOf } from './arithmetic.ts';
import type { Bound } from './expression.ts';
import { integersAt } from './interval.ts';
import type { Outputs } from './outputs.ts';
import type { RowMeasure } from './parts.ts';
import type { Split } from './split.ts';
import { isFloat } from './types.ts';
import { sizeOf } from './whole-number.ts';

/** Largest change by one row that comes or goes; 0 for what is not opened and not otherwise looked at. */
export interface RowChanges {
  readonly counts: readonly bigint[];
  readonly accumulators: readonly bigint[];
  readonly histograms: readonly bigint[];
}

/** `watched` is a contribution that decides which cells are shown, if one does. */
export function rowChanges(split: Split, outputs: Outputs, watched: number | null): RowChanges {
  const used = outputs.list.flatMap((o) => o.aggregates).flatMap((i): readonly PlanAggregate[] => split.aggregates.slice(i, i + 1));
  const counted = new Set(used.filter((a) => needsCount(a.kind)).map((a) => a.contribution));
  if (watched !== null) counted.add(watched);
  const summed = new Set(used.flatMap((a) => a.accumulators));
  const searched = new Set([...summed].map((i) => split.accumulators[i]?.quantile?.histogram));
  return {
    counts: split.contributions.map((_, i) => (counted.has(i) ? 1n : 0n)),
    // What is found in noisy histograms is not noisy once more.
    accumulators: split.accumulators.map((a, i) => (summed.has(i) && a.kind === 'sum' ? changeOf(split.measures[i]) : 0n)),
    histograms: split.histograms.map((_: PlanHistogram, i) => (searched.has(i) ? 1n : 0n)),
  };
}

function changeOf(measure: RowMeasure | undefined): bigint {
  if (measure === undefined) throw new RangeError('an accumulator has no meaning');
  if (measure.kind === 'distinct') return 1n;
  if (measure.kind !== 'sum') throw new RangeError(`one row changes a ${measure.kind} by an unknown amount`);
  return measure.nodes.reduce((product, node, i) => product * largestOf(node, measure.scales[i] ?? 0, measure.centres?.[i] ?? null), 1n);
}

const EXACT = 2n ** 53n;

/** Largest absolute value at a scale. Above 2^53 a double is not exact at it: its rounding is added. */
function largestOf(node: Bound, scale: number, centre: bigint | null): bigint {
  const bounds = boundsOf(node);
  if (bounds === null) throw new RangeError('a summed value has no bounds');
  const { minimum, maximum } = integersAt(bounds, scale);
  const size = sizeOf({ minimum, maximum });
  const rounding = isFloat(node.type) && size >= EXACT ? size >> 50n : 0n;
  return centre === null ? size + rounding : sizeOf({ minimum: 2n * minimum - centre, maximum: 2n * maximum - centre }) + 2n * rounding;
}
