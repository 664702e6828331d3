/**
 * A receiver that connects copies of its own rows, or more of them than a join has room for: what it gets on secret
 * shares is what it would get if the other owner had nobody.
 */
process.env['SLUIS_ROWS_ON_SHARES'] = 'semi-honest';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { type Agreement, agreementSchema } from '@sluis/model';
import { DryPipeline } from './dry-pipeline.ts';
import { sampleAgreement } from './sample-agreement.ts';

const all = ['group', 'filter', 'aggregate', 'join'];
const key = { type: 'INTEGER', uses: all, bounds: [0, 1000] };

function agreement(room: number, ofIncome = all): Agreement {
  const base = sampleAgreement({
    table: 'unused',
    definition: { kind: 'union', description: '', violations: 'refuse', maximum_rows: 10, columns: {} },
    parties: ['hospital', 'insurer'],
    output: { minimum_rows: 5, minimum_organisations: 2 },
    receivers: ['hospital', 'centre'],
  });
  const table = (owner: string, more: object) => ({ kind: 'owner', providers: [owner], maximum_rows: 100, ...more });
  const patients = { person_id: key, ward: { type: 'VARCHAR', uses: all, domain: { values: ['a', 'b'] } } };
  const persons = { person_id: key, income: { type: 'INTEGER', uses: ofIncome, bounds: [0, 1_000_000] } };
  return agreementSchema.parse({
    ...base,
    tables: {
      patients: table('hospital', { columns: patients, maximum_join_rows: room }),
      persons: table('insurer', { columns: persons, unique: [['person_id']] }),
      visits: table('insurer', { columns: persons }),
    },
  });
}

let db: DuckDBConnection;
before(async () => {
  db = await (await DuckDBInstance.create(':memory:')).connect();
  // Ward a: five copies of person 7. Ward b: five persons.
  await db.run(`CREATE TABLE patients AS SELECT CASE WHEN i < 5 THEN 7 ELSE i END AS person_id, CASE WHEN i < 5 THEN 'a' ELSE 'b' END AS ward,
    'hospital' AS __party FROM range(0, 15) AS r(i) WHERE i < 5 OR i >= 10`);
  await db.run(`CREATE TABLE persons AS SELECT i AS person_id, 1000 * i AS income, 'insurer' AS __party FROM range(0, 20) AS r(i)`);
  await db.run('CREATE TABLE visits AS FROM persons');
});
after(() => db.closeSync());

async function ask(sql: string, room = 50, receivers = ['hospital'], ofIncome = all): Promise<readonly (readonly unknown[])[]> {
  const pipeline = DryPipeline.onRows(agreement(room, ofIncome), db);
  try {
    return (await pipeline.answer(await pipeline.plan(sql, receivers))).rows;
  } finally {
    pipeline.close();
  }
}

const FROM = 'FROM hospital.patients p JOIN insurer.persons c ON p.person_id = c.person_id';

test('copies of one own row do not make a group of one row of another', async () => {
  assert.deepEqual(await ask(`SELECT ward, avg(income) AS x ${FROM} GROUP BY ward ORDER BY ward`), [['b', 12_000]]);
  assert.deepEqual(await ask(`SELECT avg(income) AS x ${FROM} WHERE ward = 'a'`), [], 'nor without groups');
  assert.deepEqual(await ask(`SELECT p.person_id, avg(income) AS x ${FROM} GROUP BY p.person_id // 10, p.person_id`).catch(() => []), []);
});

test('rows of its own without a partner do not hide that another has one row only', async () => {
  const from = 'FROM hospital.patients p LEFT JOIN insurer.persons c ON p.person_id = c.person_id AND c.person_id > 13';
  assert.deepEqual(await ask(`SELECT ward, sum(coalesce(income, 0)) AS x ${from} GROUP BY ward`), []);
});

test('a join with too little room looks like one in which nobody has a partner', async () => {
  const from = 'FROM hospital.patients p JOIN insurer.visits c ON p.person_id = c.person_id';
  const sql = (where: string) => `SELECT ward, count(*) AS n ${from} AND ${where} GROUP BY ward`;
  assert.deepEqual(await ask(sql('c.income >= 0'), 10, ['centre']), [
    ['a', 5],
    ['b', 5],
  ]);
  assert.deepEqual(await ask(sql('c.income >= 0'), 9, ['centre']), []);
  assert.deepEqual(await ask(sql('c.income < 0'), 9, ['centre']), []);
});

test('many copies of one row beside a few decoys read its value, and need the use "filter" for that', async () => {
  // Persons 10 to 14 once, so that there are enough, and person 7 five times; one more tips the median.
  await db.run(`CREATE TABLE once AS FROM patients`);
  await db.run(`INSERT INTO patients VALUES (7, 'a', 'hospital')`);
  const sql = `SELECT median(income) AS x ${FROM}`;
  const weighed = ['aggregate', 'join'];
  await assert.rejects(ask(sql, 50, ['hospital'], weighed), { code: 'plan/receiver-gave-rows' });
  assert.deepEqual(await ask(sql, 50, ['hospital'], [...weighed, 'filter']), [[7000]], 'what "filter" grants');
  await db.run(`CREATE OR REPLACE TABLE patients AS FROM once`);
});
