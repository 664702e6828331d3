/** Pass 2b, bind FROM: the shared table, or subqueries and common table expressions over it, seen through to its columns. */
import type { Agreement, Column, Table } from '@sluis/model';
import { ast, isAst, list, text, type Ast } from './ast.ts';
import type { Bound, ColumnNode } from './expression.ts';
import { between, hull, parseFixed, type Interval } from './interval.ts';
import { bindJoin } from './bind-join.ts';
import type { Items, Join, Question, Source } from './question.ts';
import { unknownName, unsupported } from './refusal.ts';
import type { Typing } from './types.ts';

export interface RelationColumn {
  readonly name: string;
  readonly expression: Bound;
  /** Alias of the table or subquery that it comes from. */
  readonly of: string;
  /** The right side's column of USING: only its full name finds it. */
  readonly merged?: true;
}

export interface Relation {
  readonly alias: string;
  readonly tableName: string;
  readonly table: Table;
  readonly columns: readonly RelationColumn[];
  readonly sources: readonly Source[];
  readonly joins: readonly Join[];
  readonly where: readonly Bound[];
  /** The inner question if its SELECT aggregates: the outer one may only pick, filter, order and compute on its groups. */
  readonly grouped: Question | null;
  /** Set where rows are items. */
  readonly merging?: Items;
}

export interface Surroundings {
  readonly agreement: Agreement;
  readonly typing: Typing;
  readonly ctes: ReadonlyMap<string, { readonly node: unknown; readonly names: readonly string[]; readonly outer: Surroundings }>;
  readonly depth: number;
  /** Inside a join: columns are named "table.column". */
  readonly joined: boolean;
  /** Binds a SELECT that stands in FROM or WITH. */
  readonly bindInner: (node: unknown, alias: string, around: Surroundings) => Promise<Relation>;
}

/** The surroundings inside a statement with its WITH clause. */
export function withCtes(node: Ast, around: Surroundings): Surroundings {
  const map = isAst(node['cte_map']) ? list(node['cte_map']['map']) : [];
  let inner = around;
  for (const entry of map.map(ast)) {
    const value = ast(entry['value']);
    const outer = inner;
    const ctes = new Map(outer.ctes);
    ctes.set(text(entry['key']).toLowerCase(), { node: ast(value['query'])['node'], names: list(value['aliases']).map(text), outer });
    inner = { ...outer, ctes };
  }
  return inner;
}

const ONE_TABLE = 'Ask over a shared table, or join tables of one owner each; subqueries and WITH may narrow them down.';

export async function bindFrom(value: unknown, around: Surroundings): Promise<Relation> {
  if (around.depth > 20) throw unsupported('Nesting this deep', 'Flatten the subqueries.');
  const from = ast(value);
  if (isAst(from['sample'])) throw unsupported('TABLESAMPLE', 'Ask over all rows: a random sample would differ from run to run.');
  switch (text(from['type'])) {
    case 'BASE_TABLE':
      return bindTable(from, around);
    case 'SUBQUERY': {
      const inner = { ...around, depth: around.depth + 1 };
      return renamed(await around.bindInner(ast(from['subquery'])['node'], text(from['alias']), inner), from);
    }
    case 'JOIN':
      return bindJoin(from, { ...around, joined: true, depth: around.depth + 1 }, bindFrom);
    case 'EMPTY':
      throw unsupported('A SELECT without FROM', ONE_TABLE);
    default:
      throw unsupported(text(from['type']).replaceAll('_', ' ').toLowerCase() || 'This FROM', ONE_TABLE);
  }
}

async function bindTable(from: Ast, around: Surroundings): Promise<Relation> {
  const name = text(from['table_name']);
  const alias = text(from['alias']) || name;
  const owner = text(from['schema_name']);
  if (text(from['catalog_name']) !== '' || isAst(from['at_clause']))
    throw unsupported('Such a table name', 'Name a shared table of the agreement.');
  const cte = around.ctes.get(name.toLowerCase());
  if (cte !== undefined && owner === '') {
    const relation = await around.bindInner(cte.node, alias, { ...cte.outer, depth: around.depth + 1, joined: around.joined });
    return renamed(renameAll(relation, cte.names), from);
  }
  const tables = around.agreement.tables;
  const tableName = Object.keys(tables).find((t) => t.toLowerCase() === name.toLowerCase());
  const table = tableName === undefined ? undefined : tables[tableName];
  if (tableName === undefined || table === undefined) {
    throw unknownName(`The agreement has no shared table ${name}.`, `Its tables are: ${Object.keys(tables).join(', ')}.`);
  }
  if (owner !== '' && !ownersOf(table).some((p) => p.toLowerCase() === owner.toLowerCase()))
    throw unknownName(`${owner} has no shared table ${tableName}.`, `It is shared by ${ownersOf(table).join(', ')}.`);
  if (owner !== '' && ownersOf(table).length > 1)
    throw unsupported(
      `Asking over the rows of ${owner} alone (${owner}.${tableName})`,
      'A table of the kind "union" is asked about as a whole: leave the owner out. What one organisation has belongs in a table of the kind "owner".',
    );
  checkKind(tableName, table, around.joined);
  const own = (column: string): string => (around.joined ? `${tableName}.${column}` : column);
  const columns = Object.entries(table.columns).map(([column, c]) => ({ name: column, expression: columnNode(own(column), c), of: alias }));
  const named = Object.fromEntries(Object.entries(table.columns).map(([column, c]) => [own(column), c]));
  const sources = [{ tableName, table }];
  return renamed({ alias, tableName, table: { ...table, columns: named }, columns, sources, joins: [], where: [], grouped: null }, from);
}

/** Whose rows a table holds, by station or deposited. */
export const ownersOf = ({ providers, deposits }: Table): string[] => [...new Set([...providers, ...(deposits?.by ?? [])])];

/** Rows of one owner are shown joined with another's only; rows of many are not joined, since they have no one owner. */
function checkKind(tableName: string, table: Table, joined: boolean): void {
  if (joined === (table.kind === 'owner')) return;
  throw joined
    ? unsupported(`A join with ${tableName}, a table of several organisations,`, 'Join tables of the kind "owner".')
    : unsupported(
        `Asking over ${tableName}, a table of one owner,`,
        'Join it with a table of another organisation, or ask over a table of the kind "union".',
      );
}

/** A column with the bounds that the agreement declares. */
export function columnNode(name: string, column: Column): ColumnNode {
  return { kind: 'column', name, type: column.type, interval: declaredBounds(column), nullable: column.nullable };
}

function declaredBounds(column: Column): Interval | null {
  const { domain, bounds, type } = column;
  if (type === 'BOOLEAN') return between(0, 1);
  if (bounds !== undefined) return ordered(numberOf(bounds[0], type), numberOf(bounds[1], type));
  if (domain === undefined || type === 'VARCHAR') return null;
  const ends = 'range' in domain ? domain.range : domain.values;
  const numbers = ends.map((e) => numberOf(e, type));
  const known = numbers.filter((n) => n !== null).map((n) => ({ lo: n, hi: n }));
  return known.length === 0 || known.length < numbers.length ? null : known.reduce(hull);
}

const ordered = (lo: bigint | null, hi: bigint | null): Interval | null => (lo === null || hi === null || lo > hi ? null : { lo, hi });

/** The number behind a declared value: itself, days, or microseconds since 1970. */
function numberOf(value: string, type: string): bigint | null {
  const number = parseFixed(value);
  if (number !== null) return number;
  if (type !== 'DATE' && type !== 'TIMESTAMP') return null;
  const at = Date.parse(`${value.replace(' ', 'T')}${/[T ]/.test(value) ? '' : 'T00:00:00'}${/Z$/.test(value) ? '' : 'Z'}`);
  if (Number.isNaN(at)) return null;
  const unit = type === 'DATE' ? BigInt(Math.floor(at / 86_400_000)) : BigInt(at) * 1000n;
  return unit * 10n ** 18n;
}

function renamed(relation: Relation, from: Ast): Relation {
  const alias = text(from['alias']) || relation.alias;
  const columns = relation.columns.map((c) => ({ ...c, of: alias }));
  return renameAll({ ...relation, alias, columns }, list(from['column_name_alias']).map(text));
}

function renameAll(relation: Relation, names: readonly string[]): Relation {
  if (names.length > relation.columns.length) throw unknownName('There are more column names than columns.', 'Give at most as many names.');
  return { ...relation, columns: relation.columns.map((c, i) => ({ ...c, name: names[i] ?? c.name })) };
}
