/** Noise one number at a time, in big integers: any scale, a few microseconds each. */
import { integerSquareRoot, type Rational } from '../rational.ts';
import { bernoulliExpFrom } from './bernoulli.ts';
import { type RandomBits, successes, untilAccepted } from './random-bits.ts';

const ONE: Rational = { numerator: 1n, denominator: 1n };

/** k ≥ 0 with P(k) ∝ exp(−k / scale). Source: Canonne, Kamath & Steinke 2020, Algorithm 2, lines 3 to 11. */
export function oneGeometric(bits: RandomBits, scale: Rational): bigint {
  const { numerator: t, denominator: s } = scale;
  const low = untilAccepted(() => {
    const u = bits.below(t);
    return bernoulliExpFrom(bits, { numerator: u, denominator: t }) ? u : null;
  });
  const high = successes(() => bernoulliExpFrom(bits, ONE));
  return (low + t * BigInt(high)) / s;
}

/** x with P(x) ∝ exp(−|x| / scale). Source: Canonne, Kamath & Steinke 2020, Algorithm 2. */
export function oneLaplace(bits: RandomBits, scale: Rational): bigint {
  return untilAccepted(() => {
    const negative = bits.word() >>> 31 === 1;
    const magnitude = oneGeometric(bits, scale);
    if (!negative) return magnitude;
    return magnitude === 0n ? null : -magnitude;
  });
}

/** x with P(x) ∝ exp(−x² / (2·variance)). Source: Canonne, Kamath & Steinke 2020, Algorithm 3. */
export function oneGaussian(bits: RandomBits, variance: Rational): bigint {
  const { numerator: n, denominator: d } = variance;
  const t = integerSquareRoot(n / d) + 1n;
  return untilAccepted(() => {
    const y = oneLaplace(bits, { numerator: t, denominator: 1n });
    const distance = (y < 0n ? -y : y) * t * d - n;
    return bernoulliExpFrom(bits, { numerator: distance * distance, denominator: 2n * t * t * d * n }) ? y : null;
  });
}
