/** What is rounded, and what an agreement that rounds does not show. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSqlEngine } from '@sluis/engine';
import { sampleAgreement } from './fixtures/sample-agreement.ts';
import { prepare } from './index.ts';

const engine = createSqlEngine();
const rounding = { counts: 5, sums: { incidents: { cost: '0.50', hours: 10, severity: '0.5' } } };
const plan = (sql: string) => prepare({ sql, agreement: sampleAgreement({ output: { rounding } }), agreementId: 'a'.repeat(64) }, engine);

test('numbers of rows and sums of declared columns are rounded in their own grid', async () => {
  const { plan: made, explanation } = await plan(
    'SELECT sector, count(*), sum(cost) AS s, avg(hours) FILTER (WHERE paid) AS m, max(cost) AS most FROM incidents GROUP BY sector',
  );
  assert.deepEqual(made.rounding, { counts: 5, accumulators: ['50', '10000', null] });
  const text = explanation.sentences.map((s) => s.text).join(' ');
  assert.match(text, /rounded to the nearest multiple of 5 on secrets.*sum\("cost"\) and avg\("hours"\) FILTER.*need not equal/);
  assert.match(text, /not differential privacy/);
});

test('without the term nothing changes', async () => {
  const { plan: made } = await prepare({ sql: 'SELECT count(*) FROM incidents', agreement: sampleAgreement(), agreementId: 'a' }, engine);
  assert.ok(!('rounding' in made) && !('secondary' in made.rules));
});

for (const [what, sql, remedy] of [
  ['a sum of a column without a multiple', 'SELECT sum(records) FROM incidents', /output\.rounding\.sums\.incidents\.records/],
  ['a condition inside a sum', "SELECT sum(CASE WHEN sector = 'Energy' THEN cost ELSE 0 END) FROM incidents", /FILTER/],
  ['a number of rows in disguise', 'SELECT sum(cost * 0 + 1000) FROM incidents', /FILTER/],
  ['a spread', 'SELECT var_pop(cost) FROM incidents', /COUNT, SUM or AVG/],
  ['a multiple finer than the values', 'SELECT sum(severity) FROM incidents', /finer|0\.5/],
  ['a hidden aggregate', 'SELECT count(*) FROM incidents HAVING stddev_samp(hours) > 1', /COUNT, SUM or AVG/],
] as const) {
  test(`${what} is refused`, async () => {
    await assert.rejects(plan(sql), (error: Error & { code?: string; remedy?: string }) => {
      assert.equal(error.code, 'plan/not-rounded');
      assert.match(`${error.remedy}`, remedy);
      return true;
    });
  });
}

test('further cells are suppressed where the agreement says so, and where groupings share totals', async () => {
  const of = async (totals: string | undefined, grouping: string) => {
    const output = totals === undefined ? {} : { totals };
    const agreement = sampleAgreement({ output });
    const made = await prepare({ sql: `SELECT count(*) FROM incidents GROUP BY ${grouping}`, agreement, agreementId: 'a' }, engine);
    return made.plan.rules.secondary;
  };
  assert.equal(await of(undefined, 'ROLLUP (sector, region)'), undefined);
  assert.equal(await of(undefined, 'CUBE (sector, region)'), undefined);
  assert.equal(await of('held-back', 'GROUPING SETS ((sector), (region))'), true);
  assert.equal(await of('secondary-suppression', 'ROLLUP (sector)'), true);
  assert.equal(await of('secondary-suppression', 'sector'), undefined);
});
