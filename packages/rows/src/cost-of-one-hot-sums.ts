/** What sums per cell cost where cells are few: the steps of `one-hot-sums.ts`, on shapes. */
import type { RowsMeter } from '@sluis/technique';
import { splitDigits, STRIPE } from './one-hot-sums.ts';

export interface DigitShape {
  readonly size: number;
  readonly bits: number;
}

/** @param words - of each column. @param stretches - into how many parts of owners a column is cut. */
export function oneHotCost(
  meter: RowsMeter,
  digits: readonly DigitShape[],
  rows: number,
  words: readonly number[],
  stretches: (column: number) => number,
): void {
  for (let from = 0; from < rows; from += STRIPE) stripeCost(meter, digits, Math.min(STRIPE, rows - from), words, stretches);
}

function stripeCost(
  meter: RowsMeter,
  digits: readonly DigitShape[],
  size: number,
  words: readonly number[],
  stretches: (column: number) => number,
): void {
  const { first } = splitDigits(
    digits.map((d) => d.size),
    words.length,
  );
  for (const d of digits) meter.isZero(size * d.size, d.bits);
  const combined = (list: readonly DigitShape[]) =>
    list.reduce((open, d, i) => {
      if (i > 0) meter.and(size * open * d.size);
      return open * d.size;
    }, 1);
  const front = combined(digits.slice(0, first));
  const back = combined(digits.slice(first));
  words.forEach((width, column) => {
    if (digits.length > first) meter.inject(size * back, width);
    if (first > 0) for (let a = 0; a < front; a++) meter.mask(size, width);
    if (digits.length === first) return;
    const parts = stretches(column);
    for (let i = 0; i < front * back * parts; i++) meter.innerProduct(Math.ceil(size / parts), width);
  });
}
