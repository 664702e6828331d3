/** Medians, quantiles and histograms of rows that stay with their providers, among real stations, against DuckDB on the pooled rows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { type Collaboration, openCollaboration } from '../harness/collaboration.ts';

const PROVIDERS = ['north', 'east', 'west'] as const;
const COLUMNS = {
  ward: { type: 'VARCHAR', uses: ['group', 'filter'], domain: { values: ['a', 'b', 'c', 'empty'] } },
  age: { type: 'INTEGER', uses: ['group', 'aggregate', 'filter', 'reveal'], bounds: ['-5', '120'], nullable: true },
  score: { type: 'DECIMAL(5,2)', uses: ['aggregate', 'reveal'], bounds: ['-10', '99.99'] },
  day: { type: 'DATE', uses: ['aggregate', 'reveal'], domain: { range: ['2026-01-01', '2026-12-31'] } },
  cost: { type: 'BIGINT', uses: ['aggregate'], bounds: ['0', '10000000'] },
};
const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
let together: Collaboration;
const given: string[][] = [];
const all: string[] = [];

/** A small generator is enough: these rows only need to be many and different. */
function rowsOf(provider: number): string[] {
  let state = seed + provider * 7919;
  const next = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  return Array.from({ length: 60 + provider }, () => {
    const day = new Date(Date.UTC(2026, 0, 1 + next(365))).toISOString().slice(0, 10);
    const age = next(10) === 0 ? '' : String(next(126) - 5);
    return [['a', 'b', 'c'][next(3)], age, ((next(11_000) - 1000) / 100).toFixed(2), day, String(next(10_000_000))].join(',');
  });
}

test.before(async () => {
  const parties = PROVIDERS.map((name, p) => {
    const rows = rowsOf(p);
    given.push(rows);
    all.push(...rows);
    return { name, csv: ['ward,age,score,day,cost', ...rows].join('\n') };
  });
  together = await openCollaboration({
    parties: [...parties, { name: 'centre' }],
    table: 'stays',
    columns: COLUMNS,
    maximumRows: 1000,
    terms: { output: { minimum_rows: 3, minimum_organisations: 2 } },
  });
});
test.after(() => together.close());

const SELECT = `SELECT ward, median(age) AS m, quantile_cont(score, 0.3333) AS s, quantile_disc(age, 0.9) AS d,
  quantile_disc(day, 0.25) AS q, median(age) FILTER (WHERE age > 40) AS older, count(*) AS n FROM stays`;

test(`seed ${seed}: medians, quantiles and dates per group equal those of the pooled rows`, async () => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const values = all
    .map((r) => r.split(','))
    .map(([w, a, s, d, c]) => `('${w}', ${a === '' ? 'NULL' : a}, ${s}::DECIMAL(5,2), DATE '${d}', ${c})`)
    .join(', ');
  await connection.run(`CREATE TABLE stays AS SELECT * FROM (VALUES ${values}) t(ward, age, score, day, cost)`);
  const pooled = await connection.runAndReadAll(`${SELECT} GROUP BY ward ORDER BY ward`);
  const expected = pooled.getRowsJson().map((r) => r.map((v) => (v === null ? null : String(v))));
  connection.closeSync();
  const { result } = await together.ask(`${SELECT} GROUP BY ward ORDER BY ward`);
  const got = result?.rows.map((r) => r.map((v) => (v === null ? null : String(v))));
  const numbers = (rows: (string | null)[][] | undefined) =>
    rows?.map((r) => r.map((v) => (v !== null && /^-?\d+\.\d+$/.test(v) ? Number(Number(v).toFixed(6)) : v)));
  assert.deepEqual(numbers(got), numbers(expected));
  assert.deepEqual(
    result?.suppressed.map((s) => s.group),
    [{ ward: 'empty' }],
  );
});

test('a histogram counts every declared value, and leaves out and lists those that do not pass', async () => {
  // Rows, and the organisations that have them: what is too rare is not shown, and what one organisation has alone.
  const seen = new Map<number, { rows: number; organisations: Set<number> }>();
  for (const [p, rows] of given.entries())
    for (const age of rows.map((r) => r.split(',')[1])) {
      const bin = Math.floor((Number(age) + 5) / 25);
      const { rows: before, organisations } = seen.get(bin) ?? { rows: 0, organisations: new Set() };
      if (age !== '') seen.set(bin, { rows: before + 1, organisations: organisations.add(p) });
    }
  const counts = new Map([...seen].map(([bin, { rows, organisations }]) => [bin, organisations.size < 2 ? 0 : rows]));
  const { result } = await together.ask(
    "SELECT histogram((age + 5) // 25) AS h, histogram(ward) FILTER (WHERE ward <> 'a') AS w FROM stays",
  );
  const expected = [...counts].sort(([a], [b]) => a - b).filter(([, n]) => n >= 3);
  assert.deepEqual(result?.rows[0]?.[0], expected);
  const wards = ['b', 'c'].map((w) => [w, all.filter((r) => r.startsWith(w)).length]);
  assert.deepEqual(result?.rows[0]?.[1], wards);
  const missing = [0, 1, 2, 3, 4, 5].filter((bin) => (counts.get(bin) ?? 0) < 3).map((bin) => `h[${bin}]`);
  assert.deepEqual(result?.suppressed, [{ group: {}, cells: [...missing, "w['a']", "w['empty']"], reason: 'suppressed or empty' }]);
});

test('a value with too many possible values is found among rows that are shared for the question, as explain says', async () => {
  const costs = all.map((r) => Number(r.split(',')[4])).sort((a, b) => a - b);
  const half = (costs.length - 1) / 2;
  const expected = ((costs[Math.floor(half)] as number) + (costs[Math.ceil(half)] as number)) / 2;
  const { result, explanation } = await together.ask('SELECT median(cost) AS m FROM stays');
  assert.deepEqual(result?.rows, [[expected]]);
  assert.match(
    explanation.sentences.map((s) => s.text).join(' '),
    /Rows are shared because a quantile of "cost", which has more than 32,768 possible values, needs all rows together/,
  );
});
