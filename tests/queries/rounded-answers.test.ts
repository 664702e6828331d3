/** Answers under an agreement that rounds equal DuckDB's over the pooled rows with each number rounded, cell for cell. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { DryPipeline, writeParties } from './dry-pipeline.ts';
import { sampleAgreement } from './sample-agreement.ts';

const uses: ('group' | 'filter' | 'aggregate')[] = ['group', 'filter', 'aggregate'];
const column = { description: '', nullable: false, uses };
const folder = mkdtempSync(join(tmpdir(), 'sluis-rounded-'));
const rowOf = (i: number): string =>
  `${['a', 'b', 'c', 'd'][i % (i % 5 === 0 ? 4 : 3)]},${(i * i) % 7},${(((i * 37) % 1000) / 100 - 4).toFixed(2)}`;
let db: DuckDBConnection;
let pipeline: DryPipeline;

before(async () => {
  const parties = ['east', 'north', 'west'].map((party, p) => ({
    party,
    csv: `kind,size,cost\n${Array.from({ length: 31 + p }, (_, i) => rowOf(i + 100 * p)).join('\n')}\n`,
  }));
  const agreement = sampleAgreement({
    table: 'things',
    definition: {
      kind: 'union',
      description: '',
      violations: 'refuse',
      maximum_rows: 1000,
      columns: {
        kind: { ...column, type: 'VARCHAR', domain: { values: ['a', 'b', 'c', 'd'] } },
        size: { ...column, type: 'INTEGER', domain: { range: ['0', '6'] } },
        cost: { ...column, type: 'DECIMAL(8,2)', bounds: ['-10', '10'] },
      },
    },
    parties: parties.map((p) => p.party),
    output: { minimum_rows: 3, minimum_organisations: 1, rounding: { counts: 5, sums: { things: { cost: '2.5', size: '10' } } } },
    receivers: ['centre'],
  });
  const files = writeParties(folder, parties);
  pipeline = await DryPipeline.open(agreement, 'things', files);
  db = await (await DuckDBInstance.create(':memory:')).connect();
  await db.run(
    `CREATE TABLE things AS SELECT * FROM read_csv([${files.map((f) => `'${f.file}'`).join()}], types = {'cost': 'DECIMAL(8,2)'})`,
  );
});
after(() => {
  pipeline?.close();
  rmSync(folder, { recursive: true, force: true });
});

test('counts, sums and averages', async () => {
  const asked =
    'SELECT kind, count(*) AS n, sum(cost) AS s, avg(size) AS m, count(*) FILTER (WHERE size > 3) AS big FROM things GROUP BY kind';
  const result = await pipeline.answer(await pipeline.plan(`${asked} ORDER BY kind`));
  const nearest = (value: string, base: string) => `(sign(${value}) * floor(abs(${value}) / ${base} + 0.5) * ${base})`;
  const expected = await db.runAndReadAll(`SELECT kind, CASE WHEN n >= 3 THEN ${nearest('n', '5')}::INT END,
    CASE WHEN n >= 3 THEN ${nearest('s', '2.5')}::DECIMAL(18,2)::VARCHAR END,
    CASE WHEN n >= 3 THEN ${nearest('z', '10')} / ${nearest('n', '5')} END, CASE WHEN big >= 3 THEN ${nearest('big', '5')}::INT END
    FROM (SELECT kind, count(*) AS n, sum(cost) AS s, sum(size) AS z, count(*) FILTER (WHERE size > 3) AS big FROM things GROUP BY kind)
    ORDER BY kind`);
  assert.equal(result.rows.length, 4);
  assert.deepEqual(result.rows, expected.getRowsJson());
  const exact = await db.runAndReadAll('SELECT count(*)::INT, sum(cost)::VARCHAR FROM things GROUP BY kind ORDER BY kind');
  assert.notDeepEqual(
    result.rows.map((r) => r.slice(1, 3)),
    exact.getRowsJson(),
  );
});
