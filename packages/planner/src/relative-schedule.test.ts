/** Relative errors as sequences of ordinary questions: their prices, and what is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RefusedError } from '@sluis/base';
import { allowed, spentEpsilon } from '@sluis/budget';
import { createSqlEngine } from '@sluis/engine';
import { parseRational } from '@sluis/math';
import { noisy, PERSON, plan, refused, ROW } from './fixtures/noisy-questions.ts';
import { asksRelativeError, prepareRelative, providerStatement, type RelativePlan, withinCeiling } from './index.ts';

const engine = createSqlEngine();
const COUNT = 'SELECT sector, count(*) AS n FROM incidents GROUP BY sector';
const WITHIN = 'WITHIN 5 PERCENT AT 95 PERCENT';

async function relative(sql: string, agreement = noisy()): Promise<RelativePlan> {
  const found = await prepareRelative({ sql, agreement, agreementId: 'a'.repeat(64) }, engine);
  // Each step is an ordinary question, which stations plan to the same plan.
  for (const step of found.steps) assert.equal((await plan(step.sql, agreement)).hash, step.prepared.hash);
  return found;
}

const charges = ({ steps }: RelativePlan) => steps.map((s) => s.prepared.plan.noise?.events ?? []);
const prices = ({ steps }: RelativePlan) => steps.map((s) => s.prepared.plan.noise?.epsilon);

async function refusedRelative(sql: string, code: string, text: RegExp, agreement = noisy()): Promise<void> {
  await assert.rejects(relative(sql, agreement), (error: unknown) => {
    assert.ok(error instanceof RefusedError, `${sql}: ${error}`);
    assert.equal(error.code, code, `${sql}: ${error.message}`);
    assert.match(`${error.message} ${error.remedy}`, text, sql);
    return true;
  });
}

test('prices start at a sixteenth of the ceiling, grow, and add up to it exactly', async () => {
  const found = await relative(`${COUNT} HAVING n > 3 ORDER BY n LIMIT 2 WITH NOISE (epsilon = 0.8) ${WITHIN}`);
  assert.deepEqual(prices(found), ['0.05', '0.1', '0.2', '0.45']);
  assert.match(found.steps[0]?.sql ?? '', /LIMIT 2\nWITH NOISE \(epsilon = 0\.05, mechanism = laplace\)$/);
  assert.deepEqual(found.share, { numerator: 1n, denominator: 20n });
  // Five in a hundred over four steps.
  assert.deepEqual(found.outside, { numerator: 1n, denominator: 80n });
  const all = charges(found);
  assert.ok(allowed(all.slice(0, -1), all.at(-1) ?? [], { epsilon: '0.8', delta: '0' }));
  assert.ok(!allowed(all.slice(0, -1), all.at(-1) ?? [], { epsilon: '0.7999', delta: '0' }));
});

test('Gaussian steps shrink noise as Laplace ones do, and together stay below the ceiling by the filter of budgets', async () => {
  const sql = `SELECT sector, count(*) AS n, avg(severity) AS mean FROM incidents GROUP BY sector WITH NOISE (epsilon = 1, delta = 1e-6, mechanism = gaussian) ${WITHIN}`;
  const found = await relative(sql);
  const all = charges(found);
  const spent = all.map((_, i) => spentEpsilon(all.slice(0, i + 1), '0.000001'));
  assert.ok((spent.at(-1) ?? 0) <= 1 && (spent.at(-1) ?? 0) > 0.97, `${spent}`);
  const precisions = found.steps.map((s) => {
    const { numerator, denominator } = parseRational(s.prepared.plan.noise?.counts[0]?.parameter ?? '1');
    return Number(denominator) / Number(numerator);
  });
  const sums = precisions.map((_, i) => precisions.slice(0, i + 1).reduce((a, b) => a + b, 0));
  for (const [i, part] of [1 / 16, 3 / 16, 7 / 16, 1].entries()) {
    const shrunk = Math.sqrt((sums[i] ?? 0) / (sums[3] ?? 1));
    assert.ok(Math.abs(shrunk / part - 1) < 0.02, `${shrunk} for ${part}`);
  }
});

test('the mechanism of which the whole sequence errs less is taken, once for all steps', async () => {
  const many = `SELECT ${Array.from({ length: 9 }, (_, i) => `count(*) FILTER (WHERE severity <= ${1 + (i % 5)} AND paid = ${i < 5}) AS n${i}`).join(', ')} FROM incidents WITH NOISE (epsilon = 1, delta = 1e-6) ${WITHIN}`;
  const found = await relative(many);
  assert.deepEqual([...new Set(found.steps.map((s) => s.prepared.plan.noise?.mechanism))], ['discrete-gaussian']);
  const few = await relative(`${COUNT} WITH NOISE (epsilon = 1, delta = 1e-6) ${WITHIN}`);
  assert.deepEqual([...new Set(few.steps.map((s) => s.prepared.plan.noise?.mechanism))], ['discrete-laplace']);
  const agreed = await relative(
    `${COUNT} WITH NOISE (epsilon = 1, delta = 1e-6) ${WITHIN}`,
    noisy(ROW, { mechanism: 'discrete-gaussian' }),
  );
  assert.equal(agreed.steps[0]?.prepared.plan.noise?.mechanism, 'discrete-gaussian');
});

test('the agreement’s default is the ceiling of a question that names none', async () => {
  const found = await relative(`${COUNT} ${WITHIN}`, noisy(ROW, { default: { epsilon: '0.32' } }));
  assert.deepEqual(found.ceiling, { epsilon: '0.32', delta: '0' });
  assert.equal(prices(found)[0], '0.02');
  assert.ok(withinCeiling(found, [0, 1, 2, 3]) && withinCeiling(found, [0, 1, 1, 2]));
  assert.ok(!withinCeiling(found, [0, 0, 1, 2, 3]));
  await refusedRelative(`${COUNT} ${WITHIN}`, 'plan/no-ceiling', /at most.*WITH NOISE \(epsilon = 1\) WITHIN 5 PERCENT/);
});

test('a comment before the clause does not swallow the steps’ own', async () => {
  const found = await relative(`${COUNT} -- all of them\n WITH NOISE (epsilon = 0.8) ${WITHIN};`);
  assert.deepEqual(prices(found), ['0.05', '0.1', '0.2', '0.45']);
});

test('rows that count do not depend on how much noise there is', async () => {
  const { steps } = await relative(`${COUNT} WITH NOISE (epsilon = 1) ${WITHIN}`, noisy(PERSON));
  const statements = new Set(steps.map(({ prepared }) => providerStatement(prepared.plan)));
  assert.equal(statements.size, 1);
  assert.match([...statements][0] ?? '', /hash\(/);
  const other = await plan(`${COUNT.replace('count(*)', 'count(paid)')} WITH NOISE (epsilon = 1)`, noisy(PERSON));
  assert.ok(!statements.has(providerStatement(other.plan)));
});

test('noise too large for small steps makes fewer of them', async () => {
  const wide = noisy(ROW, { required: false }, { records: { type: 'BIGINT', uses: ['aggregate'], bounds: [0, 400_000_000_000] } });
  const found = await relative(`SELECT sum(records) AS r FROM incidents WITH NOISE (epsilon = 1) ${WITHIN}`, wide);
  assert.deepEqual(prices(found), ['0.125', '0.25', '0.625']);
  assert.deepEqual(found.outside, { numerator: 1n, denominator: 60n });
});

test('what can’t be combined is refused by name, and stations refuse the clause itself', async () => {
  const end = `WITH NOISE (epsilon = 1, delta = 1e-6) ${WITHIN}`;
  await refusedRelative(`SELECT median(severity) AS m FROM incidents ${end}`, 'plan/unsupported', /relative error of a quantile/);
  await refusedRelative(`SELECT min(severity) AS m FROM incidents ${end}`, 'plan/unsupported', /quantile, minimum or maximum/);
  await refusedRelative(
    `SELECT CASE WHEN count(*) > 5 THEN 1 ELSE 2 END AS many FROM incidents ${end}`,
    'plan/unsupported',
    /relative error of "many".*how far noise moves it/,
  );
  const level = noisy(ROW, { required: false }, { level: { type: 'DECIMAL(4,1)', nullable: true, uses: ['group'], bounds: ['1', '6'] } });
  await refusedRelative(`SELECT level, count(*) AS n FROM incidents GROUP BY level ${end}`, 'plan/unsupported', /not declared/, level);
  await refusedRelative(
    `SELECT count(DISTINCT records) AS n FROM incidents ${end}`,
    'plan/unsupported',
    /bounded on shared rows.*anew in every run/,
    noisy(PERSON),
  );
  await refusedRelative(`${COUNT} WITH NOISE (epsilon = 1, mechanism = gaussian) ${WITHIN}`, 'plan/noise-needs-delta', /delta above 0/);
  await refused(`${COUNT} ${end}`, 'plan/relative-error', /Several questions.*sluis ask/);
  assert.ok(asksRelativeError(`${COUNT} ${end}`));
  assert.ok(!asksRelativeError(`${COUNT} WITHIN 5 AT 95 PERCENT`));
});
