/** Coins with exact probabilities, from uniform whole numbers. Run times depend on the outcome. */
import type { Random } from '@sluis/base';
import type { Rational } from '../rational.ts';
import { RandomBits, successes } from './random-bits.ts';

/** True with probability numerator/denominator, which is from 0 to 1. */
export const bernoulli = (bits: RandomBits, p: Rational): boolean => bits.below(p.denominator) < p.numerator;

/** True with probability exp(−gamma), gamma ≥ 0. Source: Canonne, Kamath & Steinke 2020, Algorithm 1. */
export function bernoulliExpFrom(bits: RandomBits, gamma: Rational): boolean {
  const { numerator, denominator } = gamma;
  for (let whole = numerator / denominator; whole > 0n; whole--) if (!bernoulliExpUnit(bits, 1n, 1n)) return false;
  return bernoulliExpUnit(bits, numerator % denominator, denominator);
}

/** For 0 ≤ gamma ≤ 1: the first k with a failing coin of gamma/k is odd with probability Σ (−gamma)^k/k!. */
function bernoulliExpUnit(bits: RandomBits, numerator: bigint, denominator: bigint): boolean {
  return successes((nth) => bits.below(denominator * BigInt(nth + 1)) < numerator) % 2 === 0;
}

/**
 * True with probability exp(−gamma), exactly.
 *
 * @param gamma - at least 0. @throws RangeError below 0.
 * Timing: depends on the outcome and on gamma.
 * Source: Canonne, Kamath & Steinke 2020, Algorithm 1.
 */
export function bernoulliExp(random: Random, gamma: Rational): boolean {
  if (gamma.numerator < 0n || gamma.denominator <= 0n) throw new RangeError('gamma must be at least 0');
  return bernoulliExpFrom(new RandomBits(random), gamma);
}
