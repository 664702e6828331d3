/** Generated histograms of declared values over the generated table, and DuckDB's GROUP BY for the same, under output rules. */
import assert from 'node:assert/strict';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { ResultTable } from '@sluis/model';
import fc from 'fast-check';
import type { Expression, Key, Rules } from '../reference/query.ts';
import { orderWords } from './expressions.ts';
import { orders } from './generated-table.ts';
import { declaredValues } from './pooled-rows.ts';

type Value = Omit<Key, 'name'>;
export interface AskedHistogram {
  readonly value: Value;
  readonly key: Value | null;
  readonly where: Expression | null;
  readonly filter: Expression | null;
}

export const histogramSql = ({ value, key, where, filter }: AskedHistogram): string =>
  `SELECT ${key === null ? '' : `${key.sql} AS k, `}histogram(${value.sql})${filter === null ? '' : ` FILTER (WHERE ${filter.sql})`} AS h, max(units) AS m FROM orders${where === null ? '' : ` WHERE ${where.sql}`}${key === null ? '' : ' GROUP BY 1'}`;

/** Per group and declared value: the number of rows, where they may be shown. */
async function reference(
  { value, key, where, filter }: AskedHistogram,
  pooled: DuckDBConnection,
  rules: Rules,
): Promise<Map<string, Map<string, number>>> {
  const counting = `x IS NOT NULL${filter === null ? '' : ` AND (${filter.meaning})`}`;
  const holds = [null, ...rules.receivers].map((without) => {
    const rows = ` FILTER (WHERE ${counting}${without === null ? '' : ` AND __party <> '${without}'`})`;
    return `count(*)${rows} >= ${rules.minimumRows} AND count(DISTINCT __party)${rows} >= ${rules.minimumOrganisations}`;
  });
  const chosen = `SELECT *, ${key?.meaning ?? 'NULL'} AS k, ${value.meaning} AS x FROM orders${where === null ? '' : ` WHERE ${where.meaning}`}`;
  const rows = await pooled.runAndReadAll(
    `SELECT CAST(k AS VARCHAR), CAST(x AS VARCHAR), count(*) FILTER (WHERE ${counting}), ${holds.join(' AND ')} FROM (${chosen}) GROUP BY k, x ORDER BY k, x`,
  );
  const groups = new Map<string, Map<string, number>>();
  for (const [k, x, n, passes] of rows.getRowsJson()) {
    if (passes !== true) continue;
    const group = groups.get(String(k)) ?? new Map<string, number>();
    groups.set(String(k), group.set(String(x), Number(n)));
  }
  return groups;
}

async function declaredOf(key: Value, pooled: DuckDBConnection): Promise<string[]> {
  const from = key.columns.map((column) => `(SELECT v AS ${column} FROM (${declaredValues(orders)(column)}))`).join(', ');
  const rows = await pooled.runAndReadAll(`SELECT DISTINCT CAST(${key.meaning} AS VARCHAR) FROM ${from}`);
  return rows.getRowsJson().map((row) => String(row[0]));
}

const plain = (text: string): string => text.replace(/^(\d{4}-\d\d-\d\d)T(?=\d\d:)/, '$1 ');

interface Shown {
  readonly groups: Map<string, Map<string, number>>;
  /** Group and bin, as texts. */
  readonly suppressed: Set<string>;
}

function shown(result: ResultTable, asked: AskedHistogram): Shown {
  const groups = new Map<string, Map<string, number>>();
  for (const row of result.rows) {
    const bins = row.at(-2) ?? null;
    if (bins === null) continue;
    assert.ok(Array.isArray(bins));
    const group = asked.key === null ? 'null' : plain(String(row[0]));
    groups.set(group, new Map(bins.map(([x, n]) => [plain(String(x)), Number(n)])));
  }
  const suppressed = result.suppressed.flatMap(({ group, cells }) =>
    cells.filter((c) => c !== 'm').map((cell) => `${plain(String(group['k'] ?? null))} ${cell.replaceAll("'", '')}`),
  );
  return { groups, suppressed: new Set(suppressed) };
}

/** What differs from DuckDB on all rows, in words, and how many bins there were to compare. */
export async function compareHistogram(
  asked: AskedHistogram,
  result: ResultTable,
  pooled: DuckDBConnection,
  rules: Rules,
): Promise<{ readonly problems: readonly string[]; readonly bins: number }> {
  const wanted = await reference(asked, pooled, rules);
  const found = shown(result, asked);
  const problems: string[] = [];
  for (const k of asked.key === null ? ['null'] : await declaredOf(asked.key, pooled)) {
    const [own, other] = [found.groups.get(k) ?? new Map<string, number>(), wanted.get(k) ?? new Map<string, number>()];
    if (JSON.stringify([...own]) !== JSON.stringify([...other]))
      problems.push(`${k}: ${JSON.stringify([...own])} instead of ${JSON.stringify([...other])}`);
    const missing = (await declaredOf(asked.value, pooled)).filter((x) => x !== 'null' && !other.has(x));
    const listed = other.size === 0 ? [`${k} h`] : missing.map((x) => `${k} h[${x}]`);
    for (const name of listed) if (!found.suppressed.delete(name)) problems.push(`not listed as suppressed: ${name}`);
  }
  for (const name of found.suppressed) problems.push(`suppressed without need: ${name}`);
  return { problems, bins: [...wanted.values()].reduce((n, g) => n + g.size, 0) };
}

const pick = <T>(list: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...list);
/** `index` picks the value that is counted. */
export const arbitraryHistogram = (index: number): fc.Arbitrary<AskedHistogram> =>
  fc.record({
    value: fc.constant(orderWords.keys[index % orderWords.keys.length] as Value),
    key: fc.option(pick(orderWords.keys.slice(0, 5)), { nil: null }),
    where: fc.option(pick(orderWords.predicates), { nil: null, freq: 1 }),
    filter: fc.option(pick(orderWords.predicates), { nil: null, freq: 1 }),
  });
