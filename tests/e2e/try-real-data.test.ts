/** `sluis try` on real data answers what is known of them (SLUIS_FIXTURES/data/…/facts.json), through real stations. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ResultTable } from '@sluis/model';
import { sluis } from '../harness/command-line.ts';

const fixtures = process.env['SLUIS_FIXTURES'];
const skip = fixtures === undefined ? 'SLUIS_FIXTURES is not set: real data is not there' : false;
const folder = (name: string) => join(fixtures ?? '', 'data', name);
// biome-ignore lint/suspicious/noExplicitAny: facts have a form of their own for each set
const facts = (name: string): any => JSON.parse(readFileSync(join(folder(name), 'facts.json'), 'utf8'));

type Answer = ResultTable & { receipt: unknown; explain: string[]; bytes: { total: number }; rounds: number };

async function ask(name: string, sql: string, ...more: string[]): Promise<Answer> {
  const ended = await sluis(['try', folder(name), '--ask', sql, '--format', 'json', ...more]);
  assert.equal(ended.code, 0, ended.stdout + ended.stderr);
  return JSON.parse(ended.stdout) as Answer;
}

const byFirst = (answer: Answer) => Object.fromEntries(answer.rows.map((row) => [String(row[0]), row[1]]));
const atLeast = (counts: Record<string, number>, minimum: number) =>
  Object.fromEntries(Object.entries(counts).filter(([, n]) => n >= minimum));

test('incidents_veris: nine sectors count actions; the one environmental incident is suppressed', { skip }, async () => {
  const answer = await ask('incidents_veris', 'SELECT action, count(*) AS n FROM data GROUP BY action');
  assert.deepEqual(byFirst(answer), atLeast(facts('incidents_veris').by_action, 5));
  assert.deepEqual(answer.suppressed, [{ group: { action: 'Environmental' }, cells: ['n'], reason: 'suppressed or empty' }]);
  assert.deepEqual(answer.columns, [
    { name: 'action', type: 'VARCHAR' },
    { name: 'n', type: 'BIGINT' },
  ]);
  assert.ok(answer.bytes.total > 0 && answer.rounds > 0 && answer.explain.length > 5);
});

test('incidents_veris: sums over rows that have a value, means within 1e-4', { skip }, async () => {
  const known = facts('incidents_veris');
  const answer = await ask('incidents_veris', 'SELECT sum(records) AS s, count(records) AS n, avg(discovery_days) AS d FROM data');
  assert.equal(Number(answer.rows[0]?.[0]), known.records_sum);
  assert.equal(answer.rows[0]?.[1], known.records_nonnull);
  assert.ok(Math.abs(Number(answer.rows[0]?.[2]) - known.discovery_days_mean) < 1e-4);
});

test('incidents_cissm: 10,419 incidents by event type and year', { skip }, async () => {
  const known = facts('incidents_cissm');
  assert.deepEqual(
    byFirst(await ask('incidents_cissm', 'SELECT event_type, count(*) AS n FROM data GROUP BY event_type')),
    known.by_event_type,
  );
  const years = await ask('incidents_cissm', 'SELECT year, count(*) AS n FROM data WHERE year IS NOT NULL GROUP BY year ORDER BY year');
  assert.deepEqual(byFirst(years), known.by_year);
  assert.deepEqual(
    years.rows.map((r) => r[0]),
    [...years.rows.map((r) => r[0])].sort(),
  );
});

test('heart_disease: four hospitals, without showing which has what', { skip }, async () => {
  const known = facts('heart_disease');
  const answer = await ask('heart_disease', 'SELECT num, count(*) AS n FROM data GROUP BY num');
  assert.deepEqual(byFirst(answer), known.num);
  const mean = await ask('heart_disease', 'SELECT avg(age) AS age, max(thalach) AS fastest FROM data');
  assert.ok(Math.abs(Number(mean.rows[0]?.[0]) - known.mean_age) < 1e-4);
  assert.equal(mean.rows[0]?.[1], known.max_thalach);
});

test('heart_disease: the median age, from rows that stay shares', { skip }, async () => {
  const ages = readdirSync(folder('heart_disease'))
    .filter((file) => file.startsWith('party_'))
    .flatMap((file) =>
      readFileSync(join(folder('heart_disease'), file), 'utf8')
        .trim()
        .split('\n')
        .slice(1),
    )
    .map((line) => Number(line.split(',')[0]))
    .sort((a, b) => a - b);
  assert.equal(ages.length, facts('heart_disease').rows);
  const between = ((ages[(ages.length - 1) >> 1] as number) + (ages[ages.length >> 1] as number)) / 2;
  const answer = await ask('heart_disease', 'SELECT median(age) AS m FROM data');
  assert.equal(Number(answer.rows[0]?.[0]), between);
});

test('salaries_cps1988: four regions, decimals exact', { skip }, async () => {
  const known = facts('salaries_cps1988');
  const answer = await ask('salaries_cps1988', 'SELECT sum(weekly_wage_usd) AS s, avg(weekly_wage_usd) AS m FROM data');
  assert.equal(answer.rows[0]?.[0], known.sum_wage.toFixed(2));
  assert.ok(Math.abs(Number(answer.rows[0]?.[1]) - known.mean_wage) < 1e-6);
  const groups = await ask('salaries_cps1988', 'SELECT ethnicity, avg(weekly_wage_usd) AS m FROM data GROUP BY ethnicity');
  for (const [ethnicity, wage] of Object.entries(known.mean_by_ethnicity)) {
    assert.ok(Math.abs(Number(byFirst(groups)[ethnicity]) - Number(wage)) < 1e-5);
  }
});

test('exit codes: nothing released is 4, unsupported SQL is 3, a wrong folder is 2, and JSON carries the error', { skip }, async () => {
  const nothing = await sluis([
    'try',
    folder('heart_disease'),
    '--ask',
    'SELECT count(*) AS n FROM data WHERE age > 76',
    '--format',
    'json',
    '--minimum-rows',
    '50',
  ]);
  assert.equal(nothing.code, 4, nothing.stderr);
  const refused = await sluis(['try', folder('heart_disease'), '--ask', 'SELECT mode(age) FROM data', '--format', 'json']);
  assert.equal(refused.code, 3, refused.stderr);
  assert.match(JSON.parse(refused.stdout).error.code, /^plan\//);
  const wrong = await sluis(['try', '/nowhere', '--ask', 'SELECT 1', '--format', 'json']);
  assert.equal(wrong.code, 2);
});
