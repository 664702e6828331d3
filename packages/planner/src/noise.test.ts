/** Questions with noise: what they cost, how much noise every value gets, and what their answers look like. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RefusedError } from '@sluis/base';
import { createFinaliser, createSqlEngine } from '@sluis/engine';
import type { Plan, Released } from '@sluis/model';
import { sampleAgreement } from './fixtures/sample-agreement.ts';
import { prepare } from './index.ts';

const engine = createSqlEngine();
const BUDGET = { epsilon: '10', delta: '0.001' };
const ROW = { protects: 'row' };
const PERSON = { protects: 'column', column: 'id', groups: 2, rows_per_group: 3 };
const noisy = (unit: unknown = ROW, noise: object = { required: false }, columns = {}) =>
  sampleAgreement({ unit, columns, output: { minimum_rows: 7, dominance: { n: 1, k: 70 }, noise: { budget: BUDGET, ...noise } } });
const plan = (sql: string, agreement = noisy()) => prepare({ sql, agreement, agreementId: 'a'.repeat(64) }, engine);

async function refused(sql: string, code: string, text: RegExp, agreement = noisy()): Promise<void> {
  await assert.rejects(plan(sql, agreement), (error: unknown) => {
    assert.ok(error instanceof RefusedError, `${sql}: ${error}`);
    assert.equal(error.code, code, `${sql}: ${error.message}`);
    assert.match(`${error.message} ${error.remedy}`, text, sql);
    return true;
  });
}

test('a question splits its epsilon over what it opens, and rules give way to noise', async () => {
  const { plan: made } = await plan(
    'SELECT sector, count(*) AS n, sum(cost) AS total FROM incidents GROUP BY sector WITH NOISE (epsilon = 0.5)',
  );
  assert.equal(
    made.sql,
    'SELECT sector, count_star() AS n, sum("cost") AS total FROM incidents GROUP BY sector WITH NOISE (epsilon = 0.5)',
  );
  assert.deepEqual(made.techniques.mechanism, { id: 'noise-on-secrets', version: 1 });
  assert.deepEqual(made.rules, { minimumRows: 1, minimumOrganisations: 1, dominance: null, pPercent: null, withoutReceivers: [] });
  assert.deepEqual(made.dominances, []);
  const { noise } = made;
  // COUNT(cost), from which nothing is opened, gets none.
  assert.deepEqual(noise?.counts, [
    { sensitivity: '1', parameter: '4' },
    { sensitivity: '0', parameter: '0' },
  ]);
  assert.deepEqual(noise?.accumulators, [{ sensitivity: '100000000', parameter: '400000000' }]);
  assert.equal(noise?.bounds, null);
});

test('a person counts in so many groups, at every provider where it may occur', async () => {
  const sql = 'SELECT sector, count(*) AS n FROM incidents GROUP BY sector WITH NOISE (epsilon = 1)';
  const { plan: made } = await plan(sql, noisy(PERSON));
  assert.deepEqual(made.noise?.bounds, { groups: 2, rowsPerGroup: 3 });
  assert.deepEqual(made.noise?.counts, [{ sensitivity: '9', parameter: '18' }]);
  const apart = await plan(sql, noisy({ ...PERSON, providers: 'disjoint' }));
  assert.deepEqual(apart.plan.noise?.counts, [{ sensitivity: '3', parameter: '6' }]);
  const whole = await plan('SELECT count(*) AS n FROM incidents WITH NOISE (epsilon = 1)', noisy(PERSON));
  assert.deepEqual(whole.plan.noise?.bounds, { groups: 1, rowsPerGroup: 3 });
});

test('totals over groups hold all groups of a unit', async () => {
  const sql = 'SELECT sector, count(*) AS n FROM incidents GROUP BY ROLLUP (sector) WITH NOISE (epsilon = 1)';
  const { plan: made } = await plan(sql, noisy({ ...PERSON, providers: 'disjoint' }));
  assert.deepEqual(made.noise?.counts, [{ sensitivity: '6', parameter: '12' }]);
});

test('an answer has a low and a high end beside every noisy column', async () => {
  const prepared = await plan(
    'SELECT sector, count(*) AS n, sum(cost) AS total, 7 AS n_low FROM incidents GROUP BY sector HAVING n > -100 ORDER BY n DESC LIMIT 2 WITH NOISE (epsilon = 1)',
  );
  const { plan: made } = prepared;
  assert.deepEqual(
    made.columns.map((c) => `${c.name} ${c.type}`),
    [
      'sector VARCHAR',
      'n BIGINT',
      'n_low_2 BIGINT',
      'n_high BIGINT',
      'total DECIMAL(38,2)',
      'total_low DECIMAL(38,2)',
      'total_high DECIMAL(38,2)',
      'n_low INTEGER',
    ],
  );
  const answer = await createFinaliser().finalise(
    prepared,
    released(
      made,
      [
        [-2n, 40n, 7n],
        [null, null, null],
      ],
      [[-150n, 1_234_567n, 0n]],
    ),
  );
  const margins = made.noise?.margins ?? [];
  const [n, total] = [Number(margins[0]?.count), Number(margins[1]?.accumulators[0])];
  assert.ok(n > 5 && total > 5e8);
  assert.deepEqual(
    answer.rows.map((r) => r.slice(0, 4)),
    [
      ['Finance', 40, 40 - n, 40 + n],
      ['Health', 7, 7 - n, 7 + n],
    ],
  );
  assert.deepEqual(answer.rows[0]?.slice(4, 7).map(Number), [12_345.67, (1_234_567 - total) / 100, (1_234_567 + total) / 100]);
  assert.deepEqual(answer.suppressed, []);
});

function released(made: Plan, counts: Released['counts'], accumulators: Released['accumulators']): Released {
  return { passed: made.outputs.map(() => new Uint8Array(made.cellCount).fill(1)), counts, accumulators };
}

test('what cannot get noise is refused by name', async () => {
  const end = 'WITH NOISE (epsilon = 1)';
  await refused(`SELECT min(cost) FROM incidents ${end}`, 'plan/unsupported', /MIN with noise.*QUANTILE_DISC\("cost", 0\.01\)/);
  await refused(`SELECT histogram(sector) FROM incidents ${end}`, 'plan/unsupported', /histogram with noise.*GROUP BY "sector"/);
  await refused(`SELECT max(cost) FROM incidents ${end}`, 'plan/unsupported', /MAX with noise.*0\.99/);
  await refused(`SELECT total_exceeds(cost, 5) FROM incidents ${end}`, 'plan/unsupported', /total_exceeds with noise/);
  await refused(`SELECT median(cost) FROM incidents ${end}`, 'plan/unsupported', /over rows that are shared.*Round the value/);
  await refused(`SELECT DISTINCT sector FROM incidents ${end}`, 'plan/unsupported', /declared groups only/);
  await refused(`SELECT count(DISTINCT id) FROM incidents ${end}`, 'plan/unsupported', /same id, over rows that are shared/, noisy(PERSON));
  await refused(`SELECT count(*) FROM incidents ${end}`, 'plan/no-noise-terms', /output\.noise/, sampleAgreement());
  await refused('SELECT count(*) FROM incidents', 'plan/noise-required', /WITH NOISE/, noisy(ROW, {}));
  await refused(
    `SELECT count(*) FROM incidents ${end}`,
    'plan/no-privacy-unit',
    /privacy_unit/,
    sampleAgreement({ output: { noise: { budget: BUDGET } } }),
  );
});

test('the agreement gives a default, and an exact answer only where it allows one', async () => {
  const fallback = await plan('SELECT count(*) FROM incidents', noisy(ROW, { default: { epsilon: '0.25' } }));
  assert.equal(fallback.plan.noise?.epsilon, '0.25');
  assert.equal((await plan('SELECT count(*) FROM incidents')).plan.noise, undefined);
});
