/**
 * Timing of noisy against suppressed: the time that the committee takes over an answer does not tell whether groups are empty
 * or full. Same declared sizes, 160 pairs in random order, signed ranks of differences and of spreads of more than 3 %.
 *
 * α = 1e-6 for all statistics of a test together, by the randomisation alone: load does not make these tests fail. Power:
 * each prints the least delay that it would have found in 99 of 100 cases (about half of the time taken, beside much other
 * work). The control takes a tenth longer where groups are shown, or 1.3, 2 or 5 times as long where the machine is too busy to
 * show that, and must be found. With 3,000 pairs, and noise from bits: noise-timing.stat.long.test.ts.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noisyPlan } from '../../packages/dp/src/joint/fixtures/noisy-plan.ts';
import { mulberry32 } from '../harness/seeded.ts';
import { emptyBesideFull, SIZES, spin } from './timed-committee.ts';
import { differs, signedRanks } from './timed-pairs.ts';

const PAIRS = 160;
/** Of the time taken. */
const TOLERANCE = 0.03;
const CELLS = 300;
const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
const coin = mulberry32(seed);

test('declared groups: deciding and releasing take as long whether groups are empty or full', async (t) => {
  const found = await emptyBesideFull({ plan: noisyPlan({ ...SIZES, cells: CELLS }), through: 'release' }, PAIRS, TOLERANCE, coin);
  t.diagnostic(`seed ${seed}: ${found.said}`);
  assert.equal(found.shown[0], found.shown[1], 'empty groups are shown like others');
  assert.ok(!differs(found), `seed ${seed}: ${found.said}`);
});

const plan = noisyPlan({ ...SIZES, cells: CELLS, threshold: 150 });

test('groups by threshold: deciding takes as long whether groups are suppressed or shown', async (t) => {
  const found = await emptyBesideFull({ plan, through: 'decision' }, PAIRS, TOLERANCE, coin);
  t.diagnostic(`seed ${seed}: ${found.said}`);
  assert.deepEqual([found.shown[0] === 0, found.shown[1] > 0], [true, true]);
  assert.ok(!differs(found), `seed ${seed}: ${found.said}`);
});

test('control: a branch that costs more where a group is shown is found', async (t) => {
  const { median } = await emptyBesideFull({ plan, through: 'decision' }, 20, TOLERANCE, coin);
  for (const share of [0.1, 0.3, 1, 4]) {
    const found = await emptyBesideFull(
      { plan, through: 'decision', onShown: () => spin((share * median) / CELLS) },
      PAIRS,
      TOLERANCE,
      coin,
    );
    t.diagnostic(`seed ${seed}, ${share} of the median: ${found.said}`);
    if (differs(found)) return;
  }
  assert.fail('a planted delay was not found');
});

test('signed ranks are what enumeration gives', () => {
  // Ranks 1, 2.5, 2.5 and 4; their squares sum to 29.5.
  assert.equal(signedRanks([3, -1, 3, -7, 0]), (2.5 - 1 + 2.5 - 4) / Math.sqrt(1 + 2 * 2.5 ** 2 + 16));
});
