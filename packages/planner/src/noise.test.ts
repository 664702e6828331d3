/** Questions with noise: what they cost, how much noise every value gets, and what their answers look like. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RefusedError } from '@sluis/base';
import { epsilonOf, marginOf } from '@sluis/budget';
import { noiseOnSecrets } from '@sluis/dp/joint';
import { createFinaliser, createSqlEngine } from '@sluis/engine';
import { parseRational } from '@sluis/math';
import type { Agreement, Plan, Released } from '@sluis/model';
import { sampleAgreement } from './fixtures/sample-agreement.ts';
import { prepare, type Prepared } from './index.ts';

const engine = createSqlEngine();
const BUDGET = { epsilon: '10', delta: '0.001' };
const ROW = { protects: 'row' };
const PERSON = { protects: 'column', column: 'id', groups: 2, rows_per_group: 3 };
const noisy = (unit: unknown = ROW, noise: object = { required: false }, columns = {}) =>
  sampleAgreement({ unit, columns, output: { minimum_rows: 7, dominance: { n: 1, k: 70 }, noise: { budget: BUDGET, ...noise } } });
/** Whatever is planned, the mechanism accepts, and the accountant prices within what the plan says. */
async function plan(sql: string, agreement = noisy()): Promise<Prepared> {
  const prepared = await prepare({ sql, agreement, agreementId: 'a'.repeat(64) }, engine);
  const { noise } = prepared.plan;
  if (noise === undefined) return prepared;
  noiseOnSecrets.checkPlan(prepared.plan);
  assert.ok(epsilonOf(noise.events, Number(noise.delta) * (1 + 1e-9)) <= Number(noise.epsilon) * (1 + 1e-12), `${sql}: ${noise.epsilon}`);
  return prepared;
}

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

test('the mechanism that errs less is taken: Laplace for few values, Gaussian for many where a delta is given', async () => {
  const few = await plan('SELECT sector, count(*) FROM incidents GROUP BY sector WITH NOISE (epsilon = 1, delta = 1e-6)');
  assert.deepEqual([few.plan.noise?.mechanism, few.plan.noise?.delta], ['discrete-laplace', '0']);
  const many =
    'SELECT count(*), sum(severity), sum(cost), sum(hours), sum(records), count(*) FILTER (WHERE paid) FROM incidents GROUP BY CUBE (sector, severity)';
  const gaussian = (await plan(`${many} WITH NOISE (epsilon = 1, delta = 1e-6)`)).plan.noise;
  assert.deepEqual([gaussian?.mechanism, gaussian?.delta], ['discrete-gaussian', '0.000001']);
  assert.ok(gaussian?.events.every((e) => e.kind === 'summed-discrete-gaussian' && e.shares === 2));
  // A tenth less noise would cost more than was asked for.
  const dearer = (gaussian?.events ?? []).map((e) =>
    e.kind === 'summed-discrete-gaussian' ? { ...e, variance: scaled(e.variance, 81n, 100n) } : e,
  );
  assert.ok(epsilonOf(dearer, 1e-6) > 1);
  assert.equal((await plan(`${many} WITH NOISE (epsilon = 1)`)).plan.noise?.mechanism, 'discrete-laplace');
  const asked = await plan(`${many} WITH NOISE (epsilon = 1, delta = 1e-6, mechanism = laplace)`);
  assert.equal(asked.plan.noise?.mechanism, 'discrete-laplace');
});

function scaled(text: string, by: bigint, over: bigint): string {
  const { numerator, denominator } = parseRational(text);
  return `${numerator * by}/${denominator * over}`;
}

test('an error asked for becomes an epsilon, which hardly more noise would undercut', async () => {
  for (const [sql, delta] of [
    ['SELECT sector, count(*) AS n FROM incidents GROUP BY sector WITHIN 20 AT 95 PERCENT', '0'],
    ['SELECT sector, count(*) AS n, sum(severity) AS s FROM incidents GROUP BY sector WITHIN 20 AT 90 PERCENT', '0'],
    [
      'SELECT count(*) AS n FROM incidents GROUP BY CUBE (sector, severity) WITH NOISE (delta = 1e-6, mechanism = gaussian) WITHIN 30 AT 99 PERCENT',
      '0.000001',
    ],
  ] as const) {
    const { noise } = (await plan(sql)).plan;
    assert.ok(noise !== undefined);
    assert.equal(noise.delta, delta);
    const [error, percent] = [BigInt(/WITHIN (\d+)/.exec(sql)?.[1] ?? 0), /AT (\d+)/.exec(sql)?.[1]];
    for (const on of [...noise.counts, ...noise.accumulators].filter((x) => x.sensitivity !== '0')) {
      const parameter = parseRational(on.parameter);
      const added = (more: bigint) =>
        noise.mechanism === 'discrete-laplace'
          ? ({
              kind: noise.mechanism,
              scale: { ...parameter, numerator: parameter.numerator * more, denominator: parameter.denominator * 10n },
              added: 3,
              complete: 2,
            } as const)
          : ({
              kind: noise.mechanism,
              variance: { numerator: parameter.numerator * more, denominator: parameter.denominator * 20n },
              added: 3,
            } as const);
      assert.ok(marginOf(added(10n), `0.${percent}`) <= error, sql);
      assert.ok(marginOf(added(noise.mechanism === 'discrete-laplace' ? 11n : 13n), `0.${percent}`) > error, sql);
    }
  }
  await refused(
    'SELECT avg(cost) FROM incidents WITHIN 20 AT 95 PERCENT',
    'plan/unsupported',
    /WITHIN with avg\("cost"\).*depends on the data/,
  );
  await refused('SELECT 2 * count(*) AS n FROM incidents WITHIN 20 AT 95 PERCENT', 'plan/unsupported', /computed column "n"/);
  await refused('SELECT sum(records) FROM incidents WITHIN 1 AT 95 PERCENT', 'budget/margin-too-small', /protects anybody/);
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
    /"mean" is depends on the values: the answer states it.*"middle" is depends on the values, and is not stated/,
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

test('noise on secret bits pays for what its distribution lacks', async () => {
  const { noise } = (
    await plan('SELECT count(*) FROM incidents WITH NOISE (epsilon = 1)', noisy(ROW, { required: false, generation: 'bits' }))
  ).plan;
  assert.equal(noise?.generation, 'bits');
  assert.ok(Number(noise?.delta) > 9e-13 && noise?.events.length === 2);
});

test('whatever is planned leaves room for its noise', async () => {
  const wide = { wide: { type: 'BIGINT', uses: ['aggregate'], bounds: ['-4000000000000000000', '4000000000000000000'] } };
  await refused(
    'SELECT var_pop(wide) FROM incidents WITH NOISE (epsilon = 1, delta = 1e-6)',
    'plan/noise-too-large',
    /coarser value/,
    noisy(ROW, { required: false }, wide),
  );
  await refused('SELECT var_pop(cost) FROM incidents WITH NOISE (epsilon = 1)', 'plan/noise-too-large', /Give a delta/);
  const { accumulators } = (await plan('SELECT var_pop(cost) FROM incidents WITH NOISE (epsilon = 1, delta = 1e-6)')).plan;
  assert.deepEqual(
    accumulators.map((a) => a.words),
    [1, 2],
  );
  const narrow = { few: { type: 'INTEGER', uses: ['aggregate'], bounds: [0, 1] } };
  const tight = { ...noisy(ROW, { required: false }, narrow) };
  const big = (await plan('SELECT sum(few) FROM incidents WITH NOISE (epsilon = 0.000000001)', tight)).plan;
  assert.ok(BigInt(big.noise?.accumulators[0]?.parameter ?? 0) >= 10n ** 9n);
});

test('averages and variances are measured from the middle of the bounds, unless the sum is asked for anyway', async () => {
  const { aggregates, noise, accumulators } = (await plan('SELECT avg(cost), stddev_pop(severity) FROM incidents WITH NOISE (epsilon = 1)'))
    .plan;
  // Halves of hundredths from 500,000.00, and halves from 3.
  assert.deepEqual(
    aggregates.map((a) => a.centres),
    [['100000000'], ['6']],
  );
  assert.deepEqual(
    noise?.accumulators.map((on) => on.sensitivity),
    ['100000000', '4', '16'],
  );
  assert.deepEqual(
    accumulators.slice(1).map((a) => a.sql),
    [
      'CAST(sum((2 * CAST("severity" AS BIGINT) - (6))) AS HUGEINT)',
      'CAST(sum(CAST((2 * CAST("severity" AS BIGINT) - (6)) AS BIGINT) * CAST((2 * CAST("severity" AS BIGINT) - (6)) AS BIGINT)) AS HUGEINT)',
    ],
  );
  const both = (await plan('SELECT avg(cost), sum(cost) FROM incidents WITH NOISE (epsilon = 1)')).plan;
  assert.deepEqual([both.accumulators.length, both.aggregates[0]?.centres], [1, undefined]);
  const even = { even: { type: 'INTEGER', uses: ['aggregate'], bounds: ['-5', '5'] } };
  assert.equal(
    (await plan('SELECT avg(even) FROM incidents WITH NOISE (epsilon = 1)', noisy(ROW, { required: false }, even))).plan.aggregates[0]
      ?.centres,
    undefined,
  );
  assert.equal((await plan('SELECT avg(cost) FROM incidents')).plan.aggregates[0]?.centres, undefined);
});
