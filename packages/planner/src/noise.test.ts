/** Questions with noise: what they cost, how much noise every value gets, and what their answers look like. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFinaliser } from '@sluis/engine';
import type { Agreement, Plan, Released } from '@sluis/model';
import { BUDGET, noisy, PERSON, plan, refused, ROW } from './fixtures/noisy-questions.ts';
import { sampleAgreement } from './fixtures/sample-agreement.ts';

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
  const ORGANISATION = { protects: 'organisation', rows_per_group: 5 };
  await refused(`SELECT min(cost) FROM incidents ${end}`, 'plan/unsupported', /more than 32,768 possible values.*Round the value/);
  await refused(`SELECT histogram(sector) FROM incidents ${end}`, 'plan/unsupported', /histogram with noise.*GROUP BY "sector"/);
  await refused(`SELECT total_exceeds(cost, 5) FROM incidents ${end}`, 'plan/unsupported', /total_exceeds with noise/);
  await refused(`SELECT median(cost) FROM incidents ${end}`, 'plan/unsupported', /more than 32,768 possible values.*Round the value/);
  await refused(`SELECT DISTINCT sector FROM incidents ${end}`, 'plan/unsupported', /declared groups only/);
  await refused(
    `SELECT count(DISTINCT id) FROM incidents ${end}`,
    'plan/unsupported',
    /an organisation, over rows that are shared/,
    noisy(ORGANISATION),
  );
  await refused(`SELECT count(*) FROM incidents ${end}`, 'plan/no-noise-terms', /output\.noise/, sampleAgreement());
  const laplace = noisy(ROW, { mechanism: 'discrete-laplace' });
  const gaussian = 'SELECT count(*) FROM incidents WITH NOISE (epsilon = 1, delta = 1e-6, mechanism = gaussian)';
  await refused(gaussian, 'plan/noise-mechanism', /allows discrete-laplace only/, laplace);
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

test('secret groups are shown by a noisy count, at a price in delta', async () => {
  const secret = noisy(ROW, { required: false }, { level: { type: 'DECIMAL(4,1)', nullable: true, uses: ['group'], bounds: ['1', '6'] } });
  const sql = 'SELECT level, sum(severity) AS s FROM incidents GROUP BY level';
  const { noise, keys } = (await plan(`${sql} WITH NOISE (epsilon = 1, delta = 1e-6)`, secret)).plan;
  assert.equal(keys[0]?.secret, true);
  assert.deepEqual(noise?.accumulators.at(-1), { sensitivity: '0', parameter: '0' });
  assert.ok(noise !== undefined && noise.threshold !== null && Number(noise.threshold.atLeast) > 20);
  assert.ok(noise.events.some((e) => e.kind === 'guarantee' && e.epsilon === '0' && Number(e.delta.split('/')[0]) > 0));
  await refused(`${sql} WITH NOISE (epsilon = 1)`, 'plan/noise-needs-delta', /secret.*delta = 1e-6/, secret);
});

test('where a compute party may deviate, no share that it chooses decides which secret groups are shown', async () => {
  const level = { level: { type: 'DECIMAL(4,1)', uses: ['group'], bounds: ['1', '6'] } };
  const sql = 'SELECT level, count(*) AS n FROM incidents GROUP BY level WITH NOISE (epsilon = 1, delta = 1e-6)';
  const under = (generation: string, threat_model: Agreement['threat_model']): Agreement => ({
    ...noisy(ROW, { required: false, generation }, level),
    threat_model,
  });
  await refused(sql, 'plan/unsupported', /shares.*malicious.*generation": bits/, under('shares', 'malicious'));
  for (const agreement of [under('bits', 'malicious'), under('shares', 'semi-honest')])
    assert.notEqual((await plan(sql, agreement)).plan.noise?.threshold ?? null, null);
  const said = (await plan(sql, under('shares', 'semi-honest'))).explanation.sentences.map((s) => s.text).join(' ');
  assert.match(said, /by adding far too much it could have every group shown/);
  // Declared groups are all shown, whatever a party brings.
  await plan('SELECT sector, count(*) AS n FROM incidents GROUP BY sector WITH NOISE (epsilon = 1)', under('shares', 'malicious'));
});

test('a plan’s text, asked again, gives the same plan', async () => {
  for (const sql of [
    'SELECT sector, count(*) AS n FROM incidents GROUP BY ROLLUP (sector) HAVING n > 5 LIMIT 2 with noise (epsilon = 0.50, delta = 1e-7);',
    'SELECT sum(severity) FROM incidents -- all of them\n WITHIN 50 AT 95 PERCENT',
  ]) {
    const once = await plan(sql);
    const twice = await plan(once.plan.sql);
    assert.equal(twice.hash, once.hash, once.plan.sql);
  }
});

test('an explanation says what noise costs, whom it protects, how far off the answer will be, and who weakens it', async () => {
  const { explanation, plan: made } = await plan(
    'SELECT sector, count(*) AS n, avg(cost) AS mean, median(severity) AS middle FROM incidents GROUP BY sector HAVING n > 5 WITH NOISE (epsilon = 0.5)',
    noisy(PERSON),
  );
  const about = (topic: string): string => explanation.sentences.flatMap((s) => (s.about === topic ? [s.text] : [])).join(' ');
  assert.match(
    about('noise'),
    /costs ε = 0\.5 of the budget.*same id.*at most 3 rows of one id count in a group, in at most 2 groups.*at 3 providers/,
  );
  assert.match(about('noise'), new RegExp(`"n" will be within ${made.noise?.margins[0]?.count} of the exact value in 95 of 100`));
  assert.match(
    about('noise'),
    /"mean" is depends on the values: the answer states it.*"middle" is depends on the values: the answer states it \(low and high\)\. Its ends are found in the same noisy counts, at most \d+ rows before/,
  );
  assert.match(
    about('noise'),
    /after one compute party and any receivers.*two of three compute parties could reconstruct everything anyway/,
  );
  const few = { ...noisy(PERSON), tables: { incidents: { ...noisy(PERSON).tables['incidents'], maximum_rows: 50 } } } as Agreement;
  const small = await plan(
    'SELECT sector, count(*) AS n, 2 * count(*) AS twice FROM incidents GROUP BY sector WITH NOISE (epsilon = 0.5)',
    few,
  );
  const hints = small.explanation.sentences.map((s) => s.text).join(' ');
  assert.match(
    hints,
    /Noise may drown "n": by the agreement's maximum of rows it is at most 150, in 3 groups together.*"twice" is depends/,
  );
  assert.doesNotMatch(about('noise'), /drown/);
  assert.match(about('suppression'), /Every declared group is shown.*Minimum rows.*not applied.*see noisy values only/);
  assert.doesNotMatch(about('committee'), /cells of which groups are opened/);
});
