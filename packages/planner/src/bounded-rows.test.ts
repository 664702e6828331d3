/** Providers leave rows of a unit out before anything is added up: the same ones everywhere, by nobody else's rows. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { DuckDBConnection } from '@duckdb/node-api';
import { createSqlEngine } from '@sluis/engine';
import { cellOffsets } from '@sluis/model';
import { openDuckDb, totalsInTheClear } from './fixtures/clear-run.ts';
import { sampleAgreement } from './fixtures/sample-agreement.ts';
import { prepare, type Prepared } from './index.ts';

const engine = createSqlEngine();
const person = (groups: number, rows: number) => ({ protects: 'column', column: 'id', groups, rows_per_group: rows });
const ask = (sql: string, unit: unknown): Promise<Prepared> =>
  prepare(
    {
      sql: `${sql} WITH NOISE (epsilon = 1)`,
      agreement: sampleAgreement({ unit, output: { noise: { budget: { epsilon: '10' } } } }),
      agreementId: 'a',
    },
    engine,
  );
let db: DuckDBConnection;

/** Person i has i rows in each of 3 sectors, each in one of 2 regions or none. */
before(async () => {
  db = await openDuckDb();
  await db.run(`CREATE TABLE everybody AS SELECT p::INTEGER AS id, sector, [NULL, 'north', 'south'][1 + (p + r) % 3] AS region,
      (1 + (p * r) % 5)::INTEGER AS severity, (p * 100 + r)::DECIMAL(12, 2) AS cost
    FROM range(1, 21) a(p), range(1, 21) b(r), (VALUES ('Finance'), ('Energy'), ('Health')) s(sector) WHERE r <= p`);
});
const sum = (list: readonly bigint[] | undefined): bigint => (list ?? []).reduce((a, b) => a + b, 0n);
const counts = async (prepared: Prepared, from = 'everybody'): Promise<bigint[][]> => (await totalsInTheClear(db, prepared, [from])).counts;

test('of everybody so many rows count in so many groups', async () => {
  const sql = 'SELECT sector, count(*) FROM incidents GROUP BY sector';
  // Person 1 has one row in each group, the others two or more: min(i, rows) in min(3, groups) of them.
  for (const [groups, rows, expected] of [
    [1, 1, 20],
    [2, 1, 40],
    [1, 3, 57],
    [3, 2, 117],
    [9, 50, 630],
  ] as const)
    assert.equal(sum((await counts(await ask(sql, person(groups, rows))))[0]), BigInt(expected), `${groups} groups, ${rows} rows`);
  assert.equal(sum((await counts(await ask('SELECT count(*) FROM incidents', person(3, 4))))[0]), 79n);
});

test('conditions come before, filters after; all values are over the same rows', async () => {
  const { plan } = await ask('SELECT count(*) FROM incidents WHERE severity = 2', person(1, 1));
  const [with2] = (await db.runAndReadAll('SELECT count(DISTINCT id) FROM everybody WHERE severity = 2')).getRows();
  assert.equal(
    sum((await counts({ plan, hash: '', domains: [], explanation: { sentences: [], cost: { rounds: 0, bytes: 0, seconds: 0 } } }))[0]),
    with2?.[0],
  );
  const parts = await counts(
    await ask(
      'SELECT sector, count(*), count(*) FILTER (WHERE severity <= 2), count(*) FILTER (WHERE severity > 2), count(*) FILTER (WHERE cost > 900) FROM incidents GROUP BY sector',
      person(2, 1),
    ),
  );
  assert.equal(sum(parts[0]), 40n);
  assert.equal(sum(parts[1]) + sum(parts[2]), 40n, 'a row is in exactly one of both');
});

test('totals are over the rows of the groups that they hold', async () => {
  const prepared = await ask('SELECT sector, region, count(*) FROM incidents GROUP BY ROLLUP (sector, region)', person(2, 2));
  const [cells = []] = await counts(prepared);
  const offsets = cellOffsets(prepared.plan);
  const [fine = [], middle = [], all = []] = [2, 1, 0].map((keys) => {
    const set = prepared.plan.groupingSets.findIndex((k) => k.length === keys);
    return cells.slice(offsets[set], offsets[set + 1]);
  });
  assert.equal(sum(fine), sum(all));
  for (const [i, total] of middle.entries()) assert.equal(total, sum(fine.slice(3 * i, 3 * i + 3)));
});

test('which rows count depends on the unit alone, and on the question', async () => {
  const sql = 'SELECT sector, count(*), sum(cost) FROM incidents GROUP BY sector';
  const prepared = await ask(sql, person(1, 1));
  const of = async (where: string, plan = prepared): Promise<bigint[][]> => {
    const { counts: c, totals } = await totalsInTheClear(db, plan, [`(SELECT * FROM everybody WHERE ${where} ORDER BY hash(cost))`]);
    return [...c, ...totals];
  };
  const [whole, some, others] = [await of('true'), await of('id <= 7'), await of('id > 7')];
  assert.deepEqual(
    whole,
    some.map((list, i) => list.map((v, cell) => v + (others[i]?.[cell] ?? 0n))),
  );
  const again = await ask(sql, person(1, 1));
  assert.deepEqual(await of('true', again), whole, 'asked again, the same rows count');
  const other = await ask(`${sql} HAVING count(*) > 0`, person(1, 1));
  assert.notDeepEqual(await of('true', other), whole, 'another question chooses anew');
});

test('of an organisation so many rows count in every group', async () => {
  const prepared = await ask('SELECT sector, count(*) FROM incidents GROUP BY sector', { protects: 'organisation', rows_per_group: 11 });
  assert.deepEqual((await counts(prepared))[0], [11n, 11n, 11n]);
  assert.deepEqual((await counts(prepared, '(SELECT * FROM everybody WHERE id < 3)'))[0], [3n, 3n, 3n]);
});
