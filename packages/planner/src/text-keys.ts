/**
 * Group keys of text whose values are not declared. On shares there is a hash of 96 bits only, and that is opened for groups
 * that pass; a receiver's station puts back the texts that it has itself. So nothing that needs the text may stand in the
 * question.
 */
import { encodingsOf, type Plan, type PlanKey, type Table } from '@sluis/model';
import { besideNames } from './beside-names.ts';
import { childrenOf, print, type Bound, type ColumnNode } from './expression.ts';
import type { Question } from './question.ts';
import { unsupported } from './refusal.ts';

/** The column where a key is one of text that is shared as a hash; null for every other key. */
export function hashedColumn(expression: Bound, table: Table): ColumnNode | null {
  if (expression.kind !== 'column' || table.columns[expression.name] === undefined) return null;
  return encodingsOf(table, [expression.name])[0]?.kind === 'hash' ? expression : null;
}

/**
 * Throws RefusedError `plan/unsupported` where the text of such a key is needed beyond being shown, and where noise would
 * have to hide which texts there are.
 */
export function checkTextKeys(question: Question, noisy: boolean): void {
  const { keys, table, items, having, orders } = question;
  const texts = keys.flatMap((k) => hashedColumn(k.expression, table) ?? []);
  const [first] = texts;
  if (first === undefined) return;
  if (noisy)
    throw unsupported(`Noise over groups of ${print(first)}, a text without declared values,`, 'Declare its values, or ask without noise.');
  const refuse = (node: Bound, where: string): void => {
    const found = texts.find((t) => mentions(node, t));
    if (found === undefined) return;
    throw unsupported(
      `${print(found)} ${where}, as a text without declared values,`,
      'Only a hash of it is opened, and a receiver reads the texts that it has itself: let it stand in SELECT as it is, and filter rows by it in WHERE.',
    );
  };
  for (const { expression } of items) if (hashedColumn(expression, table) === null) refuse(expression, 'inside an expression of SELECT');
  if (having !== null) refuse(having, 'in HAVING');
  for (const { expression } of orders) refuse(expression, 'in ORDER BY');
}

/** Aggregates of the column are computed on shares, and GROUPING() does not look at it. */
function mentions(node: Bound, column: ColumnNode): boolean {
  if (node.kind === 'aggregate' || node.kind === 'grouping') return false;
  return (node.kind === 'column' && node.name === column.name) || childrenOf(node).some((c) => mentions(c, column));
}

/** The column `x_hash` beside a text key `x` of the answer. */
export interface HashColumn {
  /** Index of the key. */
  readonly key: number;
  readonly name: string;
}

/** Per item of SELECT; null for what is no such key. */
export function hashColumns({ keys, items, table }: Question): (HashColumn | null)[] {
  const named = besideNames(items);
  return items.map(({ name, expression }) => {
    const column = hashedColumn(expression, table);
    const key = column === null ? -1 : keys.findIndex((k) => print(k.expression) === print(column));
    return key < 0 ? null : { key, name: named(`${name}_hash`) };
  });
}

/** The keys that the question names: behind them stand second parts of hashes. */
export const askedKeys = ({ keys }: Pick<Plan, 'keys'>): PlanKey[] => keys.filter((_, i) => !keys.some((other) => other.text?.more === i));
