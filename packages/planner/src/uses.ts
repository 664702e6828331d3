/**
 * Pass 4, check uses: every column may only be used as the agreement says. What decides which rows count needs
 * `filter` (also inside a grouping expression), what is summed `aggregate`, what is grouped by `group`, and a minimum or
 * maximum, which is one record's own value, `reveal`.
 */
import { RefusedError } from '@sluis/base';
import type { ColumnUse, Table } from '@sluis/model';
import { isExtreme, isPair } from './bind-aggregate.ts';
import { conjuncts } from './bind-join.ts';
import { aggregatesOf, childrenOf, columnsOf, type AggregateNode, type Bound, type OperationNode, type Role } from './expression.ts';
import { hidesCondition, leaveRowsOut, multipliedBySquares } from './hidden-conditions.ts';
import { joinedColumns } from './joined-columns.ts';
import type { Items, Join, Question } from './question.ts';
import { hashedColumn } from './text-keys.ts';

interface Need {
  readonly column: string;
  /** One of these suffices. */
  readonly uses: readonly ColumnUse[];
  readonly why: string;
}

const ACTING = 'in a way that can act as a condition';

/**
 * Throws RefusedError `plan/column-use-missing`, naming every column, the use it lacks, and who could grant it.
 *
 * @param fewestRows - the agreement's minimum number of rows of a group; null where noise hides single rows.
 */
export function checkUses(question: Question, fewestRows: number | null): void {
  const { table, tableName, joins } = question;
  const missing = needsOf(question, fewestRows).filter((n) => {
    const granted = table.columns[n.column]?.uses ?? [];
    return !n.uses.some((use) => granted.includes(use));
  });
  const [first] = missing;
  if (first === undefined) return;
  const sentences = [
    ...new Set(missing.map((n) => `Column ${joins.length > 0 ? n.column : `${tableName}.${n.column}`} may not be used ${n.why}.`)),
  ];
  const asks = [...new Set(missing.map((n) => `"${n.uses[0]}" to ${n.column}`))].join(', ');
  throw new RefusedError('plan/column-use-missing', {
    stage: 'plan',
    ...(table.providers.length === 1 && table.providers[0] !== undefined ? { party: table.providers[0] } : {}),
    message: sentences.join(' '),
    remedy: `A new version of the agreement that adds the use ${asks}, signed by all organisations, would allow it; the data providers (${table.providers.join(', ')}) decide that.${missing.some((n) => n.why.startsWith(ACTING)) ? ' Or compute on aggregates: SUM(x) / 60 instead of SUM(x / 60), SUM(a) + SUM(b) instead of SUM(a + b).' : ''}`,
  });
}

function needsOf(question: Question, fewestRows: number | null): Need[] {
  const { table } = question;
  const needs: Need[] = [];
  if (question.where !== null) needs.push(...every(question.where, ['filter'], 'to filter rows (WHERE)'));
  for (const join of question.joins) needs.push(...needsOfJoin(join));
  if (question.merging !== undefined) needs.push(...needsOfItems(question.merging, table, fewestRows));
  for (const key of question.keys) needs.push(...needsOfGrouping(key.expression, question.table));
  // Of matchings and of rows without a partner no value of the other side shows.
  const alike = joinedColumns(question.joins.filter((j) => j.matching === undefined && (j.kind === 'inner' || j.kind === 'semi')));
  for (const key of question.keys) {
    const shown = hashedColumn(key.expression, table);
    if (shown === null) continue;
    needs.push(...every(shown, ['reveal'], 'to show its values, which are not declared'));
    for (const column of alike(shown.name))
      if (column !== shown.name) needs.push({ column, uses: ['reveal'], why: `to show its values, which ${shown.name} shows by the join` });
  }
  const expressions = [
    ...question.items.map((i) => i.expression),
    ...(question.having === null ? [] : [question.having]),
    ...question.orders.map((o) => o.expression),
  ];
  for (const aggregate of expressions.flatMap(aggregatesOf)) needs.push(...needsOfAggregate(aggregate, question.table, fewestRows));
  return needs;
}

/** Rows of several organisations are put together by their keys, as in a join, where those without one find no partner either. */
function needsOfItems({ keys, where, calls }: Items, table: Table, fewestRows: number | null): Need[] {
  const conditions = (where === null ? [] : conjuncts(where)).filter((c) => !isPresence(c, keys));
  return [
    ...keys.flatMap((key) => every(key, ['join'], 'to tell items apart')),
    ...conditions.flatMap((c) => every(c, ['filter'], 'to filter rows (WHERE)')),
    ...calls.filter((c) => c.aggregate === 'sum').flatMap((call) => needsOfAggregate(call, table, fewestRows)),
  ];
}

/** `key IS NOT NULL`. */
const isPresence = (node: Bound, keys: Items['keys']): boolean =>
  node.kind === 'operation' &&
  node.name === 'IS NOT NULL' &&
  node.args.every((arg) => arg.kind === 'column' && keys.some((key) => key.name === arg.name));

/** Keys that belong together need `join`; what is computed from them, and further conditions, `filter` as well. */
function needsOfJoin({ on, leftIf, rightIf }: Join): Need[] {
  const keys = on.flatMap((pair) => [pair.left, pair.right]);
  const conditions = [leftIf, rightIf].filter((c) => c !== null);
  return [
    ...keys.flatMap((key) => every(key, ['join'], 'to join')),
    ...[...keys.filter((key) => key.kind !== 'column'), ...conditions].flatMap((c) => every(c, ['filter'], 'as a condition of a join')),
  ];
}

/** What grouping by an expression needs. A column that only decides between its values shows no more than the same condition in FILTER would. */
function needsOfGrouping(key: Bound, table: Table): Need[] {
  const { value, deciding, acting } = usesOf(key, table);
  return [
    ...only(new Set([...value, ...acting]), 'group', 'to group'),
    ...only(deciding, 'filter', 'as a condition inside GROUP BY or histogram'),
  ];
}

function needsOfAggregate(node: AggregateNode, table: Table, fewestRows: number | null): Need[] {
  if (node.bin !== undefined)
    return [
      ...needsOfGrouping(node.bin.of, table),
      ...(node.bin.filter === null ? [] : every(node.bin.filter, ['filter'], 'to filter rows (FILTER)')),
    ];
  const needs = node.filter === null ? [] : every(node.filter, ['filter'], 'to filter rows (FILTER)');
  const { argument } = node;
  if (argument === null) return needs;
  // With noise they are values of many rows, like other quantiles.
  if (fewestRows !== null && (node.aggregate === 'min' || node.aggregate === 'max')) {
    needs.push(...every(argument, ['reveal'], `in ${node.aggregate}, which shows one record's own value`));
    // An extreme of nullif(x, …) or x % 7 picks which record is shown.
    const { deciding, acting } = usesOf(argument, table);
    return [...needs, ...only(new Set([...deciding, ...acting]), 'filter', `as a condition inside ${node.aggregate}`)];
  }
  if (isPair(node.aggregate) && node.second !== undefined)
    return [...needs, ...needsOfPair(node.aggregate, [argument, node.second], table)];
  if (node.aggregate === 'auction_price')
    needs.push(
      ...every(argument, ['reveal'], 'in auction_price, which shows the winner, and a receiver without data, one organisation’s own value'),
    );
  if (fewestRows !== null && node.aggregate.startsWith('quantile_') && isExtreme(node.aggregate, node.fraction ?? 0, fewestRows))
    needs.push(
      ...every(argument, ['reveal'], `in ${node.aggregate} this near to the smallest or largest value, which shows one record's own value`),
    );
  if (argument.type === 'BOOLEAN') return [...needs, ...every(argument, ['filter'], `as a condition inside ${node.aggregate}`)];
  const { value, deciding, acting } = usesOf(argument, table);
  const squares = /^(var|stddev)/.test(node.aggregate) ? multipliedBySquares([argument], table) : [];
  const hidden = [...leaveRowsOut([argument], table), ...squares];
  needs.push(...only(new Set([...deciding, ...acting, ...hidden]), 'filter', `${ACTING} inside ${node.aggregate}`));
  const counts = node.aggregate === 'count' || node.aggregate === 'count_distinct';
  const plain: readonly ColumnUse[] = counts ? ['aggregate', 'filter'] : ['aggregate'];
  return [...needs, ...[...value, ...acting].map((column) => ({ column, uses: plain, why: `in ${node.aggregate}` }))];
}

/** Values that are multiplied with each other, over the rows that have both. */
function needsOfPair(aggregate: string, values: readonly Bound[], table: Table): Need[] {
  const hidden = [...leaveRowsOut(values, table), ...multipliedBySquares(values, table)];
  const roles = values.map((v) => usesOf(v, table));
  const acting = roles.flatMap((r) => [...r.deciding, ...r.acting]);
  const entering = roles.flatMap((r) => [...r.value, ...r.acting]);
  return [
    ...only(new Set([...acting, ...hidden]), 'filter', `${ACTING} inside ${aggregate}`),
    ...entering.map((column) => ({ column, uses: ['aggregate'] as const, why: `in ${aggregate}` })),
  ];
}

const every = (node: Bound, uses: readonly ColumnUse[], why: string): Need[] => columnsOf(node).map((column) => ({ column, uses, why }));
const only = (columns: ReadonlySet<string>, use: ColumnUse, why: string): Need[] =>
  [...columns].map((column) => ({ column, uses: [use], why }));

interface ColumnRoles {
  readonly value: Set<string>;
  readonly deciding: Set<string>;
  readonly acting: Set<string>;
}

/** Sorts the columns of an expression by what they do to its value (see `Role`). */
export function usesOf(node: Bound, table: Table): ColumnRoles {
  const found: ColumnRoles = { value: new Set(), deciding: new Set(), acting: new Set() };
  collect(node, 'value', found, table);
  return found;
}

function collect(node: Bound, role: Role, found: ColumnRoles, table: Table): void {
  if (node.kind === 'column') {
    (role === 'value' ? found.value : role === 'decides' ? found.deciding : found.acting).add(node.name);
    return;
  }
  childrenOf(node).forEach((child, i) => {
    const own = node.kind === 'operation' ? roleOf(node, i, table) : 'both';
    collect(child, stronger(role, own), found, table);
  });
}

function roleOf(node: OperationNode, argument: number, table: Table): Role {
  const role = node.roles[argument] ?? 'both';
  return role === 'value' && hidesCondition(node, argument, table) ? 'both' : role;
}

function stronger(outer: Role, inner: Role): Role {
  if (outer === 'decides' || inner === 'decides') return 'decides';
  return outer === 'both' || inner === 'both' ? 'both' : 'value';
}
