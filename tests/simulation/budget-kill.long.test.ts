/** kill -9 a thousand times between charging and release: the budget is never under-counted, and each death costs one charge at most. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { postgresBinaries, startPrivateServer } from '../../packages/store/src/postgres-server.contract.ts';
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

test(`a tenth as many against a PostgreSQL server (seed ${SEED})`, { timeout: 3_600_000 }, async (t) => {
  const binaries = postgresBinaries();
  if (binaries === null) return t.skip('no PostgreSQL server binaries (initdb, postgres) on this system');
  const server = await startPrivateServer(binaries);
  try {
    const tally = await killAgainAndAgain(Math.ceil(KILLS / 10), mulberry32(SEED), { database: () => server.createDatabase() });
    t.diagnostic(JSON.stringify(tally));
    assert.ok(tally.charged >= tally.given && tally.lost <= tally.kills);
  } finally {
    await server.stop();
  }
});
