/** kill -9 a thousand times between charging and release: the budget is never under-counted, and each death costs one charge at most. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mulberry32 } from '../harness/seeded.ts';
import { killAgainAndAgain } from './budget-kills.ts';
import { STEPS } from './budget-death.ts';

const KILLS = Number(process.env['SLUIS_KILLS'] ?? 1000);
const SEED = Number(process.env['SLUIS_SEED'] ?? Date.now() % 1_000_000);

test(`${KILLS} kills between charging and release (seed ${SEED})`, { timeout: 7_000_000 }, async (t) => {
  const tally = await killAgainAndAgain(KILLS, mulberry32(SEED));
  t.diagnostic(JSON.stringify(tally));
  assert.ok(tally.charged >= tally.given && tally.lost <= tally.kills);
  if (KILLS >= 1000) for (const step of [...STEPS, 'random']) assert.ok((tally.deaths[step] ?? 0) > 0, `nobody died at "${step}"`);
});
