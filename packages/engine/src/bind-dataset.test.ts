import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { SluisError } from '@sluis/base';
import { type Agreement, tableSchema } from '@sluis/model';
import { bindDataset } from './bind-dataset.ts';
import { parseBinding, viewSql } from './binding.ts';
import { openDatabase, quoteText } from './database.ts';

const home = mkdtempSync(join(tmpdir(), 'sluis-engine-'));
after(() => rmSync(home, { recursive: true }));

const CANARY = 'canary-7f3a';
const columns = {
  id: { type: 'VARCHAR' },
  sector: { type: 'VARCHAR', domain: { values: ['Energy', 'Finance'] } },
  cost: { type: 'DECIMAL(9,2)', nullable: true, bounds: ['0', '1000'] },
  day: { type: 'DATE', nullable: true },
  score: { type: 'BIGINT', nullable: true, bounds: ['-5', 5] },
};

function agreement(violations: string, more: object = {}): Agreement {
  const incidents = tableSchema.parse({ providers: ['north'], violations, columns, ...more });
  return { tables: { incidents } } as unknown as Agreement;
}

function bind(text: string, violations = 'refuse', more: object = {}) {
  const file = join(home, 'rows.csv');
  writeFileSync(file, text);
  return bindDataset({ agreement: agreement(violations, more), tableName: 'incidents', home, organisation: 'north', file });
}

async function viewRows(bound: { binding: string }, trusted = true) {
  const binding = parseBinding(bound.binding);
  using database = await openDatabase({ files: binding.files.map((f) => f.path) });
  await database.run(viewSql(binding, trusted));
  return await database.text('SELECT * FROM incidents');
}

const HEADER = 'id,sector,cost,day,score\n';
const GOOD = '0123,Energy,10.50,2024-01-02,-5\n7,Finance,,,\n';
const code =
  (expected: string, text = /./) =>
  (e: unknown) =>
    e instanceof SluisError && e.code === expected && text.test(e.message) && !e.message.includes(CANARY);

test('clean rows are bound with their agreed types', async () => {
  const bound = await bind(HEADER + GOOD);
  assert.deepEqual(bound.report, { rows: 2, kept: 2, dropped: 0, clipped: 0, policy: 'refuse', violations: [] });
  const expected = [
    ['0123', 'Energy', '10.50', '2024-01-02', '-5'],
    ['7', 'Finance', null, null, null],
  ];
  assert.deepEqual(await viewRows(bound), expected);
  assert.deepEqual(await viewRows(bound, false), expected);
});

const BAD = `,Energy,1,2024-01-01,0
1,${CANARY},1,2024-01-01,0
2,Energy,1000.01,2024-01-01,0
3,Energy,-3,2024-01-01,6
4,Energy,1.005,2024-01-01,0
5,Energy,1,2024-02-30,0
6,Energy,1,2024-01-01 12:00,1.5
`;

test('every kind of violation is counted with its row numbers, and its values are not told', async () => {
  await assert.rejects(
    bind(HEADER + GOOD + BAD),
    code(
      'dataset/violations',
      /id: 1 rows lack a value \(row 3\).*sector: 1 .*domain \(row 4\).*cost: 1 .*type \(row 7\).*cost: 2 .*bounds \(rows 5, 6\).*day: 2 .*type \(rows 8, 9\).*score: 1 .*type \(row 9\).*score: 1 .*bounds \(row 6\)/,
    ),
  );
});

test('clip mends bounds, empties what cannot be mended, and drops rows that then lack a value', async () => {
  const bound = await bind(HEADER + GOOD + BAD, 'clip');
  assert.equal(bound.report.clipped, 3);
  assert.equal(bound.report.dropped, 2);
  for (const trusted of [true, false]) {
    assert.deepEqual((await viewRows(bound, trusted)).slice(2), [
      ['2', 'Energy', '1000.00', '2024-01-01', '0'],
      ['3', 'Energy', '0.00', '2024-01-01', '5'],
      ['4', 'Energy', null, '2024-01-01', '0'],
      ['5', 'Energy', '1.00', null, '0'],
      ['6', 'Energy', '1.00', null, null],
    ]);
  }
});

test('drop leaves only rows without any violation', async () => {
  const bound = await bind(HEADER + GOOD + BAD, 'drop');
  assert.equal(bound.report.dropped, 7);
  assert.equal((await viewRows(bound)).length, 2);
});

test('a file without an agreed column is refused by column and file', async () => {
  await assert.rejects(
    bind('id,sector,cost,day\n1,Energy,2,2024-01-01\n'),
    code('dataset/missing-columns', /rows\.csv.*lacks the column score/),
  );
});

test('more rows than agreed are refused', async () => {
  await assert.rejects(bind(HEADER + GOOD, 'refuse', { maximum_rows: 1 }), code('dataset/too-many-rows'));
});

const request = (sql: string) => ({
  agreement: agreement('refuse'),
  tableName: 'incidents',
  home,
  organisation: 'north',
  folder: home,
  sql,
});

test('SQL over CSV, Parquet and JSON files of the folder gives the same rows', async () => {
  writeFileSync(join(home, 'good.csv'), HEADER + GOOD);
  using writer = await openDatabase({ files: ['good.csv', 'good.parquet', 'good.json'].map((f) => join(home, f)) });
  const all = `SELECT * FROM read_csv(${quoteText(join(home, 'good.csv'))}, types = {'id': 'VARCHAR'})`;
  await writer.run(`COPY (${all}) TO ${quoteText(join(home, 'good.parquet'))} (FORMAT parquet)`);
  await writer.run(`COPY (${all}) TO ${quoteText(join(home, 'good.json'))} (FORMAT json)`);
  const expected = [
    ['0123', 'Energy', '10.50', '2024-01-02', '-5'],
    ['7', 'Finance', null, null, null],
  ];
  for (const sql of [
    "SELECT * FROM read_csv('good.csv', all_varchar = true)",
    "SELECT * FROM 'good.parquet'",
    "SELECT * FROM 'good.json'",
    "WITH g AS (SELECT * FROM read_parquet('goo?.parquet')) SELECT * FROM g",
  ]) {
    const bound = await bindDataset(request(sql));
    assert.equal(bound.report.rows, 2, sql);
    assert.deepEqual(await viewRows(bound), expected, sql);
  }
});

test('a SQLite table is copied and bound', async () => {
  const file = join(home, 'rows.sqlite');
  const database = new DatabaseSync(file);
  database.exec(
    "CREATE TABLE t (id TEXT, sector TEXT, cost REAL, day TEXT, score INTEGER); INSERT INTO t VALUES ('0123', 'Energy', 10.5, '2024-01-02', -5)",
  );
  database.close();
  const { sql: _, ...base } = request('');
  const bound = await bindDataset({ ...base, file });
  assert.deepEqual(await viewRows(bound), [['0123', 'Energy', '10.50', '2024-01-02', '-5']]);
});

test('SQL that is no SELECT over local files is refused', async () => {
  const refused = [
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM glob('*')",
    "SELECT * FROM 'https://example.org/x.csv'",
    "SELECT * FROM read_csv('s3://bucket/x.csv')",
    "COPY (SELECT 1) TO 'x.csv'",
    "ATTACH 'x.db'",
    'SELECT 1',
    "SELECT * FROM read_csv('no-such.csv')",
    "SELECT * FROM read_csv('/etc/' || 'passwd')",
    "SELECT *, (SELECT content FROM read_text('/etc/passwd')) FROM 'good.csv'",
    'PRAGMA database_list',
  ];
  for (const sql of refused) await assert.rejects(bindDataset(request(sql)), SluisError, sql);
});

test('what DuckDB says of a value is withheld', async () => {
  writeFileSync(join(home, 'canary.csv'), `id\n${CANARY}\n`);
  await assert.rejects(
    bindDataset(request("SELECT CAST(id AS INTEGER) AS id, '' AS sector, 1 AS cost, '' AS day, 1 AS score FROM 'canary.csv'")),
    code('dataset/source', /withheld/),
  );
});
