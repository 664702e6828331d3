/** Noisy quantiles in a plan: accumulators for the ends of their intervals, with margins, and the columns that come of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { twoWeightMargin } from '@sluis/budget';
import { createFinaliser } from '@sluis/engine';
import { parseRational } from '@sluis/math';
import type { Plan, PlanQuantile, Released } from '@sluis/model';
import { noisy, plan, ROW } from './fixtures/noisy-questions.ts';
import { addedNoise } from './noise-parts.ts';

/** In the plan's order: what each quantile found in a histogram is. */
const quantilesOf = ({ accumulators }: Plan): PlanQuantile[] => accumulators.flatMap(({ quantile }) => quantile ?? []);

const ANSWER = `SELECT sector, median(severity) AS middle, quantile_disc(severity, 0.01) AS least, 10 * quantile_disc(severity, 0.99) + count(*) AS most
  FROM incidents GROUP BY sector HAVING quantile_disc(severity, 0.5) > 0 WITH NOISE (epsilon = 1)`;

test('shown quantiles have two ends, with margins for every value but the last', async () => {
  const { plan: made } = await plan(ANSWER);
  const quantiles = quantilesOf(made);
  // Four of their own, and the ends of three: HAVING shows nothing.
  assert.deepEqual(
    quantiles.map(({ at, end }) => `${at} ${end?.side ?? ''}`),
    ['5000 ', '100 ', '9900 ', '5000 ', '5000 low', '5000 high', '100 low', '100 high', '9900 low', '9900 high'],
  );
  const size = made.histograms?.[0]?.size ?? 0;
  for (const { end } of quantiles.slice(4))
    assert.equal(
      end?.margins.reduce((n, m) => n + m.values, 0),
      size - 1,
    );
  assert.equal(made.noise?.accumulators.length, made.accumulators.length);
  assert.deepEqual(
    made.aggregates.filter((a) => a.kind.startsWith('quantile')).map((a) => a.accumulators.length),
    [3, 3, 3, 1],
  );
});

test('intervals of quantiles cost nothing: the same noise on the same bins as without them', async () => {
  const shown = await plan('SELECT median(severity) AS m FROM incidents WITH NOISE (epsilon = 1)');
  const only = await plan('SELECT count(*) AS n FROM incidents HAVING median(severity) > 0 WITH NOISE (epsilon = 1)');
  assert.deepEqual(shown.plan.noise?.histograms, [{ sensitivity: '1', parameter: '1' }]);
  // Beside a count, each gets half of ε.
  assert.deepEqual(only.plan.noise?.histograms, [{ sensitivity: '1', parameter: '2' }]);
  assert.equal(quantilesOf(only.plan).length, 1);
});

test('a margin holds for every value that it is for, and is hardly wider', async () => {
  const wide = { level: { type: 'INTEGER', nullable: false, uses: ['aggregate'], bounds: ['0', '399'] } };
  for (const [mechanism, generation] of [
    ['laplace', 'shares'],
    ['gaussian', 'bits'],
  ] as const) {
    const terms = noisy(ROW, { required: false, generation }, wide);
    const sql = `SELECT quantile_disc(level, 0.05) AS x, quantile_disc(level, 0.5) + quantile_disc(level, 0.9) AS y FROM incidents WITH NOISE (epsilon = 1, delta = 1e-6, mechanism = ${mechanism})`;
    const { plan: made } = await plan(sql, terms);
    const noise = made.noise ?? assert.fail();
    const added = addedNoise(noise.mechanism, noise.generation, parseRational(noise.histograms[0]?.parameter ?? ''));
    for (const { at, end } of quantilesOf(made).filter((q) => q.end !== undefined)) {
      const outside = at === 500 ? 0.025 : 0.0125;
      const each = (end?.margins ?? []).flatMap(({ values, by }) => Array<number>(values).fill(Number(by)));
      for (let v = 0; v < each.length; v += 7) {
        const own = Number(twoWeightMargin(added, { weights: [10_000 - at, at], from: v + 1, to: v + 1, total: 400 }, outside));
        // Rounded down to what sums of the noise can be.
        const margin = each[v] ?? assert.fail();
        assert.ok(margin > own - 5000 && margin < 1.03 * own + 100, `${at}, value ${v}: ${margin} instead of ${own}`);
      }
    }
    assert.equal(quantilesOf(made).find((q) => q.at === 5000 && q.end)?.end?.margins.length, 1, 'the same for all values');
  }
});

test('an answer has the ends beside every quantile, and what is computed of them', async () => {
  const prepared = await plan(ANSWER);
  const { plan: made } = prepared;
  const cells = [10_000n, null, null];
  const found: Record<string, bigint> = { '5000': 20_000n, '5000 low': 10_000n, '5000 high': 40_000n, '100': 1n, '100 low': 1n };
  const rest: Record<string, bigint> = { '100 high': 2n, '9900': 4n, '9900 low': 3n, '9900 high': 5n };
  const released: Released = {
    passed: made.outputs.map(() => Uint8Array.of(1, 0, 0)),
    counts: made.contributions.map(() => [7n, null, null]),
    accumulators: made.accumulators.map(({ quantile }) => {
      const value = { ...found, ...rest }[`${quantile?.at}${quantile?.end === undefined ? '' : ` ${quantile.end.side}`}`];
      const own = quantile?.at === 5000 && !quantile.continuous ? 2n : value;
      return cells.map((c) => (c === null ? null : (own ?? null)));
    }),
  };
  const answer = await createFinaliser().finalise(prepared, released);
  assert.deepEqual(
    made.columns.map((c) => c.name),
    ['sector', 'middle', 'middle_low', 'middle_high', 'least', 'least_low', 'least_high', 'most', 'most_low', 'most_high'],
  );
  const margin = Number(made.noise?.margins.find((m) => m.count !== null && m.among === 2)?.count);
  assert.deepEqual(answer.rows[0]?.slice(1).map(Number), [2, 1, 4, 1, 1, 2, 47, 37 - margin, 57 + margin]);
});
