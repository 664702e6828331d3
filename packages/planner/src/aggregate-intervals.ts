/** From opened noisy integers to intervals around the values of aggregates. Run by: a receiver, and whoever verifies its receipt. */
import { pairSums, type Plan, type PlanAggregate, type PlanMargin, pushdownProviders, type Released } from '@sluis/model';
import { openedCells, quantileColumn, typedColumn } from './aggregate-values.ts';
import { isPair } from './bind-aggregate.ts';
import type { CellColumn } from './cell-column.ts';
import { type Ends, type MeanBounds, meanInterval, rowsBetween } from './mean.ts';
import { pairInterval, spreadInterval } from './moment-intervals.ts';
import { range, type Range } from './rational-interval.ts';

/** Both ends by cell, as the aggregate's type has them; null where it is not opened or has no bounds. */
export interface AggregateInterval {
  readonly low: CellColumn;
  readonly high: CellColumn;
}

/**
 * Per margin of the plan (see `PlanMargin`), the interval of every cell. Counts and sums are off by their noise alone; what is
 * computed of several lies within what their intervals allow; both ends of a quantile's were found beside it. All of them hold together in 95 % of cases.
 */
export function aggregateIntervals(plan: Plan, released: Released): AggregateInterval[] {
  return (plan.noise?.margins ?? []).map((margin) => {
    const aggregate = plan.aggregates[margin.aggregate];
    if (aggregate === undefined) throw new RangeError('the plan names an aggregate that does not exist');
    return intervalsOf(plan, aggregate, margin, released);
  });
}

function intervalsOf(plan: Plan, aggregate: PlanAggregate, margin: PlanMargin, released: Released): AggregateInterval {
  const { kind, accumulators } = aggregate;
  const counts = openedCells(plan, released.counts[aggregate.contribution]);
  if (kind === 'count') return around(counts, margin.count, (cells) => ({ kind: 'scaled', scale: 0, cells }));
  const sums = accumulators.map((a) => openedCells(plan, released.accumulators[a]));
  const scales = accumulators.map((a) => plan.accumulators[a]?.scale ?? 0);
  const [first = []] = sums;
  if (kind === 'sum' || kind === 'count_distinct')
    return around(first, margin.accumulators[0] ?? null, (cells) => typedColumn(cells, scales[0] ?? 0, aggregate));
  if (plan.accumulators[accumulators[0] ?? -1]?.quantile !== undefined) {
    const [low, high] = accumulators.slice(1).map((a) => quantileColumn(plan, aggregate, released, a));
    return low === undefined || high === undefined ? doubleColumns(counts.map(() => null)) : { low, high };
  }
  if (margin.count === null) return doubleColumns(counts.map(() => null));
  if (kind === 'avg') {
    const interval = meanInterval(meanBounds(plan, aggregate, margin));
    return doubleColumns(
      counts.map((count, cell) => {
        const sum = first[cell] ?? null;
        return count === null || sum === null ? null : interval(count, sum);
      }),
    );
  }
  const endsOf = computedOf(plan, aggregate, margin, scales);
  return doubleColumns(
    counts.map((count, cell) => {
      const values = sums.map((cells) => cells[cell] ?? null).filter((v) => v !== null);
      return count === null || values.length < sums.length ? null : endsOf(count, values);
    }),
  );
}

function meanBounds(plan: Plan, { accumulators, centres = [] }: PlanAggregate, margin: PlanMargin): MeanBounds {
  const { minimum = '0', maximum = '0', scale = 0 } = plan.accumulators[accumulators[0] ?? -1] ?? {};
  const [centre = null] = centres;
  return {
    scale,
    centre: centre === null ? null : BigInt(centre),
    countMargin: BigInt(margin.count ?? 0),
    sumMargin: BigInt(margin.accumulators[0] ?? 0),
    minimum: BigInt(minimum),
    maximum: BigInt(maximum),
    rows: mostRows(plan),
  };
}

type EndsOf = (count: bigint, sums: readonly bigint[]) => Ends | null;

function computedOf(plan: Plan, aggregate: PlanAggregate, margin: PlanMargin, scales: readonly number[]): EndsOf {
  return (count, sums) => {
    const rows = rowsBetween(count, BigInt(margin.count ?? 0), /_samp$/.test(aggregate.kind) ? 2n : 1n);
    if (rows === null) return null;
    const between = sums.map((v, i) => sumBetween(v, BigInt(margin.accumulators[i] ?? 0), scales[i] ?? 0));
    return computed(plan, aggregate, rows, between);
  };
}

function computed(plan: Plan, { kind, accumulators, centres = [] }: PlanAggregate, rows: Range, sums: readonly Range[]): Ends | null {
  const [sum, squares] = sums;
  if (isPair(kind)) {
    const names = pairSums(kind);
    const scaleOf = (name: 'x' | 'y'): number => plan.accumulators[accumulators[names.indexOf(name)] ?? -1]?.scale ?? 0;
    const centred = { x: centreOf(centres[1], scaleOf('x')), y: centreOf(centres[0], scaleOf('y')) };
    return pairInterval(kind, rows, new Map(names.map((name, i) => [name, sums[i] ?? range(0n, 0n)])), centred);
  }
  const centre = centreOf(centres[0], plan.accumulators[accumulators[0] ?? -1]?.scale ?? 0);
  return sum === undefined || squares === undefined ? null : spreadInterval(kind, rows, sum, squares, centre);
}

/** The middle, doubled, that values were measured from; null where they were not. */
const centreOf = (centre: string | null | undefined, scale: number): Range | null =>
  centre === null || centre === undefined ? null : range(BigInt(centre), BigInt(centre), 10n ** BigInt(scale));

const sumBetween = (sum: bigint, margin: bigint, scale: number): Range => range(sum - margin, sum + margin, 10n ** BigInt(scale));

/** By what a sum's bounds are divided to get what one row can be, 0 included. */
const mostRows = (plan: Plan): bigint =>
  BigInt(Math.max(pushdownProviders(plan).length > 0 ? plan.maximumRows : 0, plan.rows?.maximumRows ?? 0));

function around(
  values: readonly (bigint | null)[],
  margin: string | null,
  column: (values: readonly (bigint | null)[]) => CellColumn,
): AggregateInterval {
  const by = margin === null ? null : BigInt(margin);
  const moved = (direction: bigint) => column(values.map((v) => (v === null || by === null ? null : v + direction * by)));
  return { low: moved(-1n), high: moved(1n) };
}

const doubleColumns = (cells: readonly (Ends | null)[]): AggregateInterval => ({
  low: { kind: 'double', cells: cells.map((ends) => finite(ends?.low)) },
  high: { kind: 'double', cells: cells.map((ends) => finite(ends?.high)) },
});

const finite = (x = Number.NaN): number | null => (Number.isFinite(x) ? x : null);
