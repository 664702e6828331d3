/** Intervals of exact fractions, and the doubles around them. */
import { quotient } from './quotient.ts';

interface Fraction {
  readonly top: bigint;
  /** Positive. */
  readonly bottom: bigint;
}

export interface Range {
  readonly low: Fraction;
  readonly high: Fraction;
}

const fraction = (top: bigint, bottom: bigint): Fraction => (bottom < 0n ? { top: -top, bottom: -bottom } : { top, bottom });
const isLess = (a: Fraction, b: Fraction): boolean => a.top * b.bottom < b.top * a.bottom;
const lowest = (list: readonly Fraction[]): Fraction => list.reduce((a, b) => (isLess(b, a) ? b : a));
const highest = (list: readonly Fraction[]): Fraction => list.reduce((a, b) => (isLess(a, b) ? b : a));

/** From `low` to `high` (both over `bottom`). */
export const range = (low: bigint, high: bigint, bottom = 1n): Range => ({ low: fraction(low, bottom), high: fraction(high, bottom) });

export const minus = (a: Range, b: Range): Range => ({ low: difference(a.low, b.high), high: difference(a.high, b.low) });
/** x + by. */
export const shifted = (a: Range, by: Range): Range =>
  minus(a, { low: fraction(-by.high.top, by.high.bottom), high: fraction(-by.low.top, by.low.bottom) });
const difference = (a: Fraction, b: Fraction): Fraction => fraction(a.top * b.bottom - b.top * a.bottom, a.bottom * b.bottom);

export function times(a: Range, b: Range): Range {
  const all = [a.low, a.high].flatMap((x) => [b.low, b.high].map((y) => fraction(x.top * y.top, x.bottom * y.bottom)));
  return { low: lowest(all), high: highest(all) };
}

/** Null where the divisor may be 0. */
export function over(a: Range, b: Range): Range | null {
  if (b.low.top <= 0n && b.high.top >= 0n) return null;
  return times(a, { low: fraction(b.high.bottom, b.high.top), high: fraction(b.low.bottom, b.low.top) });
}

/** Squares: never negative. */
export function squared(a: Range): Range {
  const { low, high } = times(a, a);
  return a.low.top < 0n && a.high.top > 0n
    ? { low: fraction(0n, 1n), high }
    : { low: isLess(low, fraction(0n, 1n)) ? fraction(0n, 1n) : low, high };
}

/** The part between two numbers; null where there is none. */
export function within(a: Range, b: Range): Range | null {
  const found = { low: highest([a.low, b.low]), high: lowest([a.high, b.high]) };
  return isLess(found.high, found.low) ? null : found;
}

/** What is not below 0; null where nothing is. */
export const notNegative = (a: Range): Range | null =>
  a.high.top < 0n ? null : { low: a.low.top < 0n ? fraction(0n, 1n) : a.low, high: a.high };

export const isPositive = ({ low }: Range): boolean => low.top > 0n;

/** Doubles that hold the interval between them. */
export function doubles({ low, high }: Range): { readonly low: number; readonly high: number } {
  return { low: outwards(quotient(low.top, low.bottom), -1), high: outwards(quotient(high.top, high.bottom), 1) };
}

/** A little further: at least one step of a double. */
export const outwards = (x: number, direction: 1 | -1): number => x + direction * (Math.abs(x) * 2 ** -51);
