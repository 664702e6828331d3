/**
 * Arithmetic that looks linear and is not. Adding, multiplying and dividing can be arranged to give 1 for some rows and 0
 * for all others, which is a filter; what can be so arranged needs the use `filter` beside `aggregate`.
 */
import type { Table } from '@sluis/model';
import { boundsOf } from './arithmetic.ts';
import { columnsOf, type Bound, type OperationNode } from './expression.ts';
import { magnitude } from './interval.ts';
import { isFloat, isInteger } from './types.ts';

/** Whole numbers below this are the same in floating point, also at the finest grid of a sum. */
const EXACT = 2n ** 38n * 10n ** 18n;

/** Whether an argument that enters by its value can, through this operation, act as a condition all the same. */
export function hidesCondition(node: OperationNode, argument: number, table: Table): boolean {
  const child = node.args[argument];
  if (child === undefined || columnsOf(child).length === 0) return false;
  return roundsAway(node, child) || multipliesSecrets(node, argument, table);
}

/**
 * Floating point rounds: (x + 2^60) - 2^60, x * 1e-15 on the grid of a sum, or a shifted x converted to DOUBLE are steps of
 * x at a place of the asker's choice. Only what keeps every digit stays linear.
 */
function roundsAway(node: OperationNode, child: Bound): boolean {
  if (!isFloat(node.type)) return false;
  const keeps = node.name === 'cast' || node.name === 'case' || node.name === 'coalesce';
  if (keeps && child.type === node.type) return false;
  const bounds = boundsOf(child);
  return !(keeps && node.type === 'DOUBLE' && isInteger(child.type) && bounds !== null && magnitude(bounds) < EXACT);
}

/**
 * A product of columns: a 0/1 column is a filter, and (id - 1) * (id - 2) * … leaves one id over. It adds nothing where
 * the other factors may be filtered by anyway.
 */
function multipliesSecrets(node: OperationNode, argument: number, table: Table): boolean {
  if (node.name !== '*') return false;
  const others = node.args.flatMap((a, i) => (i === argument ? [] : columnsOf(a)));
  return others.some((name) => table.columns[name]?.uses.includes('filter') !== true);
}

/**
 * Columns whose missing values leave rows of other columns out: in sum(x + 0 * y) only the rows that have a y count,
 * and the difference from sum(x) is the sum over those that have none.
 */
export function leaveRowsOut(together: readonly Bound[], table: Table): string[] {
  const columns = [...new Set(together.flatMap(columnsOf))];
  return columns.length < 2 ? [] : columns.filter((name) => table.columns[name]?.nullable === true);
}

/**
 * A variance squares: with two columns inside it holds the sum of their product, as do statistics of pairs. One factor may
 * lack `filter`, as in a product.
 */
export function multipliedBySquares(together: readonly Bound[], table: Table): string[] {
  const columns = [...new Set(together.flatMap(columnsOf))];
  const kept = columns.filter((name) => table.columns[name]?.uses.includes('filter') !== true);
  return kept.length < 2 ? [] : kept;
}
