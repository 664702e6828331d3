/** Whether an answer is as exact as a relative error asks for, told from its own intervals. */
import { compareRationals, multiplyRationals, type Rational, rational } from '@sluis/math';
import type { CellValue, ResultTable } from '@sluis/model';
import type { Prepared } from './prepared.ts';

/** A value of the answer that may be further off than was asked. */
export interface Unmet {
  readonly row: number;
  readonly column: string;
}

/**
 * Whether |value − x| ≤ share·|x| for every x from low to high: then it holds for the exact value, wherever the interval
 * does. For 0 < low ≤ value ≤ high the worst x are both ends, (value − low)/low and (high − value)/high. Where 0 may be the
 * exact value, no error but 0 is small beside it.
 */
export function isWithinShare(value: CellValue, low: CellValue, high: CellValue, share: Rational): boolean {
  const numbers = [value, low, high].map(exactNumber);
  const [v, l, h] = numbers;
  if (v == null || l == null || h == null) return false;
  if (h.numerator < 0n) return withinShare(negated(v), negated(h), negated(l), share);
  return withinShare(v, l, h, share);
}

/** The values that may be further off, by rows and columns; a table without rows has none. */
export function unmetIn({ intervals = [] }: Pick<Prepared, 'intervals'>, { columns, rows }: ResultTable, share: Rational): Unmet[] {
  return rows.flatMap((cells, row) =>
    intervals.flatMap(({ column }): Unmet[] => {
      const [value = null, low = null, high = null] = cells.slice(column, column + 3);
      return isWithinShare(value, low, high, share) ? [] : [{ row, column: columns[column]?.name ?? '' }];
    }),
  );
}

function withinShare(value: Rational, low: Rational, high: Rational, share: Rational): boolean {
  if (low.numerator <= 0n) return false;
  const one = rational(1n);
  const above = { numerator: one.numerator * share.denominator + share.numerator, denominator: share.denominator };
  const below = { numerator: one.numerator * share.denominator - share.numerator, denominator: share.denominator };
  return compareRationals(value, multiplyRationals(above, low)) <= 0 && compareRationals(value, multiplyRationals(below, high)) >= 0;
}

const negated = ({ numerator, denominator }: Rational): Rational => ({ numerator: -numerator, denominator });

/** The number as it is shown; null for what is none. */
function exactNumber(value: CellValue): Rational | null {
  if (typeof value !== 'number' && typeof value !== 'string') return null;
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d{1,3}))?$/i.exec(String(value));
  if (match === null) return null;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const shift = BigInt(exponent) - BigInt(fraction.length);
  const digits = BigInt(`${sign}${whole}${fraction}`);
  const power = 10n ** (shift < 0n ? -shift : shift);
  return shift < 0n ? { numerator: digits, denominator: power } : { numerator: digits * power, denominator: 1n };
}
