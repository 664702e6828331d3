/** What a station's owner and an analyst are shown of privacy budgets. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { epsilonText } from './budget-numbers.ts';
import { priceQuestions } from './budget-price.ts';
import { budgetView } from './budget-view.ts';
import { planQuestion } from './admission.ts';
import { askNoisy, noisySql, noisyTerms, replaceAgreement } from './fixtures/noisy-visits.ts';
import { openStations, SQL, type TestStations } from './fixtures/stations.ts';

async function priced(all: TestStations, texts: readonly string[], analyst = 'ana') {
  const { agreement, agreementId: id } = all;
  const station = all.station('centre').context;
  const questions = [];
  for (const sql of texts) questions.push({ sql, template: null, prepared: await planQuestion(station, { agreement, id }, sql) });
  return priceQuestions(station, { agreement, agreementId: id, analyst, questions });
}

test('a budget shows what is spent and left, by analyst and purpose, and what became of each charge', async (t) => {
  const all = await openStations(t, noisyTerms({ epsilon: '2', per_analyst: { epsilon: '1' } }));
  for (const [epsilon, analyst] of [
    ['0.5', 'ana'],
    ['0.3', 'bob'],
    ['0.2', 'ana'],
  ] as const) {
    await all.ended('delta', await askNoisy(all, epsilon, analyst));
    all.clock.advance(1000);
  }
  const { context } = all.station('delta');
  const { tables, organisation } = await budgetView(context, all.agreement, all.agreementId);
  assert.equal(organisation, 'delta');
  const [visits, ...others] = tables;
  assert.deepEqual(others, []);
  assert.equal(visits?.unit, 'row');
  assert.deepEqual(visits?.use, { delta: '0', spent: '1', limit: '2', left: '1' });
  assert.deepEqual(
    visits?.analysts.map((a) => [a.analyst, a.use.spent, a.use.limit, a.use.left]),
    [
      ['ana', '0.7', '1', '0.3'],
      ['bob', '0.3', '1', '0.7'],
    ],
  );
  assert.deepEqual(
    visits?.purposes.map((p) => [p.purpose, p.use.spent, p.use.limit]),
    [['ad-hoc', '1', null]],
  );
  assert.deepEqual(
    visits?.last.map((c) => [c.analyst, c.epsilon, c.state]),
    [
      ['ana', '0.2', 'released'],
      ['bob', '0.3', 'released'],
      ['ana', '0.5', 'released'],
    ],
  );
});

test('a table without a budget any more shows what was spent of it', async (t) => {
  const all = await openStations(t, noisyTerms({ epsilon: '2' }));
  await all.ended('delta', await askNoisy(all, '0.5'));
  const id = await replaceAgreement(all, { output: {} });
  const { store } = all.station('delta').context;
  const agreement = JSON.parse((await store.agreement(id))?.canonical ?? '{}') as typeof all.agreement;
  const [visits] = (await budgetView(all.station('delta').context, agreement, id)).tables;
  assert.deepEqual([visits?.use, visits?.charges, visits?.last[0]?.epsilon], [null, 1, '0.5']);
});

test('questions are priced alone and together, before they run and without charging', async (t) => {
  const all = await openStations(t, noisyTerms({ epsilon: '1' }));
  await all.ended('centre', await askNoisy(all, '0.3'));
  const { questions, tables } = await priced(all, [noisySql('0.25'), SQL, noisySql('0.4'), noisySql('0.2')]);
  assert.deepEqual(
    questions.map((q) => [q.mechanism, q.epsilon, q.tables]),
    [
      ['discrete-laplace', '0.25', ['visits']],
      ['none', '0', []],
      ['discrete-laplace', '0.4', ['visits']],
      ['discrete-laplace', '0.2', ['visits']],
    ],
  );
  const [visits] = tables;
  assert.deepEqual(visits?.use, { delta: '0', spent: '0.3', limit: '1', left: '0.7' });
  assert.deepEqual(visits?.alone, ['0.25', '0.4', '0.2']);
  assert.deepEqual([visits?.together, visits?.after, visits?.remains], ['0.85', '1.15', '0']);
  // The first two fit; the last one goes beyond.
  assert.equal(visits?.refused?.question, 3);
  assert.match(visits?.refused?.message ?? '', /privacy budget of table visits/);
  assert.equal((await all.station('centre').context.budget.charges({ collaboration: 'test', table: 'visits' })).length, 1);
  const fitting = await priced(all, [noisySql('0.3'), noisySql('0.4')]);
  assert.deepEqual([fitting.tables[0]?.refused, fitting.tables[0]?.remains], [null, '0']);
});

test('with a delta, many questions cost less together than added up', async (t) => {
  const all = await openStations(t, noisyTerms({ epsilon: '10', delta: '0.000001' }));
  const { tables } = await priced(
    all,
    Array.from({ length: 100 }, () => noisySql('0.05')),
  );
  const [visits] = tables;
  const together = Number(visits?.together);
  assert.ok(together < 4 && together > 1, `100 questions of 0.05: ${together}`);
  assert.equal(visits?.refused, null);
});

test('what is shown is rounded up, and whole where it is whole', () => {
  const spending = (epsilon: string, times: number) => epsilonText([{ kind: 'guarantee', epsilon, delta: '0', times }], '0');
  assert.equal(epsilonText([], '0'), '0');
  assert.equal(spending('0.1', 3), '0.3');
  assert.equal(spending('1/3', 1), '0.333334');
  assert.equal(spending('0.0000001', 1), '0.000001');
  assert.equal(epsilonText([{ kind: 'guarantee', epsilon: '1', delta: '0.1', times: 1 }], '0'), '∞');
});
