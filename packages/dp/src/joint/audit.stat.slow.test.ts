/**
 * Empirical lower bounds on ε of noise that is made in the committee, as one compute party and the receivers together see
 * it, stay under the truth and what the accountant claims; the same audit catches planted bugs. α = 1e-9 for each bound,
 * 100,000 runs with the unit and as many without (300,000 where a share is missing, and for the threshold). Power: bounds
 * reach 0.6 of a tight ε, and those of planted bugs their claims; in the mean over 12 to 40 seeds they lie seven or more of
 * their own standard deviations above that.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testSeed } from '@sluis/math/fixtures';
import { auditTests } from './fixtures/audit-tests.ts';

test(`seed ${testSeed}`, () => assert.ok(testSeed >= 0));
auditTests({ seed: testSeed, runs: 100_000, more: 300_000, power: 0.6 });
