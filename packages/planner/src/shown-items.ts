/**
 * Pass 2i, bind a question that shows items themselves: `SELECT id FROM t GROUP BY id HAVING count(DISTINCT organisation) >= 3`
 * is read as a question about items in which each is a group of its own.
 */
import { ORGANISATION, itemsOf } from './bind-items.ts';
import { columnsOf, print, type AggregateNode, type Bound, type ColumnNode } from './expression.ts';
import { conjunction } from './operations.ts';
import type { Question } from './question.ts';
import { unsupported } from './refusal.ts';
import { expressionsOf } from './split.ts';
import type { Typing } from './types.ts';

/** The question as it is, unless it groups rows and asks of the groups which organisations have them. */
export async function shownItems(question: Question, typing: Typing): Promise<Question> {
  const { keys, items, orders, tableName, merging } = question;
  const asksWho = expressionsOf(question).some((e) => columnsOf(e).includes(ORGANISATION));
  if (!asksWho || keys.length === 0 || merging !== undefined) return question;
  const all = [...items, ...orders.map((o) => ({ name: '', expression: o.expression }))];
  const relation = itemsOf({ ...question, items: all, orders: [], limit: null, offset: 0 }, tableName);
  const shown = relation.columns.map(({ expression }) => summed(expression));
  const expressionAt = (i: number): Bound => shown[i] as Bound;
  return {
    ...question,
    table: relation.table,
    merging: relation.merging as NonNullable<Question['merging']>,
    where: await conjunction(relation.where, typing),
    items: items.map((item, i) => ({ ...item, expression: expressionAt(i) })),
    having: null,
    orders: orders.map((o, i) => ({ ...o, expression: expressionAt(items.length + i) })),
  };
}

/** What was counted of an item is the sum over the one item of its group. */
function summed(node: Bound): Bound {
  if (node.kind === 'column' && node.name.startsWith('#')) return sumOf(node);
  return node.kind === 'operation' ? { ...node, args: node.args.map(summed) } : node;
}

const sumOf = ({ type, ...column }: ColumnNode): AggregateNode => ({
  kind: 'aggregate',
  aggregate: 'sum',
  argument: { type, ...column },
  filter: null,
  type,
  interval: column.interval,
  nullable: true,
});

/**
 * Throws RefusedError `plan/unsupported` where every group is one item and the agreement asks for more than one row: nothing
 * could ever be shown.
 */
export function checkShownItems({ merging, keys }: Question, fewestRows: number): void {
  if (merging === undefined || fewestRows <= 1) return;
  const grouped = new Set(keys.map((k) => print(k.expression)));
  if (!merging.keys.every((key) => grouped.has(print(key)))) return;
  throw unsupported(
    `Showing items by themselves under "minimum_rows" ${fewestRows}, which counts items,`,
    'Every group is one item. Count items instead, or agree on minimum_rows 1 and on minimum_organisations, which then decides what is shown.',
  );
}
