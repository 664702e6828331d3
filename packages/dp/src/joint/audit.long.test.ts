/** The audits of `audit.stat.slow.test.ts` with 1,000,000 runs on each side: bounds reach 0.8 of a tight ε. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testSeed } from '@sluis/math/fixtures';
import { auditTests } from './fixtures/audit-tests.ts';

test(`seed ${testSeed}`, () => assert.ok(testSeed >= 0));
auditTests({ seed: testSeed, runs: 1_000_000, more: 1_000_000, power: 0.8 });
