/** How much noise is enough: by which mechanism, for which error, and with what room. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { epsilonOf, marginOf } from '@sluis/budget';
import { parseRational } from '@sluis/math';
import { noisy, plan, refused, ROW } from './fixtures/noisy-questions.ts';

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
