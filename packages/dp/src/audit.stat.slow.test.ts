/**
 * Empirical audits: of each mechanism on neighbouring data, the lower bound on ε stays under the claim, and it is above it
 * where a unit has more rows than claimed (twice as many, or as many as the case says). α = 1e-9 each, 2 × 2 × 5,000 runs;
 * bounds of planted bugs lie, in the mean over 30 seeds, six or more of their own standard deviations above the claim.
 * Small bugs (0.7 and 1.185) on every mechanism: audit.long.test.ts.
 */
import { test } from 'node:test';
import { seededRandom, testSeed } from '@sluis/math/fixtures';
import { assertCaught, assertWithin, audit } from './fixtures/audit.ts';
import { ALL, declaredSum, NOTHING } from './fixtures/audit-cases.ts';
import { NOISE_TOO_SMALL, RIGHT, TIGHT } from './fixtures/tight-cases.ts';

const random = seededRandom(testSeed);
const RUNS = 5_000;

for (const { name, epsilon, delta = 0, make, visible = 2, slow = false } of ALL)
  test(`${name}: loses no more than claimed, and a planted bug shows (seed ${testSeed})`, { skip: slow }, () => {
    const right = audit({ run: make(random, NOTHING), runs: RUNS, delta });
    assertWithin(right, epsilon);
    const wrong = audit({ run: make(random, { rows: visible, overspent: '1' }), runs: RUNS, delta });
    assertCaught(wrong, epsilon, `${visible} times the rows`);
  });

test(`a sum that changes by 1.185 times what is declared is found, and noise of 0.7 times the scale (seed ${testSeed})`, () => {
  const runs = 50_000;
  assertWithin(audit({ run: declaredSum(random, 1000), runs }), 1);
  for (const actual of [1185, 1429]) assertCaught(audit({ run: declaredSum(random, actual), runs }), 1, `a row that changes ${actual}`);
});

// Where it does not take long; power as tight-cases.ts says. All cases, and a sensitivity of 1.185 times what is declared: audit.long.test.ts.
for (const { name, epsilon, delta = 0, make, fewer: runs = 0 } of TIGHT.filter((c) => c.fewer !== undefined))
  test(`${name}: noise of 0.7 times its size is found (seed ${testSeed})`, () => {
    const right = audit({ run: make(random, RIGHT), runs, delta });
    assertWithin(right, epsilon);
    const wrong = audit({ run: make(random, NOISE_TOO_SMALL), runs, delta });
    assertCaught(wrong, epsilon, 'noise of 0.7 times its size');
  });
