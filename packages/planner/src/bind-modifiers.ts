/** Pass 2d, bind ORDER BY, LIMIT, OFFSET and DISTINCT. */
import type { Names } from './bind.ts';
import { ast, isAst, list, text, type Ast } from './ast.ts';
import { bindExpression } from './bind-expression.ts';
import { isClosed, type Bound } from './expression.ts';
import type { Ordering } from './question.ts';
import { unknownName, unsupported } from './refusal.ts';
import type { Typing } from './types.ts';

export interface Modifiers {
  readonly orders: readonly Ordering[];
  readonly limit: number | null;
  readonly offset: number;
  readonly distinct: boolean;
}

export async function bindModifiers(node: Ast, names: Names, typing: Typing): Promise<Modifiers> {
  let out: Modifiers = { orders: [], limit: null, offset: 0, distinct: false };
  for (const modifier of list(node['modifiers']).map(ast)) {
    const type = text(modifier['type']);
    if (type === 'ORDER_MODIFIER') out = { ...out, orders: await bindOrders(list(modifier['orders']).map(ast), names, typing) };
    else if (type === 'LIMIT_MODIFIER')
      out = { ...out, limit: count('LIMIT', modifier['limit']), offset: count('OFFSET', modifier['offset']) ?? 0 };
    else if (type === 'DISTINCT_MODIFIER' && list(modifier['distinct_on_targets']).length === 0) out = { ...out, distinct: true };
    else
      throw unsupported(
        type === 'DISTINCT_MODIFIER' ? 'DISTINCT ON' : 'LIMIT with a percentage',
        'Use GROUP BY, ORDER BY and LIMIT with a number.',
      );
  }
  return out;
}

function count(what: string, value: unknown): number | null {
  if (!isAst(value)) return null;
  const content = isAst(value['value']) ? value['value']['value'] : null;
  if (text(value['class']) === 'CONSTANT' && typeof content === 'number' && Number.isSafeInteger(content) && content >= 0) return content;
  throw unsupported(`${what} with an expression`, 'Give a whole number.');
}

async function bindOrders(values: readonly Ast[], names: Names, typing: Typing): Promise<Ordering[]> {
  const orders: Ordering[] = [];
  for (const order of values) {
    const expression = ast(order['expression']);
    const direction = {
      descending: text(order['type']) === 'DESCENDING',
      nullsFirst: text(order['null_order']) === 'NULLS FIRST' || text(order['null_order']) === 'NULLSFIRST',
    };
    for (const bound of await orderExpressions(expression, names, typing)) orders.push({ expression: bound, ...direction });
  }
  return orders.filter((o) => !isClosed(o.expression));
}

async function orderExpressions(value: Ast, names: Names, typing: Typing): Promise<Bound[]> {
  if (text(value['class']) === 'STAR') return names.items.map((i) => i.expression);
  if (text(value['class']) === 'CONSTANT') {
    const position = Number(ast(value['value'])['value']);
    const item = names.items[position - 1];
    if (item === undefined)
      throw unknownName(`ORDER BY ${position} names no column of the answer.`, `Give a number from 1 to ${names.items.length}.`);
    return [item.expression];
  }
  return [
    await bindExpression(value, {
      typing,
      resolve: names.resolver('alias', 'ORDER BY'),
      resolveRows: names.resolver('column', 'ORDER BY'),
      aggregates: true,
    }),
  ];
}
