/** The ends of an interval around a quantile, searched in the same noisy bins as the quantile: see `quantileInBins`. */
import { type PlanQuantile, type PlanQuantileEnd, signedBits } from '@sluis/model';
import { binQuantileBits, reachedBy } from './bin-quantile.ts';
import type { Committee, SecretBits, SecretColumn } from './committee.ts';
import type { CommitteeMeter } from './committee-cost.ts';

const UNITS = 10_000n;

/** Width of the comparisons where counts lie within ±most, and margins within 10000·most. */
export const quantileEndBits = (most: bigint): number => binQuantileBits(2n * most);

/** What the noisy 10000·c(v) − at·n has to reach, without a margin, for the value of this end to be v or less. */
function wanted(quantile: PlanQuantile, side: PlanQuantileEnd['side']): bigint {
  return quantile.continuous && side === 'low' ? 1n - BigInt(quantile.at) : reachedBy(quantile);
}

/** The margin of every value that is searched. */
const marginsOf = ({ margins }: PlanQuantileEnd): bigint[] => margins.flatMap(({ values, by }) => Array<bigint>(values).fill(BigInt(by)));

/**
 * One end of the interval, in each cell. Run by: all three compute parties, in step.
 *
 * With d(v) = 10000·c(v) − at·n in noisy counts, and m(v) the margin: the low end is the first v with d(v) ≥ wanted − m(v), the
 * high end the one after the last v with d(v) < wanted + m(v). The exact quantile q has d(q) ≥ wanted and d(q − 1) < wanted
 * in exact counts. So the low end lies above q only where the noise of d(q), and the high end below q only where the noise of
 * d(q − 1), exceeds its margin: two events, whatever the number of values, and no margin has to hold for all values at once.
 * A continuous quantile lies between two values of rows: the low end is that of the lower, the high end that of the upper one.
 * The quantile found without a margin lies between both ends.
 *
 * @param bins - per value, the noisy counts of all cells. @param n - their sum. @param bits - see `quantileEndBits`.
 * Learns: nobody anything. What is opened of it later is a function of noisy counts, and costs no budget.
 * Cost: one comparison per value and cell, and conjunctions in log2(values) rounds; see `quantileEndCost`.
 * Source: a test inverted for each value; compare Drechsler, Globus-Harris, McMillan, Smith & Sarathy 2022, "Nonparametric
 * differentially private confidence intervals for the median", who cover sampling too. Here it is the rows' own quantile.
 */
export async function quantileEndInBins(
  committee: Committee,
  bins: readonly SecretColumn[],
  n: SecretColumn,
  quantile: PlanQuantile,
  end: PlanQuantileEnd,
  bits: number,
  words: number,
): Promise<SecretColumn> {
  const searched = bins.length - 1;
  const scale = quantile.continuous ? UNITS : 1n;
  if (searched === 0) return committee.constant(n.length, words, BigInt(quantile.low) * scale);
  const below = await committee.negative(differences(committee, bins, n, quantile, end), bits);
  const low = end.side === 'low';
  // Below all the way from the first value on; for the high end, backwards: not below all the way from the last one on.
  const run = await unbroken(committee, low ? below : committee.not(below), n.length, searched);
  const steps = await committee.inject(run, 1);
  const count = committee.sum(Array.from({ length: searched }, (_, v) => committee.slice(steps, v * n.length, n.length)));
  const found = low ? count : committee.subtract(committee.constant(n.length, 1, BigInt(searched)), count);
  const scaled = committee.scale(found, scale);
  const wide = words === 1 ? scaled : await committee.widen(scaled, resultBits(bins.length, scale), words);
  return committee.addConstant(wide, BigInt(quantile.low) * scale);
}

const resultBits = (size: number, scale: bigint): number => signedBits(BigInt(size) * scale);

/** d(v) − (wanted ∓ m(v)), value by value; from the last value to the first for the high end. Local. */
function differences(
  committee: Committee,
  bins: readonly SecretColumn[],
  n: SecretColumn,
  quantile: PlanQuantile,
  end: PlanQuantileEnd,
): SecretColumn {
  const share = committee.scale(n, BigInt(quantile.at));
  const direction = end.side === 'low' ? 1n : -1n;
  const columns: SecretColumn[] = [];
  let upTo: SecretColumn | null = null;
  for (const [v, margin] of marginsOf(end).entries()) {
    const bin = bins[v] as SecretColumn;
    upTo = upTo === null ? bin : committee.add(upTo, bin);
    const distance = committee.subtract(committee.scale(upTo, UNITS), share);
    columns.push(committee.addConstant(distance, direction * margin - wanted(quantile, end.side)));
  }
  return committee.concat(end.side === 'low' ? columns : columns.reverse());
}

/** 1 at a value where the bits of this and all earlier values are 1. */
async function unbroken(committee: Committee, bits: SecretBits, cells: number, values: number): Promise<SecretBits> {
  let run = bits;
  for (let by = 1; by < values; by *= 2) {
    const [start, rest] = [committee.sliceBits(run, 0, by * cells), (values - by) * cells];
    const joined = await committee.and(committee.sliceBits(run, by * cells, rest), committee.sliceBits(run, 0, rest));
    run = committee.concatBits([start, joined]);
  }
  return run;
}

/** The same steps on shapes. */
export function quantileEndCost(
  meter: CommitteeMeter,
  size: number,
  cells: number,
  quantile: PlanQuantile,
  bits: number,
  words: number,
): void {
  const values = size - 1;
  if (values === 0) return;
  meter.negative(values * cells, bits);
  for (let by = 1; by < values; by *= 2) meter.and((values - by) * cells);
  meter.inject(values * cells, 1);
  meter.widen(cells, 1, words, resultBits(size, quantile.continuous ? UNITS : 1n));
}
