/** Exact fractions as decimal text and as doubles, towards the safe side. */
import { compareRationals, type Rational, rational } from '@sluis/math';

export const nothing = rational(0n);

/** What is left of a; null where nothing is. */
export const left = (a: Rational, b: Rational): Rational | null =>
  compareRationals(a, b) <= 0 ? null : rational(a.numerator * b.denominator - b.numerator * a.denominator, a.denominator * b.denominator);

/** Decimal text of a fraction that is not negative and whose denominator divides a power of ten. */
export function decimalText({ numerator, denominator }: Rational): string {
  let digits = 0;
  while ((10n ** BigInt(digits) * numerator) % denominator !== 0n) if (++digits > 400) throw new RangeError('no decimal number');
  const text = String((10n ** BigInt(digits) * numerator) / denominator).padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** A double that is not above. */
export const downward = ({ numerator, denominator }: Rational): number => (Number(numerator) / Number(denominator)) * (1 - 2 ** -50);
