/** Exact numbers from text, and their conversion to double precision towards the side that is safe. */
import { InvalidError } from '@sluis/base';
import { compareRationals, parseRational, type Rational, rational } from '@sluis/math';

export const zero: Rational = { numerator: 0n, denominator: 1n };
export const whole = (value: bigint | number): Rational => ({ numerator: BigInt(value), denominator: 1n });
export const atMost = (a: Rational, b: Rational): boolean => compareRationals(a, b) <= 0;

/** Reads exact text; zero is refused, with what the number is. */
export function readPositive(text: string, what: string): Rational {
  const number = parseRational(text);
  if (number.numerator > 0n) return number;
  throw new InvalidError('budget/number', { stage: 'mechanism', message: `The ${what} must be above zero.` });
}

/** The smallest double not below a ≥ 0. Infinity where there is none. */
export const upward = (a: Rational): number => toDouble(a, true);
/** The largest double not above a ≥ 0. */
export const downward = (a: Rational): number => toDouble(a, false);

/** 53 bits of the quotient, rounded by whole-number division; below 2^-1022 upwards to it or downwards to zero. */
function toDouble(a: Rational, up: boolean): number {
  if (a.numerator === 0n) return 0;
  const bits = (v: bigint): number => v.toString(2).length;
  let shift = 53 - (bits(a.numerator) - bits(a.denominator));
  const quotient = (): bigint => {
    const [n, d] = shift >= 0 ? [a.numerator << BigInt(shift), a.denominator] : [a.numerator, a.denominator << BigInt(-shift)];
    return up ? (n + d - 1n) / d : n / d;
  };
  let q = quotient();
  while (q > 1n << 53n) {
    shift--;
    q = quotient();
  }
  if (shift > 1074) return up ? 2 ** -1022 : 0;
  if (53 - shift > 1023) return up ? Number.POSITIVE_INFINITY : Number.MAX_VALUE;
  // Two factors, so that neither leaves the range of normal numbers.
  const half = Math.trunc(-shift / 2);
  return Number(q) * 2 ** half * 2 ** (-shift - half);
}

/** The double itself as an exact fraction. */
export function exactly(value: number): Rational {
  if (!Number.isFinite(value)) throw new RangeError('only finite numbers are fractions');
  let [scaled, shift] = [value, 0];
  while (!Number.isInteger(scaled)) [scaled, shift] = [scaled * 2, shift + 1];
  return rational(BigInt(scaled), 1n << BigInt(shift));
}
