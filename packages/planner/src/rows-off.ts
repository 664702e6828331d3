/** How many rows noise in the bins of a histogram moves what is found in them: quantiles, and values near an end. */
import { type AddedNoise, twoWeightMargin } from '@sluis/budget';
import type { PlanQuantile } from '@sluis/model';

const UNITS = 10_000;
/** Rarer cases are not told from characteristic functions. */
const LEAST_SHARE = 1e-7;

/** What is found: where in the rows, among so many possible values. */
export interface Found extends Pick<PlanQuantile, 'at'> {
  readonly extreme: boolean;
  readonly size: number;
}

/**
 * So many rows, for what is not within them in at most this share of cases. Of a minimum (or maximum) at most so many rows lie
 * below it, and it is not below them all. Of another quantile it lies between the values of rows so many ranks before and
 * after the exact one (or, of a continuous one, the two that it lies between).
 *
 * Proof: let W(v) = (1 − α)·A(v) − α·B(v), with A(v) the noise of the bins up to v and B(v) that of those beyond. Where all
 * |W(v)| ≤ t, values with exact c(v) − α·n ≥ t are not counted as below the quantile, and those with less than −t are. Now
 * |W(v)| ≤ max(|A(v)|, |B(v)|), and by Lévy's inequality P(max |A(v)| > t) ≤ 4·P(S > t) with S the noise of all bins but one,
 * likewise for B: so 8·P(S > t) bounds it. For a median all W(v) are alike, and 2·(number of values)·P(W > t) may be less.
 * For extremes see `rankWithin`: 2r − 2 rows.
 */
export function rowsOff(noise: AddedNoise, { at, extreme, size }: Found, outside: number): bigint {
  const searched = size - 1;
  if (searched === 0) return 0n;
  if (extreme) return 2n * (rankWithin(noise, size, outside) - 1n);
  const together = sumMargin(noise, searched, outside / 8);
  const each = outside / (2 * searched);
  if (at !== UNITS / 2 || each < LEAST_SHARE) return together;
  const margin = twoWeightMargin(noise, { weights: [at, at], from: 1, to: 1, total: size }, each);
  // Half rows, rounded down to what there can be, then up to whole rows.
  const one = (margin / BigInt(at) + 1n) / 2n;
  return one < together ? one : together;
}

/**
 * A rank r such that what is found there lies between the smallest value of a row and the (2r − 1)-th smallest (or likewise
 * from the largest), but for this share of cases.
 *
 * Proof: let S(v) be the noise of the first v + 1 bins, and let all |S(v)| ≤ r − 1 for the values that are searched, all but
 * the last. Where no row lies at or below v, the noisy count up to v is S(v) < r, so that v is counted as below the result;
 * where 2r − 1 rows do, it is at least 2r − 1 − (r − 1) = r, and v is not. Noises are independent and symmetric, so by
 * Lévy's inequality P(max_v |S(v)| > t) ≤ 2·P(|S| > t) = 4·P(S > t), with S the sum of them all. For the largest value the
 * same holds of the bins above v. Source: Lévy's maximal inequality, as in Ledoux & Talagrand 1991, Proposition 2.3.
 */
export const rankWithin = (noise: AddedNoise, size: number, outside: number): bigint =>
  size === 1 ? 1n : 1n + sumMargin(noise, size - 1, outside / 4);

/** A whole t with P(S > t) ≤ outside, for the noise S of so many bins. */
function sumMargin(noise: AddedNoise, bins: number, outside: number): bigint {
  const key = [textOf(noise), bins, outside].join(' ');
  // In ten-thousandths of a row, rounded down: the noise of a sum is a whole number of rows.
  const found =
    known.get(key) ?? twoWeightMargin(noise, { weights: [UNITS, 0], from: bins, to: bins, total: bins }, outside) / BigInt(UNITS);
  known.set(key, found);
  for (const oldest of known.keys()) if (known.size > KEPT) known.delete(oldest);
  return found;
}

/** Margins found before: every question is planned several times at each station, and often asked again. */
const known = new Map<string, bigint>();
const KEPT = 256;

function textOf(noise: AddedNoise): string {
  const { numerator, denominator } = noise.kind === 'discrete-laplace' ? noise.scale : noise.variance;
  return [noise.kind, numerator, denominator, noise.added, 'complete' in noise ? noise.complete : ''].join(' ');
}
