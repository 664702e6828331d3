/** Exact fractions of whole numbers, not negative, as plans write them: "a" or "a/b". */
import type { Rational } from '@sluis/budget';

/** In lowest terms. */
export function fraction(numerator: bigint, denominator = 1n): Rational {
  let [a, b] = [numerator, denominator];
  while (b !== 0n) [a, b] = [b, a % b];
  return { numerator: numerator / a, denominator: denominator / a };
}

/** Reads "12", "0.5" or "3/4". */
export function fractionOf(text: string): Rational {
  const [top = '', bottom] = text.split('/');
  if (bottom !== undefined) return fraction(BigInt(top), BigInt(bottom));
  const [before = '', after = ''] = text.split('.');
  return fraction(BigInt(before + after), 10n ** BigInt(after.length));
}

export const times = (a: Rational, b: Rational): Rational => fraction(a.numerator * b.numerator, a.denominator * b.denominator);
export const over = (a: Rational, b: Rational): Rational => fraction(a.numerator * b.denominator, a.denominator * b.numerator);
export const plus = (a: Rational, b: Rational): Rational =>
  fraction(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);
/** Null where nothing is left. */
export function minus(a: Rational, b: Rational): Rational | null {
  const top = a.numerator * b.denominator - b.numerator * a.denominator;
  return top <= 0n ? null : fraction(top, a.denominator * b.denominator);
}

/** Decimal text of a fraction whose denominator divides a power of ten. */
export function decimalOf({ numerator, denominator }: Rational): string {
  let digits = 0;
  while ((10n ** BigInt(digits) * numerator) % denominator !== 0n) if (++digits > 400) throw new RangeError('no decimal number');
  const text = String((10n ** BigInt(digits) * numerator) / denominator).padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** A double that is not above. */
export const downward = ({ numerator, denominator }: Rational): number => (Number(numerator) / Number(denominator)) * (1 - 2 ** -50);
