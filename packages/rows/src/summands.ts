/** What is added up per cell: columns that are 0 where a row does not count, and what each row's owner has to do with it. */
import { type Plan, wordsForBits } from '@sluis/model';
import type { Committee, SecretBits, SecretColumn } from '@sluis/technique';
import { widthOf } from './row-values.ts';
import type { Measured, RowFacts } from './row-facts.ts';

export interface Extreme {
  readonly kind: 'min' | 'max';
  /** The neutral element where a row does not count. */
  readonly column: SecretColumn;
  readonly neutral: bigint;
  /** Width of its values, the neutral one included. */
  readonly bits: number;
}

/** 0 or 1 per row, for each of the bits: one injection for all of them. */
export async function injectAll(committee: Committee, bits: readonly SecretBits[]): Promise<SecretColumn[]> {
  const columns: SecretColumn[] = [];
  for (const b of bits) columns.push(await committee.inject(b, 1));
  return columns;
}

/** What is found per cell beside counts and presence, by what it is. */
export const partOf = {
  accumulator: (index: number) => `accumulator ${index}`,
  absolute: (dominance: number) => `absolute ${dominance}`,
  top: (dominance: number, rank: number) => `top ${dominance} ${rank}`,
  bin: (histogram: number, bin: number) => `bin ${histogram} ${bin}`,
  rowsOf: (source: number, contribution: number) => `rows of ${source} ${contribution}`,
  /** How many rows count for a part. */
  counted: (part: string) => `counted ${part}`,
};

/** A column to be added up per cell. */
export interface Summed {
  readonly part: string;
  readonly measure: Measured;
  /** Whether the rows that count are counted, and their values left alone. */
  readonly ones: boolean;
  /** Of the sum. */
  readonly words: number;
}

/**
 * Everything that is added up: sums, absolute values for dominance, and how many rows count for what is looked up in
 * sorted values.
 */
export function summedOf(plan: Plan, facts: RowFacts): Summed[] {
  const sum = (part: string, measure: Measured, most: number): Summed => ({
    ...{ part, measure, ones: false },
    words: wordsOfSum(measure.low, measure.high, facts.length, most),
  });
  const sorted = accumulatorsOf(plan, facts, ['quantile', 'quantile_disc']).map((a) => ({ ...a, part: partOf.accumulator(a.index) }));
  const absolutes = facts.absolutes.map((measure, d) => ({ part: partOf.absolute(d), measure }));
  return [
    ...accumulatorsOf(plan, facts, ['sum']).map((a) => sum(partOf.accumulator(a.index), a.measure, plan.accumulators[a.index]?.words ?? 1)),
    ...absolutes.map(({ part, measure }, d) => sum(part, measure, plan.dominances[d]?.words ?? 1)),
    ...[...sorted, ...absolutes].map(({ part, measure }) => ({ part: partOf.counted(part), measure, ones: true, words: 1 })),
  ];
}

/** Width in which the sum of a measure over all rows fits, but never wider than the plan's. */
export function wordsOfSum(low: bigint, high: bigint, length: number, most: number): number {
  const room = widthOf(low * BigInt(length), high * BigInt(length));
  return Math.min(wordsForBits(Math.max(room, widthOf(low, high))), most);
}

/** What a row adds, 0 where it does not count. */
export async function summandOf(committee: Committee, { measure, ones, words }: Summed): Promise<SecretColumn> {
  if (ones) return committee.inject(measure.counts, words);
  return committee.mask(measure.counts, await resized(committee, measure.column, widthOf(measure.low, measure.high), words));
}

export async function extremeOf(committee: Committee, plan: Plan, accumulator: number, measure: Measured): Promise<Extreme> {
  const a = plan.accumulators[accumulator];
  if (a === undefined || (a.kind !== 'min' && a.kind !== 'max')) throw new RangeError('an extreme is a minimum or a maximum');
  const neutral = a.kind === 'min' ? BigInt(a.maximum) + 1n : BigInt(a.minimum) - 1n;
  const [low, high] = [measure.low < neutral ? measure.low : neutral, measure.high > neutral ? measure.high : neutral];
  const bits = widthOf(low, high);
  const values = await resized(committee, measure.column, widthOf(measure.low, measure.high), Math.max(a.words, wordsForBits(bits)));
  const column = await committee.select(measure.counts, values, committee.constant(values.length, values.words, neutral));
  return { kind: a.kind, column, neutral, bits };
}

/** The same signed value of at most `bits` bits in another ring. */
export async function resized(committee: Committee, column: SecretColumn, bits: number, words: number): Promise<SecretColumn> {
  if (column.words === words) return column;
  return column.words > words ? committee.narrow(column, words) : committee.widen(column, Math.min(bits, 64 * column.words), words);
}

/** Width of a signed number that counts rows. */
export const countWidth = (length: number): number => widthOf(0n, BigInt(length));

/** Stretches of neighbouring rows of one public owner. */
export interface Stretch {
  readonly owner: number;
  readonly from: number;
  readonly length: number;
}

export function stretchesOf(ownerOf: Uint32Array, from: number, length: number): Stretch[] {
  const stretches: Stretch[] = [];
  let start = from;
  for (let i = from; i < from + length; i++) {
    if (i + 1 < from + length && ownerOf[i + 1] === ownerOf[i]) continue;
    stretches.push({ owner: ownerOf[i] as number, from: start, length: i + 1 - start });
    start = i + 1;
  }
  return stretches;
}

/** Indices of the accumulators of these kinds. */
export function accumulatorsOf(
  plan: Plan,
  facts: RowFacts,
  kinds: readonly string[],
): { readonly index: number; readonly measure: Measured }[] {
  return (plan.rows?.accumulators ?? []).flatMap((a, index) => {
    const measure = facts.measures[index];
    return kinds.includes(a.kind) && measure !== null && measure !== undefined ? [{ index, measure }] : [];
  });
}
