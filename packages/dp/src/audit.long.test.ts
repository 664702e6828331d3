/**
 * Audits at full power: 2 × 2 × 60,000 runs (3,000 for slow ones), α = 1e-9 each. Beside what audit.stat.test.ts shows: for
 * mechanisms whose loss shows in one outcome, a unit with twice the rows, 1.185 times the declared sensitivity and noise of
 * 0.7 times its scale are all found (power above 0.999: the bound is six deviations of about 0.012 below the loss), and
 * the bound comes within a fifth of the claim.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom, testSeed } from '@sluis/math/fixtures';
import { audit } from './fixtures/audit.ts';
import { ALL, NOTHING, type Planted } from './fixtures/audit-cases.ts';

const random = seededRandom(testSeed);

for (const { name, epsilon, delta = 0, make, visible = 2, slow = false, sharp = false } of ALL)
  test(`${name}: loses no more than claimed, and planted bugs show (seed ${testSeed})`, () => {
    const runs = slow ? 3_000 : 60_000;
    const bound = (planted: Planted) => audit({ run: make(random, planted), runs, delta });
    const right = bound(NOTHING);
    assert.ok(right.epsilon <= epsilon, `at least ${right.epsilon.toFixed(3)} by ${right.event}`);
    const bugs: Planted[] = [{ rows: visible, overspent: '1' }];
    if (sharp) {
      assert.ok(right.epsilon > 0.8 * epsilon, `only ${right.epsilon.toFixed(3)} by ${right.event}`);
      bugs.push({ rows: 2, overspent: '1' }, { rows: 1, overspent: '1.185' }, { rows: 1, overspent: '10/7' });
    }
    for (const planted of bugs) {
      const wrong = bound(planted);
      assert.ok(wrong.epsilon > epsilon, `${JSON.stringify(planted)}: only ${wrong.epsilon.toFixed(3)} by ${wrong.event}`);
    }
  });
