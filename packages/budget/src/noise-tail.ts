/** How far noise strays: bounds on its tail. */
import { RefusedError } from '@sluis/base';
import { divideRationals, type Rational } from '@sluis/math';
import { downward, upward, whole } from './exact-number.ts';
import { upperTail } from './normal.ts';
import { polyaTail } from './polya-tail.ts';
import { summedCloseness } from './summed-gaussian.ts';

/**
 * All noise that ends up in one value, with every party's share. One curator: `added` and `complete` are 1.
 * Laplace: `added` shares, of which any `complete` make a whole discrete Laplace of this scale.
 * Gaussian: `added` discrete Gaussians of this variance each.
 */
export type AddedNoise =
  | { readonly kind: 'discrete-laplace'; readonly scale: Rational; readonly added: number; readonly complete: number }
  | { readonly kind: 'discrete-gaussian'; readonly variance: Rational; readonly added: number };

/**
 * P(noise > m) for m ≥ 0, never below the truth: Laplace from one curator exactly, other sums at most about 1/400 of a scale
 * or half a unit off.
 *
 * @throws RefusedError `budget/shares-too-small` where the sum of Gaussian shares can't be told.
 */
export function tailOf(noise: AddedNoise): (m: number) => number {
  if (noise.kind === 'discrete-laplace') {
    const rate = downward(divideRationals(whole(1), noise.scale));
    if (noise.added < noise.complete || noise.complete < 1) throw new RangeError('at least the shares that make it complete are added');
    if (noise.added === noise.complete) return (m) => (Math.exp(-rate * (m + 1)) / (1 + Math.exp(-rate))) * (1 + 1e-14 + 1e-15 * rate * m);
    if (noise.added > 2 * noise.complete) throw new RangeError('at most twice the shares that make it complete are added');
    return polyaTail(noise.added / noise.complete - 1, rate);
  }
  const closeness = summedCloseness(noise.added, downward(noise.variance));
  if (closeness === null) {
    throw new RefusedError('budget/shares-too-small', {
      stage: 'mechanism',
      message: `The variance of each of ${noise.added} shares of discrete Gaussian noise is too small for their sum to behave like one.`,
      remedy: 'Ask for less accuracy, release in finer units, or use discrete Laplace noise.',
    });
  }
  const tail = gaussianTail(upward(noise.variance) * noise.added);
  return (m) => Math.min(1, tail(m) * Math.exp(closeness));
}

/** P(X > m) of one discrete Gaussian, by its sum, or where the density is convex by half a unit more of the continuous one. */
function gaussianTail(variance: number): (m: number) => number {
  const sigma = Math.sqrt(variance);
  if (sigma < 2000) {
    const weight = (x: number): number => Math.exp(-(x * x) / (2 * variance));
    const sum = (from: number): number => {
      let total = 0;
      for (let x = Math.ceil(from + 40 * sigma) + 40; x >= from; x--) total += weight(x);
      return total;
    };
    const all = 2 * sum(1) + 1;
    return (m) => (sum(m + 1) / all) * (1 + 1e-12);
  }
  return (m) => upperTail((m + 1 - (m >= sigma ? 0.5 : 1)) / sigma) * (1 + 1e-12);
}
