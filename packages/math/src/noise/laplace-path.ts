/** One number with less and less noise, such that all earlier versions tell nothing beyond the latest. */
import type { Random } from '@sluis/base';
import { compareRationals, type Rational } from '../rational.ts';
import { isBelow } from './decision.ts';
import { type Bounds, expBounds } from './exponential.ts';
import { oneLaplace } from './one-by-one.ts';
import { RandomBits } from './random-bits.ts';

/**
 * Noise x₁, x₂, … of falling scales, each discrete Laplace of its own scale, where xₜ is xₜ₊₁ plus something independent of it.
 * So whoever sees v + x₁ … v + xₜ sees no more of v than by v + xₜ alone. Run by: whoever holds v.
 *
 * Made backwards. With q = exp(−1/scale), the generating function of discrete Laplace noise is (1 − q)²/((1 − qz)(1 − q/z)), and
 * that of scale s divided by that of a smaller scale s' is A + (1 − A)·(that of s), A = q'(1 − q)²/(q(1 − q')²) ≤ 1: nothing is
 * added with probability A, noise of scale s otherwise. A is irrational, and compared exactly.
 *
 * @param scales - at least 1/1000 (less is no noise at all), each less than the one before. @throws RangeError for others.
 * Source: Koufogiannis, Han & Pappas 2015, Theorem 8 (continuous); here for whole numbers.
 */
export function discreteLaplacePath(random: Random, scales: readonly Rational[]): bigint[] {
  scales.forEach((scale, i) => {
    if (scale.numerator * 1000n < scale.denominator || (i > 0 && compareRationals(scales[i - 1] as Rational, scale) <= 0))
      throw new RangeError('scales are at least 1/1000, and each is less than the one before');
  });
  const bits = new RandomBits(random, 64);
  const out: bigint[] = [];
  let noise = 0n;
  for (let t = scales.length - 1; t >= 0; t--) {
    const [scale, less] = [scales[t] as Rational, scales[t + 1]];
    if (less === undefined) noise = oneLaplace(bits, scale);
    else if (!isBelow(bits, bits.word(), (precision) => stays(scale, less, precision))) noise += oneLaplace(bits, scale);
    out.unshift(noise);
  }
  return out;
}

/** Bounds on A above. */
function stays(scale: Rational, less: Rational, precision: number): Bounds {
  const places = precision + 2 * (scale.numerator / scale.denominator + 2n).toString(2).length + 8;
  const one = 1n << BigInt(places);
  const power = ({ numerator, denominator }: Rational) => expBounds({ numerator: denominator, denominator: numerator }, places);
  const [q, r] = [power(scale), power(less)];
  const quotient = (above: bigint, below: bigint) => (above << BigInt(precision)) / below;
  // Where q vanishes in so few places, only that A ≤ 1 is known yet.
  const known = q.low > 0n && q.high < one && r.high < one;
  if (!known) return { low: 0n, high: 1n << BigInt(precision) };
  return {
    low: quotient(r.low * (one - q.high) ** 2n, q.high * (one - r.low) ** 2n),
    high: quotient(r.high * (one - q.low) ** 2n, q.low * (one - r.high) ** 2n) + 1n,
  };
}
