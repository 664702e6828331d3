/** Several answers as one: exact means, intervals that follow from all noise together, and answers that are not about the same. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { weightedMargin } from '@sluis/budget';
import { createFinaliser } from '@sluis/engine';
import { rational } from '@sluis/math';
import { noisy, plan } from './fixtures/noisy-questions.ts';
import { combineAnswers, type NoisyAnswer, requireAlike } from './index.ts';

const SQL = 'SELECT sector, count(*) AS n, sum(cost) AS total, avg(severity) AS mean FROM incidents GROUP BY sector';
const OUTSIDE = rational(1n, 100n);

/** Counts of the three groups, then sums of cost in cents, then sums of severity from its middle, all noisy. */
async function answer(
  epsilon: string,
  counts: readonly bigint[],
  cost: readonly bigint[],
  severity: readonly bigint[],
): Promise<NoisyAnswer> {
  const prepared = await plan(`${SQL} HAVING n > 10 ORDER BY n DESC WITH NOISE (epsilon = ${epsilon}, mechanism = laplace)`);
  const { plan: made } = prepared;
  const opened = (on: readonly { sensitivity: string }[] | undefined, values: readonly (readonly bigint[])[]) => {
    let next = 0;
    return (on ?? []).map(({ sensitivity }) => (sensitivity === '0' ? [null, null, null] : (values[next++] ?? assert.fail())));
  };
  return {
    prepared,
    released: {
      passed: made.outputs.map(() => new Uint8Array(made.cellCount).fill(1)),
      counts: opened(made.noise?.counts, [counts]),
      accumulators: opened(made.noise?.accumulators, [cost, severity]),
    },
  };
}

test('opened numbers are averaged with weights inverse to their variances, and computed with afterwards', async () => {
  const one = await answer('1', [100n, 7n, -8n], [1_000_000n, 5n, -5n], [30n, 0n, 0n]);
  const two = await answer('2', [110n, 2n, -3n], [2_000_000n, 0n, 0n], [60n, 0n, 0n]);
  const { prepared, released } = combineAnswers([one, two], OUTSIDE);
  // Twice the ε is a quarter of the variance: weights 1/5 and 4/5. 108, 3, -4.
  assert.deepEqual(
    released.counts.find((c) => c[0] !== null),
    [108n, 3n, -4n],
  );
  assert.deepEqual(released.accumulators, [
    [1_800_000n, 1n, -1n],
    [54n, 0n, 0n],
  ]);
  const answered = await createFinaliser().finalise(prepared, released);
  assert.deepEqual(
    answered.columns.map((c) => c.name),
    ['sector', 'n', 'n_low', 'n_high', 'total', 'total_low', 'total_high', 'mean', 'mean_low', 'mean_high'],
  );
  // HAVING sees the mean; severity is measured from 3, in halves or wholes as the plan says.
  assert.equal(answered.rows.length, 1);
  const [, n, low, high] = answered.rows[0] ?? [];
  const scales = [one, two].map((a) => a.prepared.plan.noise?.counts.find((on) => on.sensitivity !== '0')?.parameter ?? '');
  const noise = (scale: string) => ({
    kind: 'discrete-laplace' as const,
    scale: rational(BigInt(scale.split('/')[0] ?? ''), BigInt(scale.split('/')[1] ?? '1')),
    added: 3,
    complete: 2,
  });
  const margin = Number(
    weightedMargin(
      [
        { noise: noise(scales[0] ?? ''), weight: 0.2 },
        { noise: noise(scales[1] ?? ''), weight: 0.8 },
      ],
      0.01,
    ),
  );
  assert.deepEqual([n, low, high], [108, 108 - margin, 108 + margin]);
});

test('two equal answers have half the variance, and an answer alone stays as it is', async () => {
  const one = await answer('1', [100n, 7n, -9n], [10n, 5n, -5n], [30n, 0n, 0n]);
  const two = await answer('1', [101n, 4n, -8n], [20n, 0n, 0n], [30n, 0n, 0n]);
  const alone = combineAnswers([one], OUTSIDE);
  assert.deepEqual(alone.released, one.released);
  const both = combineAnswers([one, two], OUTSIDE);
  // 100.5 and 5.5 are rounded upwards, -8.5 too: half a unit is in the margin.
  assert.deepEqual(
    both.released.counts.find((c) => c[0] !== null),
    [101n, 6n, -8n],
  );
  const marginOf = (a: NoisyAnswer): number => Number(a.prepared.plan.noise?.margins[0]?.count);
  const ratio = marginOf(both) / marginOf(alone);
  assert.ok(ratio > 0.6 && ratio < 0.76, `${marginOf(both)} of ${marginOf(alone)}`);
});

test('answers to other questions, or under other agreements, are not combined', async () => {
  const one = await answer('1', [100n, 7n, -9n], [10n, 5n, -5n], [30n, 0n, 0n]);
  for (const [sql, agreement] of [
    [`${SQL} WITH NOISE (epsilon = 2, mechanism = laplace)`, noisy()],
    [`${SQL} HAVING n > 10 ORDER BY n DESC WITH NOISE (epsilon = 2, delta = 1e-6, mechanism = gaussian)`, noisy()],
    [`${SQL} HAVING n > 11 ORDER BY n DESC WITH NOISE (epsilon = 2, mechanism = laplace)`, noisy()],
    [
      `${SQL} HAVING n > 10 ORDER BY n DESC WITH NOISE (epsilon = 2, mechanism = laplace)`,
      noisy({ protects: 'organisation', rows_per_group: 4 }),
    ],
  ] as const) {
    const other = { prepared: await plan(sql, agreement), released: one.released };
    assert.throws(() => combineAnswers([one, other], OUTSIDE), { code: 'plan/other-question' }, sql);
  }
});

test('an answer about other rows is noticed, one about the same rows is not', async () => {
  const one = await answer('1', [1000n, 500n, 9n], [10n, 5n, -5n], [30n, 0n, 0n]);
  const same = await answer('2', [1010n, 480n, -20n], [20n, 0n, 0n], [30n, 0n, 0n]);
  requireAlike([one]);
  requireAlike([one, same]);
  const other = await answer('2', [1000n, 900n, 9n], [20n, 0n, 0n], [30n, 0n, 0n]);
  assert.throws(() => requireAlike([one, same, other]), { code: 'plan/answers-differ' });
  const far = await answer('2', [1000n, 500n, 9n], [10n ** 12n, 0n, 0n], [30n, 0n, 0n]);
  assert.throws(() => requireAlike([one, far]), { code: 'plan/answers-differ' });
});
