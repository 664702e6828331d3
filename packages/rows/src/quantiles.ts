/** Medians and quantiles per group: rows are sorted by group and value, and the places asked for are looked up. */
import { wordsForBits } from '@sluis/model';
import type { Committee, SecretBits, SecretColumn, SecretKey, SortKey } from '@sluis/technique';
import type { Grouping } from './grouped-rows.ts';
import { nonZero } from './presence.ts';
import { elementsAt } from './rank-selection.ts';
import type { Measured } from './row-facts.ts';
import { widthOf } from './row-values.ts';
import { countWidth, resized } from './summands.ts';

/** Quantiles are given in ten-thousandths, and continuous ones come out in these units. */
export const QUANTILE_UNITS = 10_000n;

export interface Quantile {
  readonly kind: 'quantile' | 'quantile_disc';
  /** Ten-thousandths. */
  readonly at: bigint;
  /** Words of the result. */
  readonly words: number;
}

/** The values that count, in order of group and value, as differences from `low`. */
export interface SortedValues {
  readonly values: SecretColumn;
  readonly low: bigint;
  readonly high: bigint;
  /** Per group: how many of its rows count, and how many stand before them. */
  readonly counts: SecretColumn;
  readonly before: SecretColumn;
  readonly rows: number;
}

/**
 * Sorts a measure's values by group. Run by: all three compute parties, in step.
 *
 * @param counts - per group of `by`, in its order, how many rows count for the measure.
 * Learns: nobody anything. Cost: a sort.
 */
export async function sortValues(committee: Committee, measure: Measured, by: Grouping, counts: SecretColumn): Promise<SortedValues> {
  const { low, high } = measure;
  const bits = widthOf(0n, high - low);
  const shifted = committee.addConstant(await resized(committee, measure.column, widthOf(low, high), wordsForBits(bits)), -low);
  const values = await committee.mask(measure.counts, shifted);
  const lead: SortKey = { column: await committee.inject(committee.not(measure.counts), 1), bits: 2 };
  const keys: SecretKey[] = [lead, ...(by.declared && by.slots === 1 ? [] : by.keys), { column: values, bits }];
  const sorted = await committee.sort({ length: values.length, columns: [values], bits: [] }, keys);
  const before = committee.subtract(committee.prefixSums(counts), counts);
  return { values: sorted.columns[0] as SecretColumn, low, high, counts, before, rows: by.valid.length };
}

/**
 * One quantile per group; 0 where nothing counts. Run by: all three compute parties, in step.
 *
 * Continuous: with t = at·(n − 1), i = ⌊t/10000⌋, f = t mod 10000, it is v[i]·(10000 − f) + v[i + 1]·f, in ten-thousandths
 * of the value's unit. Discrete: v[max(⌈at·n/10000⌉ − 1, 0)].
 *
 * Learns: nobody anything.
 */
export async function quantileOf(committee: Committee, sorted: SortedValues, quantile: Quantile): Promise<SecretColumn> {
  const some = await nonZero(committee, sorted.counts, countWidth(sorted.rows));
  const value = quantile.kind === 'quantile' ? await between(committee, sorted, quantile, some) : await atRank(committee, sorted, quantile);
  return committee.mask(some, value);
}

/** at / 10000 in lowest terms. */
export function fraction(at: bigint): { readonly over: bigint; readonly under: bigint } {
  let [a, b] = [at, QUANTILE_UNITS];
  while (b !== 0n) [a, b] = [b, a % b];
  return { over: at / a, under: QUANTILE_UNITS / a };
}

/** ⌊a / divisor⌋ for 0 ≤ a ≤ most. */
async function quotient(committee: Committee, a: SecretColumn, divisor: bigint, most: bigint): Promise<SecretColumn> {
  if (divisor === 1n) return a;
  const bits = widthOf(0n, most > divisor ? most : divisor);
  const shift = divisor.toString(2).length - 1;
  if (divisor === 1n << BigInt(shift)) return committee.shiftRight(a, shift, bits);
  return committee.divide(a, committee.constant(a.length, a.words, divisor), bits);
}

async function between(committee: Committee, sorted: SortedValues, { at, words }: Quantile, some: SecretBits): Promise<SecretColumn> {
  const { over, under } = fraction(at);
  const last = committee.subtract(sorted.counts, await committee.inject(some, 1));
  const steps = committee.scale(last, over);
  const whole = await quotient(committee, steps, under, over * BigInt(sorted.rows));
  const place = committee.add(sorted.before, whole);
  const bits = widthOf(0n, sorted.high - sorted.low);
  if (under === 1n) {
    const found = await resized(committee, await elementsAt(committee, sorted.values, place), bits, words);
    return committee.addConstant(committee.scale(found, QUANTILE_UNITS), sorted.low * QUANTILE_UNITS);
  }
  const rest = committee.scale(committee.subtract(steps, committee.scale(whole, under)), QUANTILE_UNITS / under);
  const places = committee.concat([place, committee.addConstant(place, 1n)]);
  const both = await resized(committee, await elementsAt(committee, sorted.values, places), bits, words);
  const groups = sorted.counts.length;
  const [lower, upper] = [committee.slice(both, 0, groups), committee.slice(both, groups, groups)];
  // Where nothing lies above, `rest` is 0, so that it does not matter what `upper` is.
  const part = await committee.multiply(committee.subtract(upper, lower), await resized(committee, rest, 16, words));
  return committee.addConstant(committee.add(committee.scale(lower, QUANTILE_UNITS), part), sorted.low * QUANTILE_UNITS);
}

async function atRank(committee: Committee, sorted: SortedValues, { at, words }: Quantile): Promise<SecretColumn> {
  const { over, under } = fraction(at);
  const most = over * BigInt(sorted.rows) + under;
  const upwards = await quotient(committee, committee.addConstant(committee.scale(sorted.counts, over), under - 1n), under, most);
  const first = await committee.inject(await nonZero(committee, upwards, widthOf(0n, most)), 1);
  const place = committee.add(sorted.before, committee.subtract(upwards, first));
  const found = await elementsAt(committee, sorted.values, place);
  const bits = widthOf(0n, sorted.high - sorted.low);
  return committee.addConstant(await resized(committee, found, bits, words), sorted.low);
}
