/**
 * Whether values of several types meet without a conversion that can fail. DuckDB converts arguments to one type before
 * it compares or chooses among them; where a value does not fit that type the statement fails, and a statement that
 * fails because of one row tells that the row is there.
 */
import type { Bound } from './expression.ts';
import { decimalOf, isFloat, isInteger, isNumber } from './types.ts';

/** Digits before the point that a value of an integer type may have. */
const DIGITS: Readonly<Record<string, number>> = { TINYINT: 3, SMALLINT: 5, INTEGER: 10, BIGINT: 19, HUGEINT: 39 };
const MOST_DIGITS = 38;

/** True if no row's value can fail to be converted to the type that DuckDB gives all of them together. */
export function meetSafely(nodes: readonly Bound[]): boolean {
  // A NULL fits every type; text that is written out is converted when the statement is bound, whatever the rows.
  const typed = nodes.filter((n) => n.type !== 'NULL' && !(n.kind === 'constant' && n.type === 'VARCHAR'));
  const types = [...new Set(typed.map((n) => n.type))];
  if (types.length <= 1) return true;
  if (!types.every(isNumber)) return false;
  if (types.some(isFloat) || types.every(isInteger)) return true;
  const scale = Math.max(...types.map((t) => decimalOf(t)?.scale ?? 0));
  return Math.max(...types.map(wholeDigits)) + scale <= MOST_DIGITS;
}

function wholeDigits(type: string): number {
  const decimal = decimalOf(type);
  return decimal === null ? (DIGITS[type] ?? MOST_DIGITS + 1) : decimal.width - decimal.scale;
}
