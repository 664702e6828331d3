/** Pass 2a, bind an expression: names become columns, functions are checked against the allow-list, everything gets a type. */
import type { Table } from '@sluis/model';
import { ast, isAst, list, text, type Ast } from './ast.ts';
import { bindArithmetic, boundsOf, finite, fits } from './arithmetic.ts';
import { makeAggregate } from './bind-aggregate.ts';
import { makeHistogram } from './bind-histogram.ts';
import { bindCast } from './bind-cast.ts';
import { AGGREGATES, ARITHMETIC, functionRule, OPERATORS } from './catalogue.ts';
import { bindConstant, withClosedBounds } from './constants.ts';
import { DAY_COUNT_ROLES, dateBounds, isDayCount } from './date-bounds.ts';
import { limitGrowth } from './growth.ts';
import { hasAggregate, isClosed, print, type Bound, type Role } from './expression.ts';
import { between, hull, type Interval } from './interval.ts';
import { refuseFunction, refuseShape } from './not-supported.ts';
import { asCondition, deciding, isNull, operation, predicate, tried, TRUTH } from './operations.ts';
import { unsupported } from './refusal.ts';
import { meetSafely } from './safe-conversions.ts';
import { isFloat, type Typing } from './types.ts';

/** Finds what a name stands for; throws RefusedError `plan/unknown-name`. */
export type Resolve = (path: readonly string[]) => Bound;

export interface ExpressionContext {
  readonly typing: Typing;
  readonly resolve: Resolve;
  /** What names stand for inside an aggregate, if not the same: a column there is never an alias of the answer. */
  readonly resolveRows?: Resolve;
  /** Whether aggregate functions may stand here; else why not. */
  readonly aggregates: true | string;
  /** Declared columns, where a histogram may stand. */
  readonly table?: Table;
}

const COMPARISONS: Readonly<Record<string, string>> = {
  COMPARE_EQUAL: '=',
  COMPARE_NOTEQUAL: '<>',
  COMPARE_LESSTHAN: '<',
  COMPARE_GREATERTHAN: '>',
  COMPARE_LESSTHANOREQUALTO: '<=',
  COMPARE_GREATERTHANOREQUALTO: '>=',
  COMPARE_DISTINCT_FROM: 'IS DISTINCT FROM',
  COMPARE_NOT_DISTINCT_FROM: 'IS NOT DISTINCT FROM',
};

const LONGEST_EXPRESSION = 200_000;

export async function bindExpression(value: unknown, context: ExpressionContext): Promise<Bound> {
  const node = await bindByClass(ast(value), context);
  if (print(node).length > LONGEST_EXPRESSION) throw unsupported('An expression this large', 'Simplify the expression.');
  return node.kind === 'operation' ? withClosedBounds(node, context.typing) : node;
}

async function bindByClass(node: Ast, context: ExpressionContext): Promise<Bound> {
  switch (text(node['class'])) {
    case 'CONSTANT':
      return bindConstant(node);
    case 'COLUMN_REF':
      return context.resolve(list(node['column_names']).map(text));
    case 'CAST':
      return bindCast(node, await bindExpression(node['child'], context), context.typing);
    case 'COMPARISON':
      return bindComparison(node, context);
    case 'CONJUNCTION':
      return bindLogic(text(node['type']) === 'CONJUNCTION_AND' ? 'AND' : 'OR', list(node['children']), context);
    case 'BETWEEN':
      return bindBetween(node, context);
    case 'CASE':
      return bindCase(node, context);
    case 'OPERATOR':
      return bindOperator(node, context);
    case 'FUNCTION':
      return bindFunction(node, context);
    default:
      throw refuseShape(node);
  }
}

const bindAll = async (values: readonly unknown[], context: ExpressionContext): Promise<Bound[]> => {
  const bound: Bound[] = [];
  for (const value of values) bound.push(await bindExpression(value, context));
  return bound;
};

async function bindComparison(node: Ast, context: ExpressionContext): Promise<Bound> {
  const operator = COMPARISONS[text(node['type'])];
  if (operator === undefined) throw refuseShape(node);
  const args = await bindAll([node['left'], node['right']], context);
  return predicate(operator, args, ([a, b]) => `(${a} ${operator} ${b})`, context.typing);
}

async function bindBetween(node: Ast, context: ExpressionContext): Promise<Bound> {
  const args = await bindAll([node['input'], node['lower'], node['upper']], context);
  return predicate('BETWEEN', args, ([a, b, c]) => `(${a} BETWEEN ${b} AND ${c})`, context.typing);
}

async function bindConditions(values: readonly unknown[], context: ExpressionContext): Promise<Bound[]> {
  const bound: Bound[] = [];
  for (const value of await bindAll(values, context)) bound.push(await asCondition(value, context.typing));
  return bound;
}

async function bindLogic(operator: 'AND' | 'OR', values: readonly unknown[], context: ExpressionContext): Promise<Bound> {
  const args = await bindConditions(values, context);
  const write = (t: readonly string[]): string => `(${t.join(` ${operator} `)})`;
  return operation(
    { name: operator, args, roles: deciding(args), write, interval: TRUTH, nullable: args.some((a) => a.nullable) },
    context.typing,
  );
}

async function bindCase(node: Ast, context: ExpressionContext): Promise<Bound> {
  const checks = list(node['case_checks']).map(ast);
  const whens = await bindConditions(
    checks.map((c) => c['when_expr']),
    context,
  );
  const branches = await bindAll([...checks.map((c) => c['then_expr']), ...(isAst(node['else_expr']) ? [node['else_expr']] : [])], context);
  const args = [...whens, ...branches];
  const write = (t: readonly string[]): string => {
    const cases = whens.map((_, i) => `WHEN ${t[i]} THEN ${t[whens.length + i]}`).join(' ');
    const otherwise = t[2 * whens.length];
    return `CASE ${cases}${otherwise === undefined ? '' : ` ELSE ${otherwise}`} END`;
  };
  const roles: Role[] = args.map((_, i) => (i < whens.length ? 'decides' : 'value'));
  const safe = meetSafely(branches);
  const nullable = !safe || branches.length === whens.length || branches.some((b) => b.nullable);
  return operation({ name: 'case', args, roles, write: tried(safe, write), interval: hullOf(branches), nullable }, context.typing);
}

/** Bounds of "one of these"; NULL literals don't count. */
function hullOf(nodes: readonly Bound[]): Interval | null {
  const bounds = nodes.filter((n) => n.type !== 'NULL').map(boundsOf);
  return bounds.length === 0 || bounds.some((b) => b === null) ? null : bounds.filter((b) => b !== null).reduce(hull);
}

async function bindOperator(node: Ast, context: ExpressionContext): Promise<Bound> {
  const { typing } = context;
  const children = list(node['children']);
  const type = text(node['type']);
  switch (type) {
    case 'OPERATOR_IS_NULL':
    case 'OPERATOR_IS_NOT_NULL': {
      const [arg] = await bindAll(children, context);
      if (arg === undefined) throw refuseShape(node);
      return isNull(arg, type === 'OPERATOR_IS_NULL', typing);
    }
    case 'OPERATOR_NOT': {
      const args = await bindConditions(children, context);
      return operation(
        { name: 'NOT', args, roles: deciding(args), write: ([a]) => `(NOT ${a})`, interval: TRUTH, nullable: args.some((a) => a.nullable) },
        typing,
      );
    }
    case 'COMPARE_IN':
    case 'COMPARE_NOT_IN': {
      const args = await bindAll(children, context);
      const word = type === 'COMPARE_IN' ? 'IN' : 'NOT IN';
      return predicate(word, args, ([a, ...rest]) => `(${a} ${word} (${rest.join(', ')}))`, typing);
    }
    case 'OPERATOR_COALESCE': {
      const args = await bindAll(children, context);
      const roles: Role[] = args.map((_, i) => (i < args.length - 1 ? 'both' : 'value'));
      const safe = meetSafely(args);
      const write = tried(safe, (t) => `COALESCE(${t.join(', ')})`);
      const nullable = !safe || args.every((a) => a.nullable);
      return operation({ name: 'coalesce', args, roles, write, interval: hullOf(args), nullable }, typing);
    }
    case 'OPERATOR_TRY': {
      const [inner] = await bindAll(children, context);
      if (inner !== undefined) return inner;
      throw refuseShape(node);
    }
    case 'GROUPING_FUNCTION':
      return { kind: 'grouping', args: await bindAll(children, context), type: 'BIGINT', interval: between(0, 2 ** 31), nullable: false };
    default:
      throw refuseShape(node);
  }
}

async function bindFunction(node: Ast, context: ExpressionContext): Promise<Bound> {
  const name = text(node['function_name']).toLowerCase();
  if (AGGREGATES.has(name)) return bindAggregate(name, node, context);
  const schema = text(node['schema']);
  if ((schema !== '' && schema !== 'main') || text(node['catalog']) !== '' || isAst(node['filter']) || node['distinct'] === true)
    throw refuseFunction(name);
  const operator = ARITHMETIC.get(name);
  const simple = OPERATORS.get(name);
  const rule = functionRule(name);
  if (operator === undefined && simple === undefined && rule === null && name !== 'nullif') throw refuseFunction(name);
  const args = await bindAll(list(node['children']), context);
  if (operator !== undefined) return bindArithmetic(operator, args, context.typing);
  if (name === 'nullif') return bindNullif(args, context.typing);
  if (simple !== undefined) {
    if (simple.literalRight) requireLiteral(name, args, [1]);
    const write = ([a, b]: readonly string[]): string => `(${a} ${name} ${b})`;
    const interval = simple.role === 'decides' ? TRUTH : null;
    return operation(
      { name, args, roles: args.map(() => simple.role), write, interval, nullable: args.some((a) => a.nullable) },
      context.typing,
    );
  }
  return bindListed(name, args, context.typing);
}

async function bindNullif(args: readonly Bound[], typing: Typing): Promise<Bound> {
  const [value] = args;
  if (args.length !== 2 || value === undefined) throw unsupported(`nullif with ${args.length} arguments`, 'Give two arguments.');
  const safe = meetSafely(args);
  const write = tried(safe, ([a, b]) => `nullif(${a}, ${b})`);
  return operation({ name: 'nullif', args, roles: ['both', 'both'], write, interval: boundsOf(value), nullable: true }, typing);
}

function requireLiteral(name: string, args: readonly Bound[], positions: readonly number[]): void {
  for (const position of positions) {
    const arg = args[position];
    if (arg !== undefined && !isClosed(arg)) {
      throw unsupported(`${name} with an argument ${position + 1} that differs by row`, 'Give a literal there.');
    }
  }
}

async function bindListed(name: string, args: readonly Bound[], typing: Typing): Promise<Bound> {
  const rule = functionRule(name);
  if (rule === null) throw refuseFunction(name);
  if (args.length < rule.least || args.length > rule.most) {
    throw unsupported(
      `${name} with ${args.length} arguments`,
      `Give ${rule.least === rule.most ? rule.least : `${rule.least} to ${rule.most}`}.`,
    );
  }
  requireLiteral(name, args, rule.literal);
  limitGrowth(name, args);
  const written = name === '@' ? 'abs' : (rule.written ?? name);
  const call = (t: readonly string[]): string => `${written}(${t.join(', ')})`;
  const dayCount = isDayCount(name, args);
  const chooses = /^(greatest|least)$/.test(name);
  const guarded = tried(dayCount || (rule.total && (!chooses || meetSafely(args))), call);
  const interval =
    dateBounds(name, args) ??
    rule.bounds?.(
      args.map(boundsOf),
      args.map((a) => a.nullable),
    ) ??
    null;
  const roles = dayCount ? DAY_COUNT_ROLES : args.map(() => rule.role);
  const nullable = !dayCount || args.some((a) => a.nullable);
  const draft = await operation({ name, args, roles, write: guarded, interval, nullable }, typing);
  if (!isFloat(draft.type) || fits(interval, draft.type)) return draft;
  return { ...draft, write: (t) => finite(draft.write(t)) };
}

async function bindAggregate(name: string, node: Ast, context: ExpressionContext): Promise<Bound> {
  if (context.aggregates !== true)
    throw unsupported(`The aggregate ${name} ${context.aggregates}`, 'Aggregate in the SELECT list, HAVING or ORDER BY.');
  const orders = isAst(node['order_bys']) ? list(node['order_bys']['orders']).map(ast) : [];
  const within = orders.length > 0 && /^quantile_(cont|disc)$/.test(name) && list(node['children']).length === 1;
  if (orders.length > 0 && !within && text(node['type']) === 'FUNCTION')
    throw unsupported(`ORDER BY inside ${name}`, 'Leave it out: the order does not change this aggregate.');
  if (within && (orders.length !== 1 || !/^(ORDER_DEFAULT|ASCENDING)$/.test(text(orders[0]?.['type']))))
    throw unsupported('WITHIN GROUP in descending order', 'Order ascending, and give 1 minus the fraction.');
  const resolve = context.resolveRows ?? context.resolve;
  const rows: ExpressionContext = { ...context, resolve, aggregates: 'inside another aggregate' };
  const children = [...(within ? orders.map((o) => o['expression']) : []), ...list(node['children'])];
  const args = await bindAll(children, rows);
  const filters = isAst(node['filter']) ? await bindConditions([node['filter']], rows) : [];
  if ([...args, ...filters].some(hasAggregate))
    throw unsupported(`An aggregate inside ${name}`, 'Aggregate once, over the rows of the shared table.');
  const call = { name, args, filters, distinct: node['distinct'] === true };
  return name === 'histogram' ? makeHistogram(call, context.table ?? null, context.typing) : makeAggregate(call, context.typing);
}
