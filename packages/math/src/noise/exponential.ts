/**
 * Bounds on exponentials and logarithms of fractions, to as many bits as are asked for, in integer arithmetic only. What
 * samplers decide with: a decision is taken only where both bounds agree on it.
 */
import type { Rational } from '../rational.ts';

/** low ≤ value·2^precision ≤ high. */
export interface Bounds {
  readonly low: bigint;
  readonly high: bigint;
}

/** Bits computed beyond those asked for, and how many of the last place may be wrong by the error analysis below. */
const GUARD = 48;
const MARGIN = 1n << 24n;
const HALVINGS = 6n;

const lnTwos = new Map<number, bigint>();

/** ⌊2^width · 2·atanh(1/3)⌋ within one unit: each of ≤ width/3 terms loses less than two units of 2^-16. */
function lnTwo(width: number): bigint {
  const known = lnTwos.get(width);
  if (known !== undefined) return known;
  const value = (2n * atanh((1n << BigInt(width + 16)) / 3n, width + 16)) >> 16n;
  lnTwos.set(width, value);
  return value;
}

/** atanh of z/2^width for 0 ≤ z/2^width ≤ 1/3, low by at most width + 8 units: 3.1 bits a term, two units lost in each. */
function atanh(z: bigint, width: number): bigint {
  const w = BigInt(width);
  const square = (z * z) >> w;
  let sum = 0n;
  let power = z;
  for (let n = 1n; power > 0n; n += 2n) {
    sum += power / n;
    power = (power * square) >> w;
  }
  return sum;
}

/**
 * Bounds on exp(−gamma), gamma ≥ 0; precision at most 10,000 bits. high − low ≤ 2.
 *
 * With w = precision + 48: gamma·2^w is cut to y, y = k·ln 2 + r with an error of at most k + 1 units in r, r is halved six
 * times, the alternating series loses at most 3 units in each of ≤ w/6 + 1 terms, and squaring six times multiplies the
 * error, at most 2w so far, by 64 and adds 126: below 2^24 units for w ≤ 2^14.
 */
export function expBounds(gamma: Rational, precision: number): Bounds {
  const { numerator, denominator } = gamma;
  if (numerator >= denominator * BigInt(precision + 2)) return { low: 0n, high: 1n };
  const width = precision + GUARD;
  const w = BigInt(width);
  const y = (numerator << w) / denominator;
  const ln2 = lnTwo(width);
  const k = y / ln2;
  const r = (y - k * ln2) >> HALVINGS;
  let [sum, term] = [0n, 1n << w];
  for (let i = 1n; term > 0n; i++) {
    sum += i % 2n === 1n ? term : -term;
    term = ((term * r) >> w) / i;
  }
  for (let i = 0n; i < HALVINGS; i++) sum = (sum * sum) >> w;
  return shrink(sum, k + BigInt(GUARD));
}

/** Bounds on −ln(1 − exp(−gamma)), gamma > 0: minus the logarithm of what a geometric variable is zero with. */
export function negativeLogOneMinusExp(gamma: Rational, precision: number): Bounds {
  // 1 − exp(−gamma) ≥ gamma/(1 + gamma): so many more bits keep its relative error below 2^-precision.
  const places = precision + (gamma.denominator / gamma.numerator + 1n).toString(2).length + 8;
  const { low, high } = expBounds(gamma, places);
  const one = 1n << BigInt(places);
  return {
    low: negativeLog(one - low, places, precision).low,
    high: negativeLog(one - high, places, precision).high,
  };
}

/** Bounds on −ln(y/2^places), 0 < y ≤ 2^places. Error below w + (places + 1) + 2·8 units, again far below 2^24. */
function negativeLog(y: bigint, places: number, precision: number): Bounds {
  const width = precision + GUARD;
  const length = y.toString(2).length;
  const one = 1n << BigInt(length - 1);
  const mantissa = 2n * atanh(((y - one) << BigInt(width)) / (y + one), width);
  return shrink(BigInt(places - length + 1) * lnTwo(width) - mantissa, BigInt(GUARD));
}

const shrink = (value: bigint, shift: bigint): Bounds => ({
  low: value > MARGIN ? (value - MARGIN) >> shift : 0n,
  high: ((value + MARGIN) >> shift) + 1n,
});
