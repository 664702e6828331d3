/** How far a weighted sum of independent noises strays, where there are two weights: cumulated noisy counts against a share of all. */
import { leastInteger } from './least-integer.ts';
import { logCharacteristic, logMoment, rateOf, varianceOf } from './noise-transforms.ts';
import type { AddedNoise } from './noise-tail.ts';
import { NORMAL_SLACK, upperTail } from './normal.ts';

/** `total` noises, of which at least `from` and at most `to` have the first weight and the others the second. */
export interface TwoWeights {
  readonly weights: readonly [number, number];
  readonly from: number;
  readonly to: number;
  readonly total: number;
}

/** Spread of the smoothing in deviations of the sum, and by how many of its own the step is moved. */
const SMOOTHING = 0.01;
const MOVED = 2.3;
/** Probability beyond the range that is computed in, and frequencies (in 1/smoothing) after which nothing is added up. */
const BEYOND = 1e-10;
const LAST = 7.5;
/** Terms below it are left out and counted as an error. */
const LEAST = 1e-15;
/** Part of the wanted probability that not looking between the ends of a range may cost. */
const BETWEEN = 0.02;

/**
 * A whole t with P(Σ w_i·noise_i > t) ≤ outside, for every number of first weights from `from` to `to`.
 *
 * The step at t lies below a normal distribution function of deviation ρ around t − 2.3·ρ, divided by its value at t; so the
 * probability is at most P(Σ + ρ·N > t − 2.3·ρ) / P(N < 2.3), which is computed from characteristic functions. That makes t
 * some 1.5 % wider than the least. As a function of k, the number of first weights, the sum computed has a second derivative
 * of at most Σ |term|·(difference of the logarithms)², so that between both ends it exceeds them by at most (to − from)²/8
 * times that. Source: Gil-Pelaez 1951; midpoints and their error (what lies out of range): Davies 1973.
 */
export function twoWeightMargin(noise: AddedNoise, shape: TwoWeights, outside: number): bigint {
  const terms = termsOf(noise, shape);
  const [low, high] = [0, Math.ceil(terms.reach)];
  const holds = (t: number): boolean => probability(terms, t) <= outside;
  if (terms.between > outside * BETWEEN) return ofHalves(noise, shape, outside);
  if (!holds(high)) throw new RangeError('so rare a case can’t be told');
  if (holds(0)) return 0n;
  return leastInteger(low, high, holds);
}

/** Where the ends of the range say too little of what lies between them. */
function ofHalves(noise: AddedNoise, shape: TwoWeights, outside: number): bigint {
  const { from, to } = shape;
  const middle = (from + to) >> 1;
  const [a, b] = [twoWeightMargin(noise, { ...shape, to: middle }, outside), twoWeightMargin(noise, { ...shape, from: middle }, outside)];
  return a - b > 0n ? a : b;
}

interface Terms {
  readonly frequencies: readonly number[];
  /** Per end of the range of k, what multiplies the sine at each frequency. */
  readonly ends: readonly (readonly number[])[];
  readonly error: number;
  /** How much more than at both ends the probability can be between them; part of the error. */
  readonly between: number;
  readonly rho: number;
  /** The sum and its smoothing exceed this with a probability of at most `BEYOND`. */
  readonly reach: number;
}

function probability({ frequencies, ends, error, rho }: Terms, t: number): number {
  const y = t - MOVED * rho;
  const sines = frequencies.map((u) => Math.sin(u * y));
  const tail = Math.max(...ends.map((end) => 0.5 - sines.reduce((sum, sine, j) => sum + sine * (end[j] ?? 0), 0)));
  return (tail + error) / (1 - upperTail(MOVED) * (1 + NORMAL_SLACK));
}

function termsOf(noise: AddedNoise, { weights, from, to, total }: TwoWeights): Terms {
  const [first, second] = weights;
  const log = logCharacteristic(noise);
  const largest = Math.max(first, second);
  const mix = (k: number, a: number, b: number): number => k * a + (total - k) * b;
  const variance = varianceOf(noise) * Math.max(...[from, to].map((k) => mix(k, first * first, second * second)));
  const rho = SMOOTHING * Math.max(Math.sqrt(variance), largest);
  const reach = reachOf(noise, rho, largest, (at) => Math.max(...[from, to].map((k) => mix(k, at(first), at(second)))));
  const step = Math.PI / reach;
  const count = Math.ceil(LAST / (rho * step));
  const [frequencies, lows, highs]: [number[], number[], number[]] = [[], [], []];
  let curvature = 0;
  for (let j = 0; j < count; j++) {
    const u = (j + 0.5) * step;
    const [a, b] = [log(first * u), log(second * u)];
    const smooth = -(rho * rho * u * u) / 2;
    const [one, other] = [from, to].map((k) => Math.exp(mix(k, a, b) + smooth) / (Math.PI * (j + 0.5))) as [number, number];
    if (one < LEAST && other < LEAST) continue;
    frequencies.push(u);
    lows.push(one);
    highs.push(other);
    curvature += Math.max(one, other) * (a - b) ** 2;
  }
  const left = Math.exp((-LAST * LAST) / 2) / (Math.PI * (count + 0.5)) / -Math.expm1(-LAST * rho * step);
  const between = to - from < 2 ? 0 : (curvature * (to - from) ** 2) / 8;
  // The last part: rounding, and what noise sampled on bits differs from its distribution.
  const error = BEYOND + count * LEAST + left + between + 1e-11;
  return { frequencies, ends: [lows, highs], error, between, rho, reach };
}

/** Chernoff's bound at one exponent, with the smoothing's own. */
function reachOf(noise: AddedNoise, rho: number, largest: number, of: (at: (weight: number) => number) => number): number {
  const deviation = Math.sqrt(varianceOf(noise) * of((w) => w * w)) + rho;
  const limit = noise.kind === 'discrete-laplace' ? (0.5 * rateOf(noise)) / largest : Number.POSITIVE_INFINITY;
  const at = Math.min(6 / deviation, limit);
  return (-Math.log(BEYOND) + of((w) => logMoment(noise, w * at)) + (rho * at) ** 2 / 2) / at;
}
