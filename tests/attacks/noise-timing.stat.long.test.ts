/**
 * Timing of noisy against suppressed at more power (see noise-timing.stat.slow.test.ts): 3,000 pairs of noise from shares, 400
 * of noise from bits, differences of more than 0.5 %, α = 1e-6 each. The control is a delay of a fiftieth, or of a tenth where the machine is too busy for that.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noisyPlan } from '../../packages/dp/src/joint/fixtures/noisy-plan.ts';
import { mulberry32 } from '../harness/seeded.ts';
import { emptyBesideFull, SIZES, spin } from './timed-committee.ts';
import { differs } from './timed-pairs.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
/** Of the time taken. */
const TOLERANCE = 0.005;
const coin = mulberry32(seed);

for (const [generation, cells, pairs] of [
  ['shares', 300, 3_000],
  ['bits', 40, 400],
] as const)
  for (const [through, threshold] of [
    ['release', null],
    ['decision', 150],
  ] as const)
    test(`${through} with noise from ${generation} takes as long for empty groups as for full ones`, async (t) => {
      const found = await emptyBesideFull({ plan: noisyPlan({ ...SIZES, generation, cells, threshold }), through }, pairs, TOLERANCE, coin);
      t.diagnostic(`seed ${seed}: ${found.said}`);
      assert.ok(!differs(found), `seed ${seed}: ${found.said}`);
    });

test('control: a small delay for each group that is shown is found', async (t) => {
  const plan = noisyPlan({ ...SIZES, cells: 300, threshold: 150 });
  const { median } = await emptyBesideFull({ plan, through: 'decision' }, 20, TOLERANCE, coin);
  for (const share of [0.02, 0.1]) {
    const found = await emptyBesideFull({ plan, through: 'decision', onShown: () => spin((share * median) / 300) }, 3_000, TOLERANCE, coin);
    t.diagnostic(`seed ${seed}, ${share} of the median: ${found.said}`);
    if (differs(found)) return;
  }
  assert.fail('a planted delay was not found');
});
