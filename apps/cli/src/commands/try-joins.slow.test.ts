/** `sluis try` over tables of one owner each, with real stations: joins answer as DuckDB does over the pooled files. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'sluis-try-joins-'));
let db: DuckDBConnection;

function sluis(...args: string[]) {
  const env = { PATH: process.env['PATH'], LANG: 'C', TMPDIR: folder, NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] };
  const done = spawnSync(process.execPath, [MAIN, 'try', ...args], { encoding: 'utf8', env, maxBuffer: 1e8 });
  return { code: done.status, out: done.stdout, err: done.stderr.replace(/\n\s*/g, ' ') };
}

/** Test data without a library: the numbers 0 … 2^31 of a linear congruential generator. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return Math.floor((state / 0x8000_0000) * below);
  };
}

/** Keys that repeat, that have no partner and that are NULL, as numbers (people) and as text (codes). */
before(async () => {
  const draw = numbers(7);
  const write = (dir: string, name: string, lines: readonly string[]) => {
    mkdirSync(join(folder, dir), { recursive: true });
    writeFileSync(join(folder, dir, name), `${lines.join('\n')}\n`);
    return join(folder, dir, name);
  };
  const people = Array.from({ length: 90 }, (_, i) => `${2 * i},${['north', 'south', ''][draw(3)]},${400 + draw(900)}`);
  const claims = Array.from({ length: 160 }, () => `${draw(9) === 0 ? '' : draw(190)},c${draw(8)},${draw(50_000) / 100}`);
  const codes = Array.from({ length: 12 }, (_, i) => `c${Math.floor(i / 2)},${['drug', 'stay'][i % 2]}`);
  const hospital = write('three', 'party_hospital.patients.csv', ['person_id,ward,weight', ...people]);
  const insurer = write('three', 'party_insurer.csv', ['person,code,paid', ...claims]);
  const registry = write('three', 'party_registry.codes.csv', ['code,kind', ...codes]);
  write('same', 'party_hospital.csv', ['person_id,ward,weight', ...people]);
  write('same', 'party_insurer.csv', ['person,code,paid', ...claims]);
  db = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  const typed = (file: string, types: string) => `SELECT * FROM read_csv('${file}', types = {${types}})`;
  for (const owner of ['hospital', 'insurer', 'registry']) await db.run(`CREATE SCHEMA ${owner}`);
  const patients = typed(hospital, "'person_id': 'BIGINT', 'weight': 'BIGINT'");
  for (const name of ['patients', 'data']) await db.run(`CREATE TABLE hospital.${name} AS ${patients}`);
  for (const name of ['claims', 'data'])
    await db.run(`CREATE TABLE insurer.${name} AS ${typed(insurer, "'person': 'BIGINT', 'paid': 'DECIMAL(18,2)'")}`);
  await db.run(`CREATE TABLE registry.codes AS ${typed(registry, "'code': 'VARCHAR'")}`);
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** Text of every value; doubles in nine digits, since averages differ in the last ones. */
const plain = (rows: readonly (readonly unknown[])[]) =>
  rows.map((row) => row.map((v) => (typeof v === 'number' && !Number.isInteger(v) ? v.toPrecision(9) : v === null ? null : String(v))));

async function same(dir: string, sql: string, ...options: string[]): Promise<string> {
  const run = sluis(join(folder, dir), '--ask', sql, '--json', ...options);
  assert.equal(run.code, 0, run.out + run.err);
  const expected = (await db.runAndReadAll(sql))
    .getRows()
    .map((row) => row.map((v) => (typeof v === 'bigint' || typeof v === 'object' ? v && String(v) : v)));
  assert.ok(expected.length > 1);
  assert.deepEqual(plain((JSON.parse(run.out) as { rows: unknown[][] }).rows), plain(expected), sql);
  return run.err;
}

test('INNER: two joins over numbers and text, tables named by files and by the question', async () => {
  const told = await same(
    'three',
    `SELECT p.ward, k.kind, count(*) AS n, sum(c.paid) AS paid, avg(p.weight) AS weight, max(c.paid) AS most
     FROM hospital.patients p JOIN insurer.claims c ON p.person_id = c.person JOIN registry.codes k ON c.code = k.code
     GROUP BY p.ward, k.kind ORDER BY p.ward, k.kind`,
  );
  assert.match(
    told,
    /Tables of one organisation each: hospital\.patients \(90 rows\), insurer\.claims \(160 rows\), registry\.codes \(12 rows\)/,
  );
  assert.match(told, /once in their table .*: patients \(person_id\)\./);
  assert.match(told, /A join gives at most \d+ rows/);
});

test('LEFT: rows without a partner stay, also those without a key', async () => {
  await same(
    'three',
    `SELECT c.code, count(*) AS n, count(p.weight) AS known, median(c.paid) AS paid
     FROM insurer.claims c LEFT JOIN hospital.patients p ON c.person = p.person_id AND p.weight > 420
     GROUP BY c.code ORDER BY c.code`,
    '--minimum-rows',
    '1',
  );
});

test('SEMI and ANTI; tables of the same name are told apart', async () => {
  const told = await same(
    'same',
    'SELECT ward, count(*) AS n, sum(weight) AS weight FROM hospital.data SEMI JOIN insurer.data c ON person_id = c.person GROUP BY ward ORDER BY ward',
  );
  assert.match(told, /hospital\.data is called hospital_data in the agreement/);
  await same(
    'same',
    'SELECT p.ward, count(*) AS n FROM hospital.data p ANTI JOIN insurer.data c ON p.person_id = c.person GROUP BY p.ward ORDER BY p.ward',
  );
});

test('what nobody can join is refused before a station starts, with names', () => {
  const refused = (ask: string, said: RegExp) => {
    const run = sluis(join(folder, 'three'), '--ask', ask);
    assert.ok(run.code === 2 || run.code === 3, run.err);
    assert.match(run.err, said);
    assert.doesNotMatch(run.err, /Starting/);
  };
  const on = 'ON p.person_id = c.person';
  const apart = sluis(join(folder, 'same'), '--ask', 'SELECT count(*) FROM data');
  assert.match(apart.err, /that of hospital lacks person, code, paid\..*FROM hospital\.data a JOIN insurer\.data b/);
  assert.doesNotMatch(apart.err, /Starting/);
  refused(
    `SELECT count(*) FROM hospitaal.patients p JOIN insurer.claims c ${on}`,
    /No organisation is called "hospitaal".*hospital, insurer, registry/,
  );
  refused(
    `SELECT count(*) FROM hospital.wards p JOIN insurer.claims c ${on}`,
    /no file for the table hospital\.wards.*hospital\.patients, insurer\.data/,
  );
  refused(`SELECT count(*) FROM hospital.patients p JOIN insurer.claims c ON p.person_id = c.persoon`, /plan\/unknown-name/);
  refused(
    `SELECT p.person_id, count(*) FROM hospital.patients p JOIN insurer.claims c ${on} GROUP BY 1`,
    /Grouping by patients\.person_id/,
  );
});
