/** What can be asked in `sluis try`, with real stations: questions on shared rows, and a result for each receiver. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
const TEMPLATES = fileURLToPath(new URL('../../../../examples/templates/among.yaml', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'sluis-try-questions-'));

function sluis(...args: string[]) {
  const env = { PATH: process.env['PATH'], LANG: 'C', TMPDIR: folder, NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] };
  const done = spawnSync(process.execPath, [MAIN, 'try', ...args], { encoding: 'utf8', env, maxBuffer: 1e8 });
  return { code: done.status, out: done.stdout, err: done.stderr.replace(/\n\s*/g, ' ') };
}

/** Postcodes: more than 1,000 different ones, of which seven occur often; and bids with other columns. */
before(() => {
  for (const dir of ['posts', 'bids']) mkdirSync(join(folder, dir));
  ['north', 'south', 'west'].forEach((name, p) => {
    const rows = Array.from({ length: 400 }, (_, i) => {
      const post = i < 42 ? 1000 + (i % 7) : 2000 + 400 * p + i;
      return `${post},${((i * 37) % 100) / 4 + p},${((i * 53) % 90) + i / 8},k${i % 5}`;
    });
    writeFileSync(join(folder, 'posts', `party_${name}.csv`), ['post,wage,hours,kind', ...rows, ''].join('\n'));
    writeFileSync(join(folder, 'bids', `party_${name}.csv`), `cost,bid,borrower,exposure\n${10 * (p + 1)}.50,${700 + p},Acme,1\n`);
  });
});
after(() => rmSync(folder, { recursive: true, force: true }));

test('secret groups with a median, distinct values, a correlation and a regression', async () => {
  const sql = `SELECT post, count(*) AS n, median(wage) AS wage, count(DISTINCT kind) AS kinds, round(corr(wage, hours), 6) AS r,
    round(regr_slope(wage, hours), 6) AS slope FROM data GROUP BY post ORDER BY post`;
  const run = sluis(join(folder, 'posts'), '--ask', sql, '--json');
  assert.equal(run.code, 0, run.out + run.err);
  const db = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  const types = "{'post': 'BIGINT', 'wage': 'DECIMAL(18,2)', 'hours': 'DECIMAL(18,3)'}";
  await db.run(`CREATE TABLE data AS SELECT * FROM read_csv('${join(folder, 'posts', '*.csv')}', types = ${types})`);
  const grouped = (await db.runAndReadAll(sql.replace('ORDER BY', 'HAVING count(*) >= 5 ORDER BY'))).getRows();
  assert.equal(grouped.length, 7);
  const text = (rows: readonly (readonly unknown[])[]) => rows.map((row) => row.map((v) => Number(String(v))));
  assert.deepEqual(text((JSON.parse(run.out) as { rows: unknown[][] }).rows), text(grouped));
  assert.match(run.err, /groups of them are formed in secret, on shared rows: post\./);
});

test('a place among organisations needs a receiver with data: said before a station starts, with options of this command', () => {
  const rank = sluis(join(folder, 'bids'), '--ask', 'SELECT my_rank(cost) AS rank FROM data', '--json');
  assert.equal(rank.code, 3);
  const { error } = JSON.parse(rank.out) as { error: { code: string; remedy: string } };
  assert.equal(error.code, 'plan/one-receiver');
  assert.match(error.remedy, /--receiver north or --receiver south or --receiver west; or --each-receiver/);
  const gave = sluis(join(folder, 'posts'), '--ask', 'SELECT count(DISTINCT kind) AS k FROM data', '--receiver', 'north', '--json');
  assert.equal(gave.code, 3);
  const refused = (JSON.parse(gave.out) as { error: { code: string; remedy: string } }).error;
  assert.equal(refused.code, 'plan/receiver-gave-rows');
  assert.match(refused.remedy, /Leave --receiver and --each-receiver out/);
  for (const { err } of [rank, gave]) assert.doesNotMatch(err, /Starting/);
});

test('a template of a file, a result for each receiver, and a malicious threat model', () => {
  const kept = join(folder, 'kept');
  const options = ['--each-receiver', '--threat-model', 'malicious', '--minimum-rows', '1', '--keep', kept, '--json'];
  const run = sluis(join(folder, 'bids'), '--template', TEMPLATES, '--ask', 'benchmark', ...options);
  assert.equal(run.code, 0, run.out + run.err);
  const { receivers } = JSON.parse(run.out) as {
    receivers: { receiver: string; rows: unknown[]; receipt: { body: { template?: unknown } } }[];
  };
  // Ranks by mean cost, the largest first; quartiles of three.
  assert.deepEqual(
    receivers.map(({ receiver, rows }) => [receiver, (rows[0] as unknown[])[0]]),
    [
      ['north', 3],
      ['south', 2],
      ['west', 1],
    ],
  );
  assert.match(run.err, /template benchmark of .*among\.yaml/);
  const agreement = readFileSync(join(kept, 'agreement.yaml'), 'utf8');
  assert.match(agreement, /threat_model: malicious/);
  assert.match(agreement, /market:/);
  assert.deepEqual(JSON.parse(readFileSync(join(kept, 'answer-west.json'), 'utf8')).rows, receivers[2]?.rows);
  const unnamed = sluis(join(folder, 'bids'), '--template', TEMPLATES);
  assert.equal(unnamed.code, 2);
  assert.match(unnamed.err, /Name one of them after --ask: benchmark, first-price-auction/);
});
