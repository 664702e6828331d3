/** The largest rows, quantiles, and histograms of secret columns. */
import {
  bitsToCount,
  type Committee,
  type Fraction,
  type Quantile,
  quantileBits,
  type SecretBits,
  type SecretColumn,
  type SecretKey,
  type SecretTable,
  type SortKey,
  type TopRows,
} from '@sluis/technique';
import { extend } from './group.ts';
import { count, sliceRows } from './placement.ts';
import { productsBy } from './scan.ts';
import { fit } from './sort-items.ts';
import { sortLed } from './sort.ts';

/**
 * The first `k` valid rows in order of the keys (the largest ones with `descending`). Run by: all three compute parties,
 * in step.
 *
 * Learns: nobody anything (see `sortRows` for what is opened). Cost: sorting.
 */
export async function topRows(on: Committee, table: SecretTable, keys: readonly SortKey[], valid: SecretBits, k: number): Promise<TopRows> {
  if (!Number.isInteger(k) || k < 0) throw new RangeError('the number of rows to keep is a whole number');
  const sorted = await sortLed(on, { ...table, bits: [...table.bits, valid] }, keys, on.not(valid));
  const kept = extend(on, sliceRows(on, sorted, 0, Math.min(k, table.length)), k);
  return { table: { ...kept, bits: kept.bits.slice(0, -1) }, valid: kept.bits.at(-1) as SecretBits };
}

/**
 * Quantiles of the valid values of a column, of which even the number is secret. Run by: all three compute parties, in step.
 *
 * @throws RangeError unless 0 ≤ numerator ≤ denominator < 2^20.
 * Learns: nobody anything (see `sortRows` for what is opened). Cost: sorting once; for each fraction three equalities of
 * row numbers and three products a row, which send one element each, and a division.
 */
export async function quantiles(on: Committee, values: SecretKey, valid: SecretBits, fractions: readonly Fraction[]): Promise<Quantile[]> {
  for (const { numerator, denominator } of fractions) {
    if (
      !Number.isInteger(numerator) ||
      !Number.isInteger(denominator) ||
      numerator < 0 ||
      numerator > denominator ||
      denominator >= 2 ** 20
    )
      throw new RangeError('a fraction lies between 0 and 1, with a denominator below 2^20');
  }
  const n = valid.length;
  const words = values.column.words;
  const zero = (w: number) => on.constant(1, w, 0n);
  if (n === 0) return fractions.map(() => ({ lower: zero(words), upper: zero(words), remainder: zero(1), discrete: zero(words) }));
  const key = { column: values.column, bits: values.bits };
  const sorted = await sortLed(on, { length: n, columns: [values.column], bits: [valid] }, [key], on.not(valid));
  const [live] = sorted.bits as [SecretBits];
  const [column] = await productsBy(on, [sorted.columns[0] as SecretColumn], await on.inject(live, words));
  const total = on.total(await on.inject(valid, 1));
  const out: Quantile[] = [];
  for (const fraction of fractions) out.push(await quantileAt(on, column as SecretColumn, total, fraction));
  return out;
}

/** Picks the values of one fraction from sorted values, zeros behind them. */
async function quantileAt(
  on: Committee,
  sorted: SecretColumn,
  total: SecretColumn,
  { numerator, denominator }: Fraction,
): Promise<Quantile> {
  const [p, q] = [BigInt(numerator), BigInt(denominator)];
  const bits = quantileBits(sorted.length);
  const divisor = on.constant(1, 1, q);
  // Without a valid value the place is −p/q, towards zero 0: all values are zero then.
  const way = on.scale(on.addConstant(total, -1n), p);
  // ⌈m·p / q⌉ − 1, and at least 0.
  const upTo = on.addConstant(on.scale(total, p), q - 1n);
  const quotients = await on.divide(on.concat([way, upTo]), on.concat([divisor, divisor]), bits);
  const [floor, share] = [on.slice(quotients, 0, 1), on.slice(quotients, 1, 1)];
  const remainder = on.subtract(way, on.scale(floor, q));
  const first = await on.isZero(share, bits);
  const discreteAt = on.add(on.addConstant(share, -1n), await on.inject(first, 1));
  const empty = await on.isZero(total, bits);
  const exact = await on.isZero(remainder, bits);
  const upperAt = on.addConstant(on.subtract(floor, await on.inject(exact, 1)), 1n);
  const [lower, upper, discrete] = await picked(on, sorted, [floor, upperAt, discreteAt]);
  const kept = await on.mask(on.not(empty), remainder);
  return { lower: lower as SecretColumn, upper: upper as SecretColumn, remainder: kept, discrete: discrete as SecretColumn };
}

/** The elements at secret places: zero for a place outside. */
async function picked(on: Committee, column: SecretColumn, places: readonly SecretColumn[]): Promise<SecretColumn[]> {
  const n = column.length;
  const numbers = on.publicColumn(count(n), 1);
  const everywhere = on.concat(places.map((p) => on.gather(p, new Uint32Array(n))));
  const here = await on.equal(on.concat(places.map(() => numbers)), everywhere, bitsToCount(n + 1) + 1);
  const chosen = await on.inject(here, column.words);
  const out: SecretColumn[] = [];
  for (let k = 0; k < places.length; k++) out.push(await on.innerProduct(column, on.slice(chosen, k * n, n)));
  return out;
}

/**
 * How many valid values lie below the first boundary, from each boundary to the next, and from the last one on. Run by:
 * all three compute parties, in step.
 *
 * @param boundaries - public, ascending; each within the range of the values' bits.
 * @returns boundaries.length + 1 counts, one word each.
 * Learns: nobody anything. Cost: for each boundary a comparison, a conjunction and an injection a row.
 */
export async function histogram(on: Committee, values: SecretKey, valid: SecretBits, boundaries: readonly bigint[]): Promise<SecretColumn> {
  const edge = 1n << BigInt(values.bits - 1);
  if (boundaries.some((b, i) => b < -edge || b >= edge || (i > 0 && b <= (boundaries[i - 1] as bigint))))
    throw new RangeError('the boundaries of a histogram ascend and lie within the range of its values');
  const words = Math.max(values.column.words, Math.ceil((values.bits + 1) / 64));
  const column = await fit(on, values, words);
  const upTo: SecretColumn[] = [on.constant(1, 1, 0n)];
  for (const boundary of boundaries) {
    const below = await on.negative(on.addConstant(column, -boundary), values.bits + 1);
    upTo.push(on.total(await on.inject(await on.and(below, valid), 1)));
  }
  upTo.push(on.total(await on.inject(valid, 1)));
  return on.subtract(on.concat(upTo.slice(1)), on.concat(upTo.slice(0, -1)));
}
