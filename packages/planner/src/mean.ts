/**
 * Averages and their intervals. Most sums fit into a double without rounding; then one division of doubles gives exactly
 * what exact fractions give, at a hundredth of the cost. Whatever does not fit goes the long way.
 */
import { quotient } from './quotient.ts';
import { doubles, over, outwards, range, times, shifted, within, type Range } from './rational-interval.ts';

/** What averages over cells have in common. */
export interface MeanOf {
  /** Sums are integers / 10^scale. */
  readonly scale: number;
  /** Of 2v − centre instead of v; null where they are of v. In the grid of v. */
  readonly centre: bigint | null;
}

/** How far off count and sum may be, and what one row can be: between minimum and maximum, divided by `rows`. */
export interface MeanBounds extends MeanOf {
  readonly countMargin: bigint;
  readonly sumMargin: bigint;
  readonly minimum: bigint;
  readonly maximum: bigint;
  readonly rows: bigint;
}

export interface Ends {
  readonly low: number;
  readonly high: number;
}

/** The double nearest to the average of at least one row. */
export function meanValue({ scale, centre }: MeanOf): (count: bigint, sum: bigint) => number {
  const grid = 10n ** BigInt(scale);
  if (centre === null) return (count, sum) => quotient(sum, count * grid);
  return (count, sum) => quotient(sum + count * centre, 2n * count * grid);
}

/** Doubles around all averages that the margins allow; null where there are none. */
export function meanInterval(bounds: MeanBounds): (count: bigint, sum: bigint) => Ends | null {
  const short = shortInterval(bounds);
  return (count, sum) => {
    const found = short(Number(count), Number(sum));
    return found === undefined ? longInterval(bounds, count, sum) : found;
  };
}

/** Sums and products of integers up to here are exact, and so is a sum of two of them. */
const EXACT = 2 ** 52;
const fits = (x: number): boolean => x <= EXACT && x >= -EXACT;

/** As `longInterval`; undefined where a number could be rounded. */
function shortInterval(bounds: MeanBounds): (count: number, sum: number) => Ends | null | undefined {
  const [countMargin, sumMargin, rows] = [Number(bounds.countMargin), Number(bounds.sumMargin), Number(bounds.rows)];
  const [minimum, maximum] = [Number(bounds.minimum), Number(bounds.maximum)];
  const placed = placing(bounds);
  const known = [countMargin, sumMargin, minimum, maximum, rows].every(fits) && rows > 0;
  return (count, sum) => {
    const [most, least, largest] = [count + countMargin, sum - sumMargin, sum + sumMargin];
    if (!known || !fits(count) || !fits(sum) || !fits(most) || !fits(least) || !fits(largest)) return undefined;
    if (most < 1) return null;
    const fewest = Math.max(count - countMargin, 1);
    const [lowRows, highRows] = [least < 0 ? fewest : most, largest < 0 ? most : fewest];
    // What follows compares fractions crosswise.
    const [low, high] = [least * rows, largest * rows];
    const [minimumByLow, maximumByLow, minimumByHigh, maximumByHigh] = [
      minimum * lowRows,
      maximum * lowRows,
      minimum * highRows,
      maximum * highRows,
    ];
    if (!fits(low) || !fits(high) || !fits(minimumByLow) || !fits(maximumByLow) || !fits(minimumByHigh) || !fits(maximumByHigh))
      return undefined;
    if (low > maximumByLow || high < minimumByHigh) return null;
    const from = low < minimumByLow ? placed(minimum, rows) : placed(least, lowRows);
    const to = high > maximumByHigh ? placed(maximum, rows) : placed(largest, highRows);
    return from === undefined || to === undefined ? undefined : { low: outwards(from, -1), high: outwards(to, 1) };
  };
}

/** From top / bottom, a mean of what was summed, to the mean of v; undefined where a number could be rounded. */
function placing({ scale, centre }: MeanOf): (top: number, bottom: number) => number | undefined {
  const [middle, divisor] = [Number(centre ?? 0n), (centre === null ? 1 : 2) * 10 ** scale];
  return (top, bottom) => {
    const [moved, below] = [middle * bottom, divisor * bottom];
    return fits(middle) && fits(moved) && fits(below) ? (top + moved) / below : undefined;
  };
}

/** The same with exact fractions of any size. */
export function longInterval(bounds: MeanBounds, count: bigint, sum: bigint): Ends | null {
  const { countMargin, sumMargin, scale, centre } = bounds;
  const rows = rowsBetween(count, countMargin, 1n);
  if (rows === null) return null;
  const grid = 10n ** BigInt(scale);
  const mean = over(range(sum - sumMargin, sum + sumMargin, grid), rows);
  const found = mean === null ? null : within(mean, range(bounds.minimum, bounds.maximum, bounds.rows * grid));
  return found === null ? null : doubles(placedMean(found, centre === null ? null : range(centre, centre, grid)));
}

/** Numbers of rows for which a value is defined; null where there are none. */
export function rowsBetween(count: bigint, margin: bigint, least: bigint): Range | null {
  const [low, high] = [count - margin, count + margin];
  if (high < least) return null;
  return range(low < least ? least : low, high);
}

const HALF = range(1n, 1n, 2n);

/** A mean of values that were measured from a (doubled) centre, in halves. */
export const placedMean = (mean: Range, centre: Range | null): Range => (centre === null ? mean : times(shifted(mean, centre), HALF));
