/** How far noise goes: bounds for confidence intervals, from public parameters, never too narrow. */
import type { Rational } from '@sluis/math';
import { refused } from '../refusal.ts';

export const toNumber = ({ numerator, denominator }: Rational): number => {
  const shift = BigInt(Math.max(0, Math.min(numerator.toString(2).length, denominator.toString(2).length) - 1000));
  return Number(numerator >> shift) / Number(denominator >> shift);
};

export function checkLevel(level: number): number {
  if (level > 0 && level <= 0.999_999_999) return level;
  throw refused('bad-parameter', 'The level of an interval is above 0 and at most 0.999999999.', 'Give a level such as 0.95.');
}

/** Least t with P(|x| > t) = 2q^(t+1)/(1+q) ≤ 1 − level, q = exp(−1/scale). */
export function laplaceWithin(scale: Rational, level: number): bigint {
  const s = toNumber(scale);
  const t = s * (Math.log(2 / (1 - checkLevel(level))) - Math.log1p(Math.exp(-1 / s))) - 1;
  return upwards(t);
}

/**
 * A t with P(|x| > t) ≤ 1 − level: summed where the deviation is small; otherwise 1 more than for a continuous Gaussian
 * (P(x ≥ t) ≤ P(N ≥ t − 1): Canonne, Kamath & Steinke 2020, Proposition 25).
 */
export function gaussianWithin(variance: Rational, level: number): bigint {
  const [v, missing] = [toNumber(variance), 1 - checkLevel(level)];
  if (v > 10_000) return upwards(Math.sqrt(v) * normalQuantile(missing / 2)) + 1n;
  const reach = Math.ceil(9 * Math.sqrt(v)) + 2;
  const weights = Array.from({ length: reach + 1 }, (_, x) => Math.exp((-x * x) / (2 * v)));
  const total = 2 * weights.reduce((a, b) => a + b) - 1;
  let [beyond, t] = [0, reach];
  while (t > 0 && 2 * (beyond + (weights[t] as number)) <= missing * total) beyond += weights[t--] as number;
  return BigInt(t);
}

const upwards = (t: number): bigint => (t <= 0 ? 0n : BigInt(Math.ceil(t * (1 + 1e-12))));

/** z with P(N > z) ≤ p, by bisection on a continued fraction of the normal tail (Laplace 1805). */
export function normalQuantile(p: number): number {
  let [low, high] = [0, 40];
  for (let i = 0; i < 80; i++) {
    const z = (low + high) / 2;
    if (normalTail(z) > p) low = z;
    else high = z;
  }
  return high;
}

function normalTail(z: number): number {
  if (z < 2.5) {
    // Series of the distribution function around 0.
    let [term, sum] = [z, z];
    for (let n = 1; Math.abs(term) > 1e-17; n++) {
      term *= (-z * z) / (2 * n);
      sum += term / (2 * n + 1);
    }
    return 0.5 - sum / Math.sqrt(2 * Math.PI);
  }
  let fraction = z;
  for (let n = 120; n >= 1; n--) fraction = z + n / fraction;
  return Math.exp((-z * z) / 2) / (Math.sqrt(2 * Math.PI) * fraction);
}
