/** From opened noisy integers to intervals around the values of aggregates. Run by: a receiver, and whoever verifies its receipt. */
import { pairSums, type Plan, type PlanAggregate, type PlanMargin, pushdownProviders, type Released } from '@sluis/model';
import { typedText } from './aggregate-values.ts';
import { isPair } from './bind-aggregate.ts';
import { pairInterval, placed, spreadInterval } from './moment-intervals.ts';
import { doubles, over, range, within, type Range } from './rational-interval.ts';

/** Ends of an interval as text that DuckDB casts to the aggregate's type; null where it is not opened or has no bounds. */
export interface CellInterval {
  readonly low: string | null;
  readonly high: string | null;
}

const UNKNOWN: CellInterval = { low: null, high: null };

/**
 * Per margin of the plan (see `PlanMargin`), the interval of every cell. Counts and sums are off by their noise alone; what is
 * computed of several lies within what their intervals allow. All of them hold together in 95 % of cases.
 */
export function aggregateIntervals(plan: Plan, released: Released): CellInterval[][] {
  return (plan.noise?.margins ?? []).map((margin) => {
    const aggregate = plan.aggregates[margin.aggregate];
    if (aggregate === undefined) throw new RangeError('the plan names an aggregate that does not exist');
    return Array.from({ length: plan.cellCount }, (_, cell) => intervalOf(plan, aggregate, margin, released, cell));
  });
}

function intervalOf(plan: Plan, aggregate: PlanAggregate, margin: PlanMargin, released: Released, cell: number): CellInterval {
  const { kind, accumulators } = aggregate;
  const count = released.counts[aggregate.contribution]?.[cell] ?? null;
  if (kind === 'count') return around(count, margin.count, String);
  const values = accumulators.map((a) => released.accumulators[a]?.[cell] ?? null);
  const scales = accumulators.map((a) => plan.accumulators[a]?.scale ?? 0);
  const [first = null] = values;
  if (kind === 'sum' || kind === 'count_distinct')
    return around(first, margin.accumulators[0] ?? null, (v) => typedText(v, scales[0] ?? 0, aggregate));
  if (count === null || margin.count === null || values.some((v) => v === null)) return UNKNOWN;
  const rows = rowsBetween(count, BigInt(margin.count), /_samp$/.test(kind) ? 2n : 1n);
  if (rows === null) return UNKNOWN;
  const sums = values.map((v, i) => sumBetween(v ?? 0n, BigInt(margin.accumulators[i] ?? 0), scales[i] ?? 0));
  return shown(computed(plan, aggregate, rows, sums));
}

function computed(
  plan: Plan,
  { kind, accumulators, centres = [] }: PlanAggregate,
  rows: Range,
  sums: readonly Range[],
): { low: number; high: number } | null {
  const [sum, squares] = sums;
  if (isPair(kind)) {
    const names = pairSums(kind);
    const scaleOf = (name: 'x' | 'y'): number => plan.accumulators[accumulators[names.indexOf(name)] ?? -1]?.scale ?? 0;
    const centred = { x: centreOf(centres[1], scaleOf('x')), y: centreOf(centres[0], scaleOf('y')) };
    return pairInterval(kind, rows, new Map(names.map((name, i) => [name, sums[i] ?? range(0n, 0n)])), centred);
  }
  const centre = centreOf(centres[0], plan.accumulators[accumulators[0] ?? -1]?.scale ?? 0);
  if (sum === undefined) return null;
  if (kind === 'avg') {
    const mean = over(sum, rows);
    const possible = rowBounds(plan, accumulators[0] ?? -1);
    const found = mean === null ? null : within(mean, possible);
    return found === null ? null : doubles(placed(found, centre));
  }
  return squares === undefined ? null : spreadInterval(kind, rows, sum, squares, centre);
}

/** The middle, doubled, that values were measured from; null where they were not. */
const centreOf = (centre: string | null | undefined, scale: number): Range | null =>
  centre === null || centre === undefined ? null : range(BigInt(centre), BigInt(centre), 10n ** BigInt(scale));

/** Numbers of rows for which the value is defined; null where there are none. */
function rowsBetween(count: bigint, margin: bigint, least: bigint): Range | null {
  const [low, high] = [count - margin, count + margin];
  if (high < least) return null;
  return range(low < least ? least : low, high);
}

const sumBetween = (sum: bigint, margin: bigint, scale: number): Range => range(sum - margin, sum + margin, 10n ** BigInt(scale));

/** What one row can be, 0 included, from what the rows of one input can add up to. */
function rowBounds(plan: Plan, index: number): Range {
  const { minimum = '0', maximum = '0', scale = 0 } = plan.accumulators[index] ?? {};
  const rows = BigInt(Math.max(pushdownProviders(plan).length > 0 ? plan.maximumRows : 0, plan.rows?.maximumRows ?? 0));
  return range(BigInt(minimum), BigInt(maximum), rows * 10n ** BigInt(scale));
}

function around(value: bigint | null, margin: string | null, text: (value: bigint) => string | null): CellInterval {
  if (value === null || margin === null) return UNKNOWN;
  return { low: text(value - BigInt(margin)), high: text(value + BigInt(margin)) };
}

const shown = (ends: { readonly low: number; readonly high: number } | null): CellInterval =>
  ends === null ? UNKNOWN : { low: endText(ends.low), high: endText(ends.high) };
const endText = (x: number): string | null => (Number.isFinite(x) ? String(x === 0 ? 0 : x) : null);
