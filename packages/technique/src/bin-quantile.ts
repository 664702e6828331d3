/**
 * Quantiles over rows that stay with their providers: each shares how often every value occurs; the committee adds the
 * counts and searches them on secrets. No count, no place and no step of the search is opened.
 */
import { type PlanQuantile, signedBits } from '@sluis/model';
import type { Committee, SecretBits, SecretColumn } from './committee.ts';
import type { CommitteeMeter } from './committee-cost.ts';

const UNITS = 10_000n;

/** Width of the comparisons where counts, and the number of all, lie within ±most: they are compared in ten-thousandths. */
export const binQuantileBits = (most: bigint): number => signedBits(2n * UNITS * (most + 1n));

/** What 10000·c(v) − at·n has to reach, for the quantile to be v or less: `rank` rows from an end, or a share of all. */
export function reachedBy({ at, rank, continuous }: PlanQuantile): bigint {
  if (rank !== undefined) return at === 0 ? UNITS * BigInt(rank) : UNITS * (1n - BigInt(rank));
  if (continuous) return UNITS - BigInt(at);
  // The quantile at 0 is the smallest value: nothing up to the values below it.
  return at === 0 ? 1n : 0n;
}

/**
 * The quantile of each cell. Run by: all three compute parties, in step.
 *
 * With c(v) the number of values up to v and n that of all, the discrete quantile is the smallest v with
 * 10000·c(v) ≥ at·n. The continuous one is (with t = at·(n − 1)) the sum over v of t − 10000·(c(v) − 1), clamped to
 * 0 … 10000: what lies at or below the lower of the two values counts in full, what lies between them by the fraction.
 * With a rank r from the low end it is the smallest v with c(v) ≥ r, from the high end the smallest with n − c(v) < r.
 * The last value is left out of the search: what is below no other is the last, so that a result is always a value of
 * the histogram. Where counts are noisy, c may fall: the discrete result is then the number of values v with
 * 10000·c(v) < at·n, which lies between the first and the last place where c crosses the quantile.
 *
 * @param bins - per value, the counts of all cells. @param n - the number of all values. @param bits - see `binQuantileBits`.
 * Learns: nobody anything. Cost: one comparison per value and cell (two if continuous), see `binQuantileCost`.
 */
export async function quantileInBins(
  committee: Committee,
  bins: readonly SecretColumn[],
  n: SecretColumn,
  quantile: PlanQuantile,
  bits: number,
  words: number,
): Promise<SecretColumn> {
  const searched = bins.length - 1;
  const offset = BigInt(quantile.low) * (quantile.continuous ? UNITS : 1n);
  if (searched === 0) return committee.constant(n.length, words, offset);
  const upTo = cumulated(committee, bins.slice(0, searched));
  const steps = quantile.continuous
    ? await continuousSteps(committee, upTo, n, quantile, searched, bits)
    : await committee.inject(await discreteSteps(committee, upTo, n, quantile, searched, bits), 1);
  const found = committee.sum(Array.from({ length: searched }, (_, v) => committee.slice(steps, v * n.length, n.length)));
  const wide = words === 1 ? found : await committee.widen(found, resultBits(bins.length, quantile), words);
  return committee.addConstant(wide, offset);
}

const resultBits = (size: number, { continuous }: PlanQuantile): number => signedBits(BigInt(size) * (continuous ? UNITS : 1n));

/** The same steps on shapes. */
export function binQuantileCost(
  meter: CommitteeMeter,
  size: number,
  cells: number,
  quantile: PlanQuantile,
  bits: number,
  words: number,
): void {
  const elements = (size - 1) * cells;
  if (elements === 0) return;
  meter.negative(quantile.continuous ? 2 * elements : elements, bits);
  if (quantile.continuous) meter.mask(2 * elements, 1);
  else meter.inject(elements, 1);
  meter.widen(cells, 1, words, resultBits(size, quantile));
}

/** c(v) for every value and cell, value by value. Local. */
function cumulated(committee: Committee, bins: readonly SecretColumn[]): SecretColumn {
  const columns: SecretColumn[] = [];
  for (const here of bins) {
    const before = columns.at(-1);
    columns.push(before === undefined ? here : committee.add(before, here));
  }
  return committee.concat(columns);
}

const repeated = (committee: Committee, column: SecretColumn, times: number): SecretColumn =>
  committee.concat(Array.from({ length: times }, () => column));

/** 1 for every value below the quantile. */
function discreteSteps(
  committee: Committee,
  upTo: SecretColumn,
  n: SecretColumn,
  quantile: PlanQuantile,
  size: number,
  bits: number,
): Promise<SecretBits> {
  const target = committee.addConstant(committee.scale(n, BigInt(quantile.at)), reachedBy(quantile));
  return committee.less(committee.scale(upTo, UNITS), repeated(committee, target, size), bits);
}

async function continuousSteps(
  committee: Committee,
  upTo: SecretColumn,
  n: SecretColumn,
  { at }: PlanQuantile,
  size: number,
  bits: number,
): Promise<SecretColumn> {
  const target = committee.scale(committee.addConstant(n, -1n), BigInt(at));
  const rest = committee.addConstant(committee.subtract(repeated(committee, target, size), committee.scale(upTo, UNITS)), UNITS);
  // rest < 0: above both values; rest ≥ 10000: at or below the lower one.
  const signs = await committee.negative(committee.concat([rest, committee.addConstant(rest, -UNITS)]), bits);
  const [above, notBelow] = [committee.sliceBits(signs, 0, rest.length), committee.sliceBits(signs, rest.length, rest.length)];
  const between = committee.xor(above, notBelow);
  const [full, part] = [committee.constant(rest.length, 1, UNITS), rest];
  const masked = await committee.mask(committee.concatBits([committee.not(notBelow), between]), committee.concat([full, part]));
  return committee.add(committee.slice(masked, 0, rest.length), committee.slice(masked, rest.length, rest.length));
}
