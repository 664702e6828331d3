/** Exact fractions: parameters of noise, which never pass through floating point. */
import { InvalidError } from '@sluis/base';

/** A fraction; the denominator is positive. */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

const FORM = /^(?:(\d{1,400})(?:\.(\d{1,400}))?|(\d{1,400})\/(\d{1,400}))$/;

/**
 * Reads a number of at least 0 from text: "12", "0.5" or "3/8"; in lowest terms.
 *
 * @throws InvalidError `math/not-a-number` on any other text, and on a denominator of 0.
 */
export function parseRational(text: string): Rational {
  const [, whole, decimals = '', numerator, denominator] = FORM.exec(text) ?? [];
  if (whole !== undefined) return rational(BigInt(whole + decimals), 10n ** BigInt(decimals.length));
  if (numerator !== undefined && denominator !== undefined && BigInt(denominator) > 0n)
    return rational(BigInt(numerator), BigInt(denominator));
  throw new InvalidError('math/not-a-number', {
    stage: 'mechanism',
    message: 'A parameter is not a number of at least 0 in exact form.',
    remedy: 'Write a whole number, a decimal such as 0.5, or a fraction such as 3/8.',
  });
}

/** The fraction in lowest terms. Throws RangeError unless the denominator is positive. */
export function rational(numerator: bigint, denominator = 1n): Rational {
  if (denominator <= 0n) throw new RangeError('a fraction needs a positive denominator');
  const divisor = greatestCommonDivisor(numerator < 0n ? -numerator : numerator, denominator);
  return { numerator: numerator / divisor, denominator: denominator / divisor };
}

/** "a" where it is whole, otherwise "a/b" in lowest terms: what `parseRational` reads. */
export function rationalText(value: Rational): string {
  const { numerator, denominator } = rational(value.numerator, value.denominator);
  return denominator === 1n ? String(numerator) : `${numerator}/${denominator}`;
}

export const addRationals = (a: Rational, b: Rational): Rational =>
  rational(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);

export const multiplyRationals = (a: Rational, b: Rational): Rational => rational(a.numerator * b.numerator, a.denominator * b.denominator);

/** Throws RangeError unless the divisor is positive. */
export const divideRationals = (a: Rational, b: Rational): Rational => rational(a.numerator * b.denominator, a.denominator * b.numerator);

/** Negative, zero or positive, as a is less than, equal to or greater than b. */
export function compareRationals(a: Rational, b: Rational): -1 | 0 | 1 {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference < 0n ? -1 : difference === 0n ? 0 : 1;
}

/** The smallest whole number that is not less. */
export const ceilRational = ({ numerator, denominator }: Rational): bigint => -floorDivision(-numerator, denominator);

/** The largest whole number that is not more. */
export const floorRational = ({ numerator, denominator }: Rational): bigint => floorDivision(numerator, denominator);

/** Division of whole numbers that rounds down, also below zero; the divisor is positive. */
export function floorDivision(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}

/** The largest whole number whose square is not more. Throws RangeError below zero. */
export function integerSquareRoot(value: bigint): bigint {
  if (value < 0n) throw new RangeError('a negative number has no square root');
  if (value < 2n) return value;
  let root = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}
