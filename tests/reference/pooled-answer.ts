/**
 * The answer that Sluis must give, computed from all rows in one place: DuckDB on the pooled table without HAVING, ORDER
 * BY and LIMIT; then the output rules; then those clauses on the groups that passed. Independent of the planner.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { decidePasses, type MeasuredGroup } from './decide-passes.ts';
import { measures } from './pooled-measures.ts';
import { fill, type Formula, type Query, type Rules } from './query.ts';

export interface Reference {
  readonly rows: readonly (readonly (string | null)[])[];
  /** Declared groups with a column that does not pass, as `groupText`. */
  readonly suppressed: readonly { readonly group: Readonly<Record<string, string | null>>; readonly cells: readonly string[] }[];
}

/** Declared values of a shared column, as SQL giving one column `v`. */
export type DeclaredValues = (column: string) => string;

/**
 * @param pooled - has a table named as the query's with all rows, and `__party` naming each row's organisation.
 */
export async function pooledAnswer(query: Query, pooled: DuckDBConnection, rules: Rules, declared: DeclaredValues): Promise<Reference> {
  await createGroups(query, pooled, rules);
  const groups = await readGroups(query, pooled);
  const passes = decidePasses(query, rules, groups);
  const flags = query.aggregates.map((_, a) => `p${a} BOOLEAN`);
  await pooled.run(`CREATE OR REPLACE TEMP TABLE passes (id BIGINT${flags.map((f) => `, ${f}`).join('')})`);
  if (groups.length > 0) {
    const values = groups.map((g, i) => `(${[g.id, ...passes.map((p) => String(p[i]))].join(', ')})`);
    await pooled.run(`INSERT INTO passes VALUES ${values.join(', ')}`);
  }
  return { rows: await texts(pooled, answerSql(query)), suppressed: await suppressed(query, pooled, groups, passes, declared) };
}

async function createGroups(query: Query, pooled: DuckDBConnection, rules: Rules): Promise<void> {
  const keys = query.keys.map((key, i) => `${key.meaning} AS k${i}`);
  const names = query.keys.map((_, i) => `k${i}`);
  const where = query.where === null ? '' : ` WHERE ${query.where.meaning}`;
  const rows = `(SELECT *${keys.map((k) => `, ${k}`).join('')} FROM ${query.table}${where}) AS chosen`;
  const bits = names.map((name, i) => `GROUPING(${name}) AS g${i}`);
  const sets = query.groupingSets.map((set) => `(${set.map((k) => names[k]).join(', ')})`);
  const by = names.length === 0 ? '' : ` GROUP BY GROUPING SETS (${sets.join(', ')})`;
  const columns = [...names, ...bits, ...measures(query, rules)].join(', ');
  await pooled.run(`CREATE OR REPLACE TEMP TABLE raw_groups AS SELECT ${columns} FROM ${rows}${by}`);
  await pooled.run('CREATE OR REPLACE TEMP TABLE groups AS SELECT row_number() OVER () AS id, * FROM raw_groups');
}

async function readGroups(query: Query, pooled: DuckDBConnection): Promise<MeasuredGroup[]> {
  const reader = await pooled.runAndReadAll('SELECT * FROM groups ORDER BY id');
  const names = reader.columnNames();
  return reader.getRowsJson().map((row) => {
    const of = new Map(names.map((name, i) => [name, row[i] ?? null]));
    const keys = query.keys.map((_, i) => (String(of.get(`g${i}`)) === '1' ? undefined : of.get(`k${i}`)));
    return {
      id: String(of.get('id')),
      keys: keys.map((k) => (k === undefined || k === null ? k : String(k))),
      measure: (name) => of.get(name) ?? null,
    };
  });
}

/** HAVING and ORDER BY see NULL where an aggregate does not pass; a group is a row if any column of it passes. */
function answerSql(query: Query): string {
  const shown = (formula: Formula): string => finite(fill(formula, (a) => `(CASE WHEN p${a} THEN v${a} END)`));
  const allPass = (formula: Formula): string => formula.uses.map((a) => `p${a}`).join(' AND ') || 'true';
  const columns = query.columns.map((c, i) => `CASE WHEN ${allPass(c)} THEN ${shown(c)} END AS c${i}`);
  const keys = query.keys.map((_, i) => `k${i}`);
  const visible = query.columns.map((c) => `(${allPass(c)})`).join(' OR ');
  const having = query.having === null ? '' : ` AND (${fill(query.having, (a) => `(CASE WHEN p${a} THEN v${a} END)`)})`;
  const orders = query.order.map((o) => `${'key' in o ? `k${o.key}` : shown(o.formula)} ${o.descending ? 'DESC' : 'ASC'} NULLS LAST`);
  const order = [...orders, ...query.keys.flatMap((_, i) => [`k${i} ASC NULLS LAST`, `g${i} ASC`])].join(', ');
  const limit = query.limit === null ? '' : ` LIMIT ${query.limit} OFFSET ${query.offset}`;
  const texts = [...keys, ...query.columns.map((_, i) => `c${i}`)].map((c) => `CAST(${c} AS VARCHAR)`).join(', ');
  const inner = `SELECT *${columns.map((c) => `, ${c}`).join('')} FROM groups JOIN passes USING (id) WHERE (${visible})${having}`;
  return `SELECT ${texts} FROM (${inner}) AS answer${order === '' ? '' : ` ORDER BY ${order}`}${limit}`;
}

/** NULL where the value is infinite or not a number. */
const finite = (sql: string): string => `(CASE WHEN CAST(${sql} AS VARCHAR) IN ('inf', '-inf', 'nan') THEN NULL ELSE ${sql} END)`;

async function suppressed(
  query: Query,
  pooled: DuckDBConnection,
  groups: readonly MeasuredGroup[],
  passes: readonly (readonly boolean[])[],
  declared: DeclaredValues,
): Promise<Reference['suppressed']> {
  const domains: (string | null)[][] = [];
  for (const key of query.keys) domains.push(await domainOf(key, pooled, declared));
  const at = new Map(groups.map((g, i) => [JSON.stringify(g.keys.map((k) => (k === undefined ? [] : k))), i]));
  return query.groupingSets.flatMap((set) => {
    const found = combinations(set.map((k) => domains[k] ?? []));
    return found.flatMap((values) => {
      const keys = query.keys.map((_, k) => (set.includes(k) ? (values[set.indexOf(k)] ?? null) : []));
      const i = at.get(JSON.stringify(keys));
      const cells = query.columns.filter((c) => i === undefined || !c.uses.every((a) => passes[a]?.[i])).map((c) => c.name);
      const group = Object.fromEntries(set.map((k, position) => [query.keys[k]?.name ?? '', values[position] ?? null]));
      return cells.length === 0 ? [] : [{ group, cells }];
    });
  });
}

async function domainOf(key: Query['keys'][number], pooled: DuckDBConnection, declared: DeclaredValues): Promise<(string | null)[]> {
  const sources = key.columns.map((column) => `(SELECT v AS ${column} FROM (${declared(column)}))`);
  const rows = await texts(pooled, `SELECT DISTINCT CAST(${key.meaning} AS VARCHAR) FROM ${sources.join(', ')}`);
  return rows.map((row) => row[0] ?? null);
}

function combinations(domains: readonly (readonly (string | null)[])[]): (string | null)[][] {
  return domains.reduce<(string | null)[][]>((sofar, domain) => sofar.flatMap((head) => domain.map((value) => [...head, value])), [[]]);
}

async function texts(pooled: DuckDBConnection, sql: string): Promise<(string | null)[][]> {
  const reader = await pooled.runAndReadAll(sql);
  return reader.getRowsJson().map((row) => row.map((value) => (value === null ? null : String(value))));
}
