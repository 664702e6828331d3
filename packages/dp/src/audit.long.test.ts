/**
 * Audits at full power: 2 × 2 × 30,000 runs (10,000 where only large bugs can show, 400 where runs are slow), α = 1e-9 each.
 * Beside what audit.stat.slow.test.ts shows: for mechanisms whose loss shows in one outcome, a unit with twice the rows, 1.185 times
 * the declared sensitivity and noise of 0.7 times its scale are all found (power above 0.999: the bound is six deviations of
 * about 0.016 below the loss), and the bound comes within a fifth of the claim. For Gaussian noise, μ shows the same.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom, testSeed } from '@sluis/math/fixtures';
import { assertCaught, assertWithin, audit, auditGaussian } from './fixtures/audit.ts';
import { ALL, NOTHING, type Planted } from './fixtures/audit-cases.ts';
import { NOISE_TOO_SMALL, RIGHT, SENSITIVITY_OFF, TIGHT } from './fixtures/tight-cases.ts';

const random = seededRandom(testSeed);

for (const { name, epsilon, delta = 0, make, visible = 2, slow = false, sharp = false, mu } of ALL)
  test(`${name}: loses no more than claimed, and planted bugs show (seed ${testSeed})`, () => {
    const runs = slow ? 400 : sharp ? 30_000 : 10_000;
    const bound = (planted: Planted) => audit({ run: make(random, planted), runs, delta });
    assertWithin(bound(NOTHING), epsilon, sharp ? 0.8 * epsilon : 0);
    const bugs: Planted[] = [{ rows: visible, overspent: '1' }];
    if (sharp) bugs.push({ rows: 2, overspent: '1' }, { rows: 1, overspent: '1.185' }, { rows: 1, overspent: '10/7' });
    if (mu !== undefined) {
      const apart = (planted: Planted) => auditGaussian({ run: make(random, planted), runs: 30_000 });
      const found = apart(NOTHING);
      assert.ok(found <= mu && found > 0.8 * mu, `μ is at least ${found}`);
      for (const overspent of ['1.185', '10/7']) assert.ok(apart({ rows: 1, overspent }) > mu, `${overspent} times μ was not noticed`);
    }
    for (const planted of bugs) assertCaught(bound(planted), epsilon, JSON.stringify(planted));
  });

// Power above 0.998, from the probabilities of each case's event: the bound's distance from the claim is at least three
// deviations of the loss that is found, beyond the six of each of both bounds (80,000 to 270,000 runs a sample).
for (const { name, epsilon, delta = 0, make, runs } of TIGHT)
  test(`${name}: 1.185 times the rows, and noise of 0.7 times its size, are found (seed ${testSeed})`, (t) => {
    const found = (planted: typeof RIGHT) => audit({ run: make(random, planted), runs, delta });
    const right = found(RIGHT);
    t.diagnostic(`${name}: at least ${right.epsilon.toFixed(3)} of ${epsilon}`);
    assertWithin(right, epsilon);
    for (const planted of [SENSITIVITY_OFF, NOISE_TOO_SMALL]) {
      const wrong = found(planted);
      t.diagnostic(`${JSON.stringify(planted)}: at least ${wrong.epsilon.toFixed(3)}`);
      assertCaught(wrong, epsilon, JSON.stringify(planted));
    }
  });
