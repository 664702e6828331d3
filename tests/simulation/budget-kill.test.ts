/** kill -9 between charging and release, a handful; a thousand in the long form. Real processes, real files. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mulberry32 } from '../harness/seeded.ts';
import { killAgainAndAgain } from './budget-kills.ts';

const SEED = Number(process.env['SLUIS_SEED'] ?? Date.now() % 1_000_000);

test(`a station that is killed while it charges never forgets what it gave for (seed ${SEED})`, async (t) => {
  const tally = await killAgainAndAgain(10, mulberry32(SEED));
  t.diagnostic(JSON.stringify(tally));
  assert.equal(tally.kills, 10);
  assert.ok(tally.charged >= tally.given && tally.lost <= tally.kills);
});

test('control: a station that gives before it charges is caught', async () => {
  // A death of three planned steps in seven shows it, so 3 of 14 at least: nobody is caught in 120 with a probability below 1e-12.
  await assert.rejects(killAgainAndAgain(120, mulberry32(SEED), { manner: 'late' }), /has given something and is not charged/);
});
