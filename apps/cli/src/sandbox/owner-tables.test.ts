import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSqlEngine } from '@sluis/engine';
import { askedTables, withTablesRenamed } from './asked-tables.ts';
import { ownerTables } from './owner-tables.ts';
import type { PartyFile } from './parties.ts';

const engine = createSqlEngine();
const file = (name: string, table: string | null = null): PartyFile => ({ name, table, file: `${name}.${table ?? ''}csv` });
const tablesOf = async (from: string, files: readonly PartyFile[]) =>
  ownerTables((await askedTables(`SELECT count(*) FROM ${from}`, engine)).tables, files);
const names = async (from: string, files: readonly PartyFile[]) => (await tablesOf(from, files)).tables.map((t) => `${t.owner}.${t.name}`);

test('a question joins if it names several tables, or an owner; names of its own do not count', async () => {
  const joined = async (sql: string) => (await askedTables(sql, engine)).joined;
  assert.equal(await joined('SELECT count(*) FROM data'), false);
  assert.equal(await joined('WITH few AS (SELECT * FROM data) SELECT count(*) FROM few'), false);
  assert.equal(await joined('SELECT count(*) FROM hospital.data'), true);
  assert.equal(await joined('WITH few AS (SELECT * FROM a) SELECT count(*) FROM few JOIN b USING (k)'), true);
});

test('a file is the table that its name or the question says', async () => {
  const files = [file('hospital'), file('insurer', 'claims'), file('insurer', 'codes')];
  assert.deepEqual(await names('hospital.patients JOIN insurer.claims USING (k)', files), ['hospital.patients', 'insurer.claims']);
  assert.deepEqual(await names('Hospital.data JOIN claims USING (k)', files), ['hospital.data', 'insurer.claims']);
  assert.deepEqual(await names('hospital JOIN codes USING (k)', files), ['hospital.hospital', 'insurer.codes']);
});

test('a table that is nobody’s, or two organisations’, is refused with the tables there are', async () => {
  const files = [file('hospital'), file('clinic', 'data'), file('insurer', 'claims')];
  await assert.rejects(tablesOf('data JOIN claims USING (k)', files), /Several files make a table "data"/);
  await assert.rejects(tablesOf('insurer.codes JOIN hospital.data USING (k)', files), /There is no file for the table insurer\.codes/);
  await assert.rejects(tablesOf('bank.loans JOIN claims USING (k)', files), /No organisation is called "bank"/);
  await assert.rejects(tablesOf('hospital.a JOIN hospital.b USING (k)', files), /both "a" and "b"/);
});

test('tables of one name are told apart; names of columns go on meaning the same', async () => {
  const sql = 'SELECT hospital.data.ward, insurer.data.kind, count(*) FROM hospital.data JOIN insurer.data USING (k) GROUP BY ALL';
  const { renamings } = ownerTables((await askedTables(sql, engine)).tables, [file('hospital'), file('insurer')]);
  const renamed = await withTablesRenamed(sql, renamings, engine);
  assert.match(renamed, /hospital_data\.ward, insurer_data\.kind/);
  assert.match(renamed, /hospital\.hospital_data .*JOIN insurer\.insurer_data /);
  assert.equal(await withTablesRenamed(sql, [], engine), sql);
});
