/** `sluis try` with noise, as people run it. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Receipt } from '@sluis/model';
import { sluis } from '../../../../tests/harness/command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluis-try-noise-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const dir = join(folder, 'data');
mkdirSync(dir);
/** Every patient has two rows at each organisation. */
for (const name of ['north', 'south', 'west']) {
  const rows = Array.from({ length: 200 }, (_, i) => `${i % 100},${i % 3 === 0 ? 'f' : 'm'}`);
  writeFileSync(join(dir, `party_${name}.csv`), `patient,sex\n${rows.join('\n')}\n`);
}
const SQL = 'SELECT sex, count(*) AS n FROM data GROUP BY sex WITH NOISE (epsilon = 2)';
const attempt = (...args: string[]) => sluis(['try', dir, '--json', ...args], { env: { TMPDIR: folder } });

interface Answer {
  readonly columns: readonly { readonly name: string }[];
  readonly rows: readonly (readonly [string, number, number, number])[];
  readonly receipt: Receipt;
  readonly error: { readonly code: string };
}
const read = (text: string) => JSON.parse(text) as Answer;

test('noise on request protects the named unit, and the answer comes with intervals', async () => {
  const run = await attempt('--ask', SQL, '--privacy-unit', 'PATIENT');
  assert.equal(run.code, 0, run.stderr);
  const { columns, rows, receipt } = read(run.stdout);
  assert.deepEqual(
    columns.map((c) => c.name),
    ['sex', 'n', 'n_low', 'n_high'],
  );
  // Of each patient one row at each organisation: 300 of the 600 are counted. Noise of scale 3/2 (and half as much again,
  // from the third share) on each of two cells is 120 off with a probability below 1e-20.
  const total = rows.reduce((sum, [, n]) => sum + n, 0);
  assert.ok(Math.abs(total - 300) < 120, `${total}`);
  for (const [, n, low, high] of rows) assert.ok(low < n && n < high);
  assert.ok(receipt.body.noise?.mechanism !== 'none' && receipt.body.noise?.unit === 'column:patient');
  assert.match(run.stderr, /protecting each value of patient; the sandbox's\s+privacy budget has no limit/);
});

test('a unit that is no column is 2, and noise that the rules take away is 3, before anything starts', async () => {
  const unknown = await attempt('--ask', SQL, '--privacy-unit', 'person');
  assert.equal(unknown.code, 2);
  assert.match(unknown.stdout, /no column \\"person\\" for --privacy-unit.*patient, sex/);
  const rules = join(folder, 'rules.yaml');
  writeFileSync(rules, 'output: { noise: null }\n');
  const refused = await attempt('--ask', SQL, '--rules', rules);
  assert.deepEqual([refused.code, read(refused.stdout).error.code], [3, 'plan/no-noise-terms']);
});

test('a budget given with --rules is kept', async () => {
  const rules = join(folder, 'budget.yaml');
  writeFileSync(rules, 'output: { noise: { required: true, default: { epsilon: 1 }, budget: { epsilon: 1 } } }\n');
  const over = await attempt('--ask', SQL, '--rules', rules);
  assert.deepEqual([over.code, read(over.stdout).error.code], [3, 'budget/exhausted'], over.stderr);
});

test('noisy quantiles come with intervals', async () => {
  const ages = join(folder, 'ages');
  mkdirSync(ages);
  // Thirty rows of each sex and age from 20 to 59.
  for (const name of ['north', 'south', 'west']) {
    const rows = Array.from({ length: 800 }, (_, i) => `${20 + (i % 40)},${Math.floor(i / 40) % 2 === 0 ? 'f' : 'm'}`);
    writeFileSync(join(ages, `party_${name}.csv`), `age,sex\n${rows.join('\n')}\n`);
  }
  const sql = `SELECT sex, median(age) AS middle, quantile_disc(age, 0.99) AS oldest FROM data GROUP BY sex WITH NOISE (epsilon = 2)`;
  const run = await sluis(['try', ages, '--json', '--ask', sql], { env: { TMPDIR: folder } });
  assert.equal(run.code, 0, run.stdout + run.stderr);
  const { columns, rows } = JSON.parse(run.stdout) as { columns: { name: string }[]; rows: [string, ...number[]][] };
  assert.deepEqual(
    columns.map((c) => c.name),
    ['sex', 'middle', 'middle_low', 'middle_high', 'oldest', 'oldest_low', 'oldest_high'],
  );
  console.log(rows.map(String).join('; '));
  assert.equal(rows.length, 2);
  for (const [, middle = 0, low = 0, high = 0, oldest = 0, least = 0, most = 0] of rows) {
    // Noise on 40 counts has a deviation of a few rows in all; bounds that are 9 ages away are 270 rows off.
    assert.ok(30 < low && low <= middle && middle <= high && high < 50, `${low} ${middle} ${high}`);
    assert.ok(50 < least && least <= oldest && oldest <= most, `${least} ${oldest} ${most}`);
  }
});

test('a relative error is reached in steps, each of which is kept', async () => {
  const kept = join(folder, 'kept');
  // 600 rows, of which noise leaves a few dozen uncertain at the first step: that it takes another is possible, and no matter.
  const sql = 'SELECT count(*) AS n FROM data WITH NOISE (epsilon = 2) WITHIN 20 PERCENT AT 95 PERCENT';
  const run = await attempt('--ask', sql, '--keep', kept);
  assert.equal(run.code, 0, run.stdout + run.stderr);
  const document = JSON.parse(run.stdout) as { relative: { met: boolean; steps: { run: string }[] }; rows: number[][] };
  assert.equal(document.relative.met, true);
  assert.ok(Math.abs((document.rows[0]?.[0] ?? 0) - 600) < 200);
  for (const [i, { run: id }] of document.relative.steps.entries()) {
    const receipt = JSON.parse(readFileSync(join(kept, `receipt-${i + 1}.json`), 'utf8')) as Receipt;
    assert.equal(receipt.body.run, id);
  }
  assert.deepEqual(JSON.parse(readFileSync(join(kept, 'answer.json'), 'utf8')), document);
  const each = await attempt('--ask', sql, '--each-receiver');
  assert.deepEqual([each.code, read(each.stdout).error.code], [2, 'usage/relative']);
});
