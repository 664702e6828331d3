/**
 * Pass 2h, bind a question about items: the subquery groups rows by an item and counts who has it; the outer SELECT
 * counts and adds up items. `SELECT count(*) FROM (SELECT id FROM t GROUP BY id HAVING count(DISTINCT organisation) >= 3)`.
 */
import { type Column, decimalFromUnits, encodingsOf, scaleOf, type Table } from '@sluis/model';
import { isAst, list, text, type Ast } from './ast.ts';
import { AGGREGATES } from './catalogue.ts';
import { columnsOf, print, type AggregateNode, type Bound, type ColumnNode } from './expression.ts';
import { between } from './interval.ts';
import type { Items, Question } from './question.ts';
import { unsupported } from './refusal.ts';
import { columnNode, ownersOf, type Relation } from './relation.ts';

/** Whose row it is; a name that no column can have. */
export const ORGANISATION = '#organisation';
export const ORGANISATIONS = '#organisations';
export const ROWS = '#rows';
const HOW =
  'Group by items and count who has them: SELECT count(*) FROM (SELECT id FROM t GROUP BY id HAVING count(DISTINCT organisation) >= 3).';
const ALL = ['group', 'filter', 'aggregate'] as const;
/** Widest sum of an item. */
const WIDEST = 1n << 61n;

/** The column that `organisation` is in a question over a table that several organisations provide. */
export const organisationColumn: ColumnNode = { kind: 'column', name: ORGANISATION, type: 'VARCHAR', interval: null, nullable: false };

/** Whether a SELECT aggregates, or groups. */
export function aggregates(node: Ast): boolean {
  const groups = list(node['group_expressions']).length > 0 || isAst(node['having']);
  return groups || text(node['aggregate_handling']) !== 'STANDARD_HANDLING' || callsAggregate(node['select_list']);
}

function callsAggregate(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(callsAggregate);
  if (!isAst(value)) return false;
  const name = text(value['function_name']).toLowerCase();
  return (text(value['class']) === 'FUNCTION' && AGGREGATES.has(name)) || Object.values(value).some(callsAggregate);
}

/** Throws RefusedError `plan/unsupported`. */
export function itemsOf(inner: Question, alias: string): Relation {
  if (inner.joins.length > 0 || inner.sources.length !== 1 || inner.table.kind !== 'union' || inner.merging !== undefined)
    throw unsupported('An aggregate of an aggregate here', `Only rows of one table of the kind "union" can be made items. ${HOW}`);
  if (inner.sample !== undefined) throw unsupported('USING SAMPLE in a subquery over items', 'Put it into the outer SELECT.');
  if (inner.limit !== null || inner.offset > 0) throw unsupported('LIMIT in a subquery over items', 'Use HAVING.');
  const whole = inner.groupingSets.length === 1 && inner.groupingSets[0]?.length === inner.keys.length;
  if (inner.keys.length === 0 || inner.keys.length > 8 || !whole || inner.keys.some((k) => k.expression.kind !== 'column'))
    throw unsupported('A subquery over items that does not group by one to eight columns', HOW);
  const keys = inner.keys.map((k) => k.expression as ColumnNode);
  const made = new Made(inner, keys);
  const columns = inner.items.map(({ name, expression }) => ({ name, expression: made.ofItem(expression), of: alias }));
  const where = inner.having === null ? [] : [made.ofItem(inner.having)];
  const table: Table = { ...inner.table, columns: { ...inner.table.columns, ...Object.fromEntries(made.columns) } };
  const merging: Items = { keys, where: inner.where, sums: made.sums, calls: made.calls };
  return { alias, tableName: inner.tableName, table, columns, sources: inner.sources, joins: [], where, grouped: null, merging };
}

/** Columns of items, made as they are asked for. */
class Made {
  readonly columns = new Map<string, Column>();
  readonly sums: ColumnNode[] = [];
  readonly calls: AggregateNode[] = [];
  readonly #inner: Question;
  readonly #keys: ReadonlySet<string>;

  constructor(inner: Question, keys: readonly ColumnNode[]) {
    this.#inner = inner;
    this.#keys = new Set(keys.map((k) => k.name));
    this.columns.set(ORGANISATIONS, whole(BigInt(ownersOf(inner.table).length + (inner.table.deposits?.anonymous?.members.length ?? 0))));
    this.columns.set(ROWS, whole(this.#most));
  }

  get #most(): bigint {
    const { table } = this.#inner;
    return BigInt(Math.max(1, ownersOf(table).length)) * BigInt(Math.max(table.maximum_rows, table.deposits?.maximum_rows_each ?? 0));
  }

  /** An expression over rows of one item as one over the item. */
  ofItem(node: Bound): Bound {
    if (node.kind === 'aggregate') return this.#call(node);
    if (node.kind === 'column' && !this.#keys.has(node.name))
      throw unsupported(`${print(node)} beside items`, 'Group by it as well, or leave it out: an item may have several values.');
    if (node.kind === 'grouping') throw unsupported('GROUPING() of items', 'Leave it out.');
    return node.kind === 'operation' ? { ...node, args: node.args.map((a) => this.ofItem(a)) } : node;
  }

  #call(node: AggregateNode): ColumnNode {
    const { aggregate, argument, filter } = node;
    this.calls.push(node);
    const plain = filter === null && argument?.kind === 'column';
    if (plain && aggregate === 'count_distinct' && argument.name === ORGANISATION) return this.#column(ORGANISATIONS, 'BIGINT');
    if (aggregate === 'count' && argument === null && filter === null) return this.#column(ROWS, 'BIGINT');
    if (plain && aggregate === 'sum' && !argument.nullable) return this.#sum(node, argument);
    throw unsupported(
      `${print(node)} of an item`,
      'Of each item count(DISTINCT organisation), count(*) and sum(column), of a column that is never NULL, can be asked.',
    );
  }

  #column(name: string, type: string): ColumnNode {
    return { ...columnNode(name, this.columns.get(name) as Column), type };
  }

  #sum(node: AggregateNode, argument: ColumnNode): ColumnNode {
    const known = this.sums.findIndex((s) => s.name === argument.name);
    const name = `#sum${known < 0 ? this.sums.length : known}`;
    if (known < 0) {
      this.columns.set(name, this.#sumColumn(argument));
      this.sums.push(argument);
    }
    return this.#column(name, node.type);
  }

  #sumColumn({ name }: ColumnNode): Column {
    const { table } = this.#inner;
    const column = table.columns[name] as Column;
    const [encoding] = encodingsOf(table, [name]);
    const size = (v: bigint): bigint => (v < 0n ? -v : v);
    const [low, high] = [size(encoding?.minimum ?? 0n), size(encoding?.maximum ?? 0n)];
    const largest = low - high > 0n ? low : high;
    const most = largest * this.#most;
    if (most >= WIDEST)
      throw unsupported(`sum(${name}) of an item, which may be too large to be shared,`, 'Declare narrower bounds, or fewer maximum_rows.');
    const scale = scaleOf(column);
    const type = column.type === 'DOUBLE' ? column.type : scale === 0 ? 'BIGINT' : `DECIMAL(18,${scale})`;
    const ends: [string, string] = [decimalFromUnits((encoding?.minimum ?? 0n) < 0n ? -most : 0n, scale), decimalFromUnits(most, scale)];
    return { ...column, type, nullable: false, domain: undefined, bounds: ends, uses: ALL.filter((use) => column.uses.includes(use)) };
  }
}

const MOST_NUMBERS = 1000n;

/** From 0 to `most`; where these are few they can be grouped by. */
function whole(most: bigint): Column {
  const ends: [string, string] = ['0', String(most)];
  const base = { type: 'BIGINT', description: '', uses: [...ALL], nullable: false };
  return most > MOST_NUMBERS ? { ...base, bounds: ends } : { ...base, domain: { range: ends } };
}

/** Whether every item that counts is one that two organisations or more have, so that none is of a receiver alone. */
export function needsTwo({ where }: Pick<Question, 'where'>): boolean {
  const conditions = where === null ? [] : conjuncts(where);
  return conditions.some((c) => {
    if (c.kind !== 'operation') return false;
    const [a, b] = c.args;
    const least = b?.kind === 'constant' ? b.interval : null;
    if (a?.kind !== 'column' || a.name !== ORGANISATIONS || least === null) return false;
    const one = between(1, 1).lo;
    return c.name === '>=' || c.name === '=' ? least.lo > one : c.name === '>' ? least.lo >= one : false;
  });
}

const conjuncts = (node: Bound): Bound[] => (node.kind === 'operation' && node.name === 'AND' ? node.args.flatMap(conjuncts) : [node]);

/** Throws RefusedError `plan/unsupported` where `organisation` is left over. */
export function refuseOrganisation(question: Question): void {
  const expressions = [
    ...question.items.map((i) => i.expression),
    ...question.keys.map((k) => k.expression),
    ...question.orders.map((o) => o.expression),
    ...[question.where, question.having, question.merging?.where ?? null].filter((e) => e !== null),
  ];
  if (expressions.some((e) => columnsOf(e).includes(ORGANISATION))) throw unsupported('"organisation" here', HOW);
}
