/** Noisy minima and maxima: which rank near the end of the values is found instead of the very smallest or largest. */
import { type AddedNoise, twoWeightMargin } from '@sluis/budget';
import { parseRational } from '@sluis/math';
import type { Plan, PlanAccumulator, PlanNoise } from '@sluis/model';
import { addedNoise } from './noise-parts.ts';

const UNITS = 10_000;
/** Part of the 5 % of cases that one end of one sum may take: see `rankWithin`. */
const OUTSIDE = 0.05 / 4;

/**
 * The plan with the rank of every minimum and maximum, from the noise of its bins and their number alone: nothing of it
 * depends on data, so that it costs no budget and tells nothing.
 */
export function withExtremeRanks(plan: Plan, noise: PlanNoise): Plan {
  const accumulators = plan.accumulators.map((a): PlanAccumulator => {
    if (a.quantile?.rank === undefined) return a;
    const { histogram } = a.quantile;
    const { parameter } = noise.histograms[histogram] ?? { parameter: '0' };
    const added = addedNoise(noise.mechanism, noise.generation, parseRational(parameter));
    return { ...a, quantile: { ...a.quantile, rank: String(rankOf(added, plan.histograms?.[histogram]?.size ?? 1)) } };
  });
  return { ...plan, accumulators };
}

/** Ranks found before: every question is planned several times at each station, and often asked again. */
const known = new Map<string, bigint>();
const KEPT = 64;

function rankOf(noise: AddedNoise, size: number): bigint {
  const { numerator, denominator } = noise.kind === 'discrete-laplace' ? noise.scale : noise.variance;
  const key = [noise.kind, numerator, denominator, noise.added, size].join(' ');
  const found = known.get(key) ?? rankWithin(noise, size);
  known.set(key, found);
  for (const oldest of known.keys()) if (known.size > KEPT) known.delete(oldest);
  return found;
}

/**
 * A rank r such that in 95 of 100 cases what is found lies between the smallest value of a row and the (2r − 1)-th smallest
 * (or likewise from the largest).
 *
 * Proof: let S(v) be the noise of the first v + 1 bins, and let all |S(v)| ≤ r − 1 for the values that are searched, all but
 * the last. Where no row lies at or below v, the noisy count up to v is S(v) < r, so that v is counted as below the result;
 * where 2r − 1 rows do, it is at least 2r − 1 − (r − 1) = r, and v is not. Noises are independent and symmetric, so by
 * Lévy's inequality P(max_v |S(v)| > t) ≤ 2·P(|S| > t) = 4·P(S > t), with S the sum of them all. For the largest value the
 * same holds of the bins above v. Source: Lévy's maximal inequality, as in Ledoux & Talagrand 1991, Proposition 2.3.
 */
export function rankWithin(noise: AddedNoise, size: number): bigint {
  const searched = size - 1;
  if (searched === 0) return 1n;
  // In ten-thousandths of a row, rounded down: the noise of a sum is a whole number of rows.
  return 1n + twoWeightMargin(noise, { weights: [UNITS, 0], from: searched, to: searched, total: searched }, OUTSIDE) / BigInt(UNITS);
}
