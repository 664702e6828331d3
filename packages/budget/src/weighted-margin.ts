/** How far a weighted mean of noisy values strays: several answers to one question, of which each has noise of its own. */
import { leastInteger } from './least-integer.ts';
import type { AddedNoise } from './noise-tail.ts';
import { logCharacteristic, logMoment, rateOf, varianceOf } from './noise-transforms.ts';
import { NORMAL_SLACK, upperTail } from './normal.ts';

/** Independent noise, and what it is multiplied by. */
export interface WeightedNoise {
  readonly noise: AddedNoise;
  readonly weight: number;
}

/** Spread of the smoothing in deviations of the sum, and by how many of its own the step is moved. */
const SMOOTHING = 0.01;
const MOVED = 2.3;
/** Least probability beyond the range that is computed in, as a part of the wanted one; frequencies (in 1/smoothing) at the end. */
const BEYOND = 1e-4;
const LAST = 9;
/** Rounding, terms that are left out, and what noise sampled on bits differs from its distribution. */
const ROUNDING = 2e-11;

/**
 * The least whole m, some 1.5 % too large, for which a weighted sum of noises, rounded to a whole number, exceeds m in size
 * with a probability of at most `outside`, 1e-8 or more: |rounded| > m only where the sum is at least m + 1/2 in size. Where
 * what noise is added to is whole, and weights add up to 1, that is how far off their weighted mean is, rounded too.
 *
 * As in `twoWeightMargin`: the step at t lies below a normal distribution function of deviation ρ around t − 2.3·ρ, divided
 * by its value at t, so that P(Σ ≥ t) ≤ P(Σ + ρ·N > t − 2.3·ρ) / P(N < 2.3), which is computed from characteristic functions
 * (Gil-Pelaez 1951; midpoints and their error, Davies 1973). All noises are symmetric: both sides are alike.
 */
export function weightedMargin(parts: readonly WeightedNoise[], outside: number): bigint {
  if (!(outside >= 1e-8 && outside < 1)) throw new RangeError('a probability from 1e-8 to 1 is needed');
  const terms = termsOf(parts, outside / 2);
  const holds = (m: number): boolean => 2 * exceeding(terms, m + 0.5) <= outside;
  if (holds(0)) return 0n;
  const high = Math.ceil(terms.reach + (MOVED + 1) * terms.rho) + 1;
  if (!holds(high)) throw new RangeError('so rare a case can’t be told');
  return leastInteger(0, high, holds);
}

/**
 * The same for any probability above 0, and wider: by Chernoff's bound P(Σ ≥ t) ≤ e^{−θt}·E e^{θΣ} at the best of some θ.
 */
export function surelyWithin(parts: readonly WeightedNoise[], outside: number): bigint {
  const deviation = deviationOf(parts);
  const limit = thetaLimit(parts);
  let best = Number.POSITIVE_INFINITY;
  for (let i = 1; i <= 60; i++) {
    const theta = Math.min((0.25 * i) / deviation, limit * (i / 61));
    best = Math.min(best, (-Math.log(outside / 2) + logMomentOf(parts, theta)) / theta);
  }
  return BigInt(Math.ceil(best * (1 + 1e-12)));
}

interface Terms {
  readonly frequencies: readonly number[];
  readonly factors: readonly number[];
  readonly error: number;
  readonly rho: number;
  readonly reach: number;
}

/** An upper bound on P(Σ ≥ t). */
function exceeding({ frequencies, factors, error, rho }: Terms, t: number): number {
  // Weights are rounded: that is far less than the smoothing.
  const y = t * (1 - 1e-12) - MOVED * rho;
  let sum = 0.5;
  for (const [j, u] of frequencies.entries()) sum -= Math.sin(u * y) * (factors[j] ?? 0);
  return (Math.max(0, sum) + error) / (1 - upperTail(MOVED) * (1 + NORMAL_SLACK));
}

function termsOf(parts: readonly WeightedNoise[], outside: number): Terms {
  const logs = parts.map(({ noise, weight }) => {
    const log = logCharacteristic(noise);
    return (u: number): number => log(weight * u);
  });
  const deviation = deviationOf(parts);
  const rho = SMOOTHING * deviation;
  const beyond = Math.max(outside * BEYOND, 1e-13);
  const reach = reachOf(parts, deviation, rho, beyond);
  // Values up to a little beyond the reach are asked about.
  const step = Math.PI / (1.1 * reach);
  const count = Math.ceil(LAST / (rho * step));
  const [frequencies, factors]: [number[], number[]] = [[], []];
  for (let j = 0; j < count; j++) {
    const u = (j + 0.5) * step;
    const factor = Math.exp(logs.reduce((sum, log) => sum + log(u), 0) - (rho * rho * u * u) / 2) / (Math.PI * (j + 0.5));
    if (factor < 1e-17) continue;
    frequencies.push(u);
    factors.push(factor);
  }
  const left = Math.exp((-LAST * LAST) / 2) / (Math.PI * (count + 0.5)) / -Math.expm1(-LAST * rho * step);
  return { frequencies, factors, error: 2 * beyond + count * 1e-17 + left + ROUNDING, rho, reach };
}

const deviationOf = (parts: readonly WeightedNoise[]): number =>
  Math.sqrt(parts.reduce((sum, { noise, weight }) => sum + weight * weight * varianceOf(noise), 0));

const logMomentOf = (parts: readonly WeightedNoise[], theta: number): number =>
  parts.reduce((sum, { noise, weight }) => sum + logMoment(noise, Math.abs(weight) * theta), 0);

/** Moments of Laplace noise exist up to its rate. */
const thetaLimit = (parts: readonly WeightedNoise[]): number =>
  Math.min(
    ...parts.map(({ noise, weight }) => (noise.kind === 'discrete-laplace' ? rateOf(noise) / Math.abs(weight) : Number.POSITIVE_INFINITY)),
  );

/** What the smoothed sum exceeds with a probability of at most `beyond`. */
function reachOf(parts: readonly WeightedNoise[], deviation: number, rho: number, beyond: number): number {
  const theta = Math.min(6 / deviation, 0.5 * thetaLimit(parts));
  return (-Math.log(beyond) + logMomentOf(parts, theta) + (rho * theta) ** 2 / 2) / theta;
}
