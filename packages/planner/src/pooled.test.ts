/** Split, summed and finalised, questions give what DuckDB gives on the pooled table. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { DuckDBConnection } from '@duckdb/node-api';
import { createSqlEngine } from '@sluis/engine';
import { comparable, openDuckDb, runInTheClear } from './fixtures/clear-run.ts';
import { prepare } from './index.ts';
import { sampleAgreement } from './fixtures/sample-agreement.ts';

const engine = createSqlEngine();
let db: DuckDBConnection;

const PARTIES = ['party_a', 'party_b', 'party_c'];
before(async () => {
  db = await openDuckDb();
  await db.run(`CREATE TABLE pooled AS SELECT
      i::INTEGER AS id, ['Finance', 'Energy', 'Health'][1 + i % 3] AS sector,
      CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN 'north' ELSE 'south' END AS region, (1 + i % 5)::INTEGER AS severity,
      CASE WHEN i % 7 = 0 THEN NULL ELSE (i * 13.37)::DECIMAL(12, 2) END AS cost, CASE WHEN i % 11 > 0 THEN round(i / 3.0, 3)::DOUBLE END AS hours,
      i::DOUBLE / 7 AS score, (i * 1000003)::BIGINT AS records, DATE '2024-01-01' + (i % 700)::INTEGER AS happened,
      TIMESTAMP '2024-01-01 00:00:00' + INTERVAL 61 MINUTE * i AS seen, i % 2 = 0 AS paid, 'note ' || i AS note
    FROM range(900) t(i)`);
  for (const [i, party] of PARTIES.entries())
    await db.run(`CREATE TABLE ${party} AS SELECT * FROM pooled WHERE id % 3 = ${i} OR (id % 10 = 0 AND id % 3 = ${i})`);
});

const QUESTIONS: readonly string[] = [
  'SELECT count(*), count(cost), sum(cost), avg(cost), min(cost), max(cost) FROM incidents',
  'SELECT sector, sum(records), var_samp(records), stddev_pop(cost), avg(hours), sum(hours) FROM incidents GROUP BY sector',
  "SELECT sector, region, count(*) FROM incidents WHERE severity >= 3 AND note LIKE '%1%' GROUP BY ROLLUP (sector, region)",
  'SELECT sector, severity, sum(cost), GROUPING(sector, severity) FROM incidents GROUP BY CUBE (sector, severity)',
  'SELECT region, count(*) AS n, max(happened), min(seen), max(sector), max(paid) FROM incidents GROUP BY 1 HAVING n > 10 ORDER BY n DESC, region',
  'SELECT sector, round(100.0 * count(*) FILTER (WHERE paid) / count(*), 2) AS pct FROM incidents GROUP BY ALL ORDER BY pct DESC, sector LIMIT 2',
  "SELECT date_trunc('month', happened) AS m, sum(CASE WHEN cost > 1000 THEN cost ELSE 0 END) FROM incidents GROUP BY m ORDER BY m LIMIT 5 OFFSET 2",
  "SELECT CASE WHEN cost > 5000 THEN 'high' WHEN cost > 500 THEN 'middle' ELSE 'low' END AS b, count(*), avg(cost / severity) FROM incidents GROUP BY b",
  'WITH big AS (SELECT *, cost * 2 AS twice FROM incidents WHERE cost > 100) SELECT sector, sum(twice) / nullif(count(*), 0) FROM big GROUP BY sector',
  'SELECT sector, n FROM (SELECT sector, count(*) AS n, sum(cost) AS total FROM incidents GROUP BY sector) AS g WHERE total > 10 ORDER BY n, sector',
  'SELECT DISTINCT sector, region FROM incidents',
  'SELECT sum(severity * severity * 1000000), sum(records * records), variance(records) FROM incidents',
  "SELECT sum(date_diff('day', happened, DATE '2026-01-01')), avg(year(happened)), sum(ln(cost)), sum(sqrt(hours)) FROM incidents",
  "SELECT upper(sector) || '!', count(*) FROM incidents GROUP BY sector ORDER BY sector DESC",
  'SELECT severity + 1 AS s, count_if(cost IS NULL)::BIGINT, sum(paid::INT), avg(paid::INT) FROM incidents GROUP BY severity + 1 ORDER BY s',
  "SELECT strftime(happened, '%Y-%m') AS ym, count(*) FROM incidents WHERE happened BETWEEN '2024-03-01' AND '2024-08-31' GROUP BY ym ORDER BY ym",
  'SELECT floor(cost / 1000) * 1000 AS bin, count(*) FROM incidents WHERE cost IS NOT NULL GROUP BY bin ORDER BY bin',
  'SELECT sector, sum(cost) AS cost FROM incidents GROUP BY sector HAVING cost > 1000000 AND sum(cost) > 0 ORDER BY sum(cost), cost',
  'SELECT min(x), max(x), stddev(x) FROM (SELECT cost - 6000 AS x FROM incidents)',
];

test('answers equal those on the pooled table', async () => {
  for (const sql of QUESTIONS) {
    const prepared = await prepare({ sql, agreement: sampleAgreement(), agreementId: 'a' }, engine);
    const ours = await runInTheClear(db, prepared, PARTIES);
    await db.run('CREATE OR REPLACE TEMP VIEW incidents AS SELECT * FROM pooled');
    const reference = await db.runAndReadAll(sql);
    const ordered = /ORDER BY/.test(sql);
    assert.deepEqual(comparable(ours, ordered), comparable(reference.getRowsJson(), ordered), `${sql}\n${prepared.plan.finalSql}`);
    assert.deepEqual(
      prepared.plan.columns.map((c) => c.name),
      reference.columnNames().map((n) => n.replaceAll('"DATE"', 'DATE')),
      sql,
    );
    assert.deepEqual(
      prepared.plan.columns.map((c) => c.type),
      reference.columnTypes().map(String),
      sql,
    );
  }
});

test('sums beyond 127 bits at one provider are still exact', async () => {
  const columns = { wide: { type: 'BIGINT', uses: ['aggregate'], bounds: ['-9000000000000000000', '9000000000000000000'] } };
  const prepared = await prepare(
    { sql: 'SELECT var_pop(wide), stddev_samp(wide) FROM incidents', agreement: sampleAgreement({ columns }), agreementId: 'a' },
    engine,
  );
  assert.ok(prepared.plan.accumulators.some((a) => a.words === 3 && a.sql.startsWith('CASE')));
  await db.run(
    'CREATE TABLE wide_a AS SELECT (CASE WHEN i % 3 = 0 THEN -1 ELSE 1 END * (8999999999999999999 - i))::BIGINT AS wide FROM range(30) t(i)',
  );
  const [row] = await runInTheClear(db, prepared, ['wide_a']);
  const xs = Array.from({ length: 30 }, (_, i) => (i % 3 === 0 ? -1n : 1n) * (8999999999999999999n - BigInt(i)));
  const [sum, squares] = [xs.reduce((a, b) => a + b), xs.reduce((a, b) => a + b * b, 0n)];
  const expected = Number((30n * squares - sum * sum) / 900n);
  assert.ok(Math.abs(Number(row?.[0]) / expected - 1) < 1e-12, `${row?.[0]} ${expected}`);
});

test('hidden cells keep HAVING and ORDER BY from seeing suppressed values', async () => {
  const prepared = await prepare(
    {
      sql: 'SELECT region, sum(cost) FROM incidents GROUP BY region HAVING count(*) FILTER (WHERE severity = 5) > 0 ORDER BY max(cost) DESC',
      agreement: sampleAgreement(),
      agreementId: 'a',
    },
    engine,
  );
  assert.deepEqual(
    prepared.plan.outputs.map((o) => o.visible),
    [true, false, false],
  );
  // No region has 46 rows of severity 5: HAVING compares with NULL, and nothing is left.
  assert.equal((await runInTheClear(db, prepared, PARTIES, 1n)).length, 3);
  assert.equal((await runInTheClear(db, prepared, PARTIES, 100n)).length, 0);
});
