/** One of several, with probabilities that are exponentials: exact, however small or close to each other they are. */
import type { Random } from '@sluis/base';
import { type Rational, compareRationals, rational } from '../rational.ts';
import { expBounds } from './exponential.ts';
import { RandomBits, stuck } from './random-bits.ts';

/** times·exp(−gamma). */
export interface ExponentialWeight {
  /** Above 0. */
  readonly times: bigint;
  readonly gamma: Rational;
}

const LARGEST_PRECISION = 65_536;

/**
 * An index i with P(i) = weights[i] / Σ weights, exactly: a uniform real number is compared with cumulated weights, of which
 * as many bits are computed as the decision needs. Run by: whoever sees the weights.
 *
 * @param weights - at least one; only differences of their gammas matter, which may be negative.
 * @throws RangeError without weights, or where one is not above 0.
 *
 * Cost: some microseconds for each different gamma. Timing: depends on the gammas, hardly on the choice.
 * Source: inversion; bits as needed after Knuth & Yao 1976.
 */
export function weightedChoice(random: Random, weights: readonly ExponentialWeight[]): number {
  const [first] = weights;
  if (first === undefined || weights.some(({ times }) => times <= 0n)) throw new RangeError('a choice needs weights above 0');
  const least = weights.reduce((a, { gamma }) => (compareRationals(gamma, a) < 0 ? gamma : a), first.gamma);
  const shifted = weights.map(({ times, gamma }) => ({ times, gamma: difference(gamma, least) }));
  const bits = new RandomBits(random);
  let [uniform, known] = [0n, 0];
  for (let precision = 64; precision <= LARGEST_PRECISION; precision *= 2) {
    uniform = (uniform << BigInt(precision - known)) | bits.bits(precision - known);
    known = precision;
    const chosen = place(shifted, uniform, precision);
    if (chosen !== null) return chosen;
  }
  throw stuck();
}

/** The index where uniform/2^precision of the total falls, or null where so many bits do not say it. */
function place(weights: readonly ExponentialWeight[], uniform: bigint, precision: number): number | null {
  const exponentials = new Map<string, { low: bigint; high: bigint }>();
  const bounds = weights.map(({ times, gamma }) => {
    const key = `${gamma.numerator}/${gamma.denominator}`;
    const e = exponentials.get(key) ?? expBounds(gamma, precision);
    exponentials.set(key, e);
    return { low: times * e.low, high: times * e.high };
  });
  const total = bounds.reduce((a, b) => ({ low: a.low + b.low, high: a.high + b.high }));
  const p = BigInt(precision);
  const from = (uniform * total.low) >> p;
  const to = (((uniform + 1n) * total.high) >> p) + 1n;
  let [low, high] = [0n, 0n];
  for (const [i, b] of bounds.entries()) {
    const before = high;
    [low, high] = [low + b.low, high + b.high];
    if (to <= low) return from >= before ? i : null;
  }
  // In the last one's share, but for the rounding of the total.
  return null;
}

const difference = (a: Rational, b: Rational): Rational =>
  rational(a.numerator * b.denominator - b.numerator * a.denominator, a.denominator * b.denominator);
