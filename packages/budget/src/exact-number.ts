/** Exact numbers from text, and their conversion to double precision towards the side that is safe. */
import { InvalidError } from '@sluis/base';

/** A fraction in lowest terms; the denominator is positive. */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

const TEXT = /^(\d{1,400})(?:\.(\d{1,400})|\/(\d{1,400}))?$/;

/**
 * Reads a whole number, a decimal number, or a fraction "a/b".
 *
 * @throws InvalidError `budget/number` on any other text, signs and exponents included.
 */
export function readNumber(text: string, what: string): Rational {
  const found = TEXT.exec(text);
  const denominator = found?.[3] === undefined ? 10n ** BigInt(found?.[2]?.length ?? 0) : BigInt(found[3]);
  if (found === null || denominator === 0n) {
    throw new InvalidError('budget/number', {
      stage: 'mechanism',
      message: `The ${what} is not an exact number.`,
      remedy: 'Write a whole number, a decimal number such as "0.25", or a fraction such as "1/3".',
    });
  }
  return fraction(BigInt(found[1] + (found[2] ?? '')), denominator);
}

/** The same, where zero is not allowed either. */
export function readPositive(text: string, what: string): Rational {
  const number = readNumber(text, what);
  if (number.numerator > 0n) return number;
  throw new InvalidError('budget/number', { stage: 'mechanism', message: `The ${what} must be above zero.` });
}

export function fraction(numerator: bigint, denominator: bigint): Rational {
  let [a, b] = [numerator < 0n ? -numerator : numerator, denominator];
  while (b !== 0n) [a, b] = [b, a % b];
  return { numerator: numerator / a, denominator: denominator / a };
}

export const zero: Rational = { numerator: 0n, denominator: 1n };
export const plus = (a: Rational, b: Rational): Rational =>
  fraction(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);
export const times = (a: Rational, b: Rational): Rational => fraction(a.numerator * b.numerator, a.denominator * b.denominator);
export const over = (a: Rational, b: Rational): Rational => fraction(a.numerator * b.denominator, a.denominator * b.numerator);
export const whole = (value: bigint | number): Rational => ({ numerator: BigInt(value), denominator: 1n });
export const atMost = (a: Rational, b: Rational): boolean => a.numerator * b.denominator <= b.numerator * a.denominator;
/** Text that `readNumber` reads back: "a" or "a/b". */
export const numberText = (a: Rational): string => (a.denominator === 1n ? `${a.numerator}` : `${a.numerator}/${a.denominator}`);
/** The smallest whole number not below a, for a ≥ 0. */
export const ceiling = (a: Rational): bigint => (a.numerator + a.denominator - 1n) / a.denominator;

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
  return fraction(BigInt(scaled), 1n << BigInt(shift));
}
