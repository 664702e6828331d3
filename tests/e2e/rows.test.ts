/** Questions on shared rows, with real stations: deposits beside partial aggregates, joins, secret groups, cheating contributors. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { canonicalBytes } from '@sluis/base';
import { createFinaliser, createSqlEngine } from '@sluis/engine';
import type { Agreement } from '@sluis/model';
import { verifyReceiptFile } from '@sluis/sdk';
import { type Collaboration, openCollaboration } from '../harness/collaboration.ts';
import { deposit, depositState, newContributor, type TestContributor } from '../harness/deposits.ts';

const SECTORS = ['Energy', 'Finance', 'Health'];
const INCIDENTS = {
  sector: { type: 'VARCHAR', uses: ['group', 'filter'], domain: { values: SECTORS } },
  /** More values than there can be cells: its groups are secret. */
  code: { type: 'INTEGER', uses: ['group', 'filter', 'aggregate'], bounds: ['0', '100000000'] },
  cost: { type: 'DECIMAL(12,2)', uses: ['aggregate', 'filter', 'reveal'], bounds: ['0', '100000'], nullable: true },
};
const PATIENTS = {
  person_id: { type: 'INTEGER', uses: ['join'], bounds: ['1', '1000000'] },
  age: { type: 'INTEGER', uses: ['filter', 'aggregate', 'group'], bounds: ['0', '120'], domain: { range: ['0', '120'] } },
  ward: { type: 'VARCHAR', uses: ['group', 'filter'], domain: { values: ['A', 'B'] } },
};
const CLAIMS = {
  person_id: { type: 'INTEGER', uses: ['join'], bounds: ['1', '1000000'] },
  amount: { type: 'INTEGER', uses: ['aggregate', 'filter'], bounds: ['0', '10000'] },
};

function incidents(rows: number, from: number): string {
  const lines = Array.from({ length: rows }, (_, i) => {
    const n = from + i;
    return `${SECTORS[(n * 7) % 3]},${(n % 9) * 1000 + 7},${n % 8 === 0 ? '' : ((n * 37) % 5000) + 0.25}`;
  });
  return `sector,code,cost\n${lines.join('\n')}\n`;
}
const patients = `person_id,age,ward\n${Array.from({ length: 60 }, (_, i) => `${i + 1},${20 + (i % 50)},${i % 3 === 0 ? 'A' : 'B'}`).join('\n')}\n`;
const claims = `person_id,amount\n${Array.from({ length: 80 }, (_, i) => `${i * 2 + 1},${(i * 13) % 900}`).join('\n')}\n`;

for (const threat of ['semi-honest', 'malicious'] as const)
  describe(threat, () => {
    let c: Collaboration;
    let pooled: DuckDBConnection;
    const files = { north: incidents(60, 0), alice: incidents(50, 100), bob: incidents(40, 900) };
    let people: Record<'alice' | 'bob' | 'mallory', TestContributor>;

    before(async () => {
      people = { alice: newContributor('alice'), bob: newContributor('bob'), mallory: newContributor('mallory') };
      c = await openCollaboration({
        parties: [{ name: 'north', csv: files.north }, { name: 'hospital' }, { name: 'insurer' }, { name: 'centre' }],
        table: 'incidents',
        columns: INCIDENTS,
        terms: {
          threat_model: threat,
          contributors: Object.fromEntries(Object.values(people).map((p) => [p.name, { identity: p.identity }])),
          output: { minimum_rows: 3, minimum_organisations: 2 },
          tables: {
            incidents: { providers: ['north'], columns: INCIDENTS, maximum_rows: 2000, deposits: { by: ['alice', 'bob', 'mallory'] } },
            patients: { kind: 'owner', providers: ['hospital'], columns: PATIENTS, maximum_rows: 2000, unique: [['person_id']] },
            claims: { kind: 'owner', providers: ['insurer'], columns: CLAIMS, maximum_rows: 2000, unique: [['person_id']] },
          },
        },
      });
      for (const [name, table, text] of [
        ['hospital', 'patients', patients],
        ['insurer', 'claims', claims],
      ] as const) {
        const file = join(c.member(name).home, `${table}.csv`);
        writeFileSync(file, text, { mode: 0o600 });
        await c.member(name).client.connect({ table, file });
      }
      await deposit(c, people.alice, 'incidents', files.alice);
      await deposit(c, people.bob, 'incidents', files.bob);
      pooled = await pool({ incidents: Object.values(files), patients: [patients], claims: [claims] });
    });
    after(() => c?.close());

    const same = async (sql: string, plain: string = sql): Promise<void> => {
      const result = await c.ask(sql);
      const expected = (await pooled.runAndReadAll(plain)).getRowsJson().map((row) => row.map(comparable));
      assert.deepEqual(
        result.result?.rows.map((row) => row.map(comparable)),
        expected,
        sql,
      );
      const engines = { sql: createSqlEngine(), finaliser: createFinaliser() };
      const verified = await verifyReceiptFile(canonicalBytes(result.receipt), engines, c.agreement);
      assert.deepEqual(verified.result?.rows, result.result?.rows, 'the receipt gives the same answer offline');
      assert.ok(
        verified.body.techniques.some((t) => t.id === 'rows-on-shares'),
        'and says that it was computed on rows',
      );
    };

    test(`deposits and partial aggregates of one table are one answer`, () =>
      same(
        'SELECT sector, count(*) AS n, sum(cost) AS total, avg(cost) AS mean, min(cost) AS low, max(cost) AS high FROM incidents WHERE code > 2000 GROUP BY sector ORDER BY sector',
      ));

    test(`groups by a key whose values nobody knows`, () =>
      same('SELECT code, count(*) AS n, sum(cost) AS total FROM incidents GROUP BY code ORDER BY code'));

    test(`distinct values and medians`, () =>
      same('SELECT sector, count(DISTINCT code) AS codes, median(cost) AS middle FROM incidents GROUP BY sector ORDER BY sector'));

    test(`a join of two organisations' tables`, () =>
      same(
        'SELECT p.ward, count(*) AS n, sum(c.amount) AS paid FROM hospital.patients p JOIN insurer.claims c ON p.person_id = c.person_id WHERE p.age > 25 GROUP BY p.ward ORDER BY p.ward',
        'SELECT p.ward, count(*) AS n, sum(c.amount) AS paid FROM patients p JOIN claims c ON p.person_id = c.person_id WHERE p.age > 25 GROUP BY p.ward ORDER BY p.ward',
      ));

    test(`a contributor that cheats on the bounds is left out, and the rest counts`, async () => {
      const wide = { ...INCIDENTS, cost: { ...INCIDENTS.cost, bounds: ['0', '9000000000'] } };
      const incidents = { ...c.agreement.tables['incidents'], columns: wide };
      const lying = { ...c.agreement, tables: { ...c.agreement.tables, incidents } } as unknown as Agreement;
      const rows = 'sector,code,cost\nEnergy,7,100\nEnergy,7,8000000000\n';
      const batch = await deposit(c, people.mallory, 'incidents', rows, lying);
      await same('SELECT count(*) AS n, sum(cost) AS total FROM incidents');
      assert.equal(await depositState(c, people.mallory, batch), 'rejected: deposit/out-of-bounds');
    });
  });

/** Plain tables in DuckDB, from CSV texts. */
async function pool(tables: Readonly<Record<string, readonly string[]>>): Promise<DuckDBConnection> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const types = { incidents: INCIDENTS, patients: PATIENTS, claims: CLAIMS };
  for (const [name, texts] of Object.entries(tables)) {
    const columns = Object.entries(types[name as keyof typeof types]);
    await connection.run(`CREATE TABLE ${name} (${columns.map(([c, { type }]) => `${c} ${type}`).join(', ')})`);
    for (const line of texts.flatMap((t) => t.trim().split('\n').slice(1))) {
      const cells = line.split(',').map((v) => (v === '' ? 'NULL' : `'${v}'`));
      await connection.run(`INSERT INTO ${name} VALUES (${cells.join(', ')})`);
    }
  }
  return connection;
}

/** Numbers alike, however their type prints them. */
const comparable = (value: unknown): unknown => {
  const number = typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? Number(value) : Number.NaN;
  return Number.isNaN(number) ? value : Number(number.toFixed(6));
};
