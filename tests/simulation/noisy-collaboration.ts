/** Fragile stations whose every question costs a privacy budget, and what must hold of their books after any fault. */
import assert from 'node:assert/strict';
import type { BudgetTable, RunResult } from '@sluis/model';
import { FragileCollaboration, NAMES, type Name, RUN_SECONDS, TEMPLATE } from './fragile-collaboration.ts';
import type { FragileStation } from './fragile-station.ts';
import type { Plant } from './planted-faults.ts';

export const NOISY = 'noisy-visits';
export const PRICE = '0.01';
export const NOISY_SQL = `SELECT kind, count(*) AS n FROM visits GROUP BY kind ORDER BY kind WITH NOISE (epsilon = ${PRICE})`;

/** Four groups with intervals, whatever the noise made of them. */
function checkNoisy({ result, receipt }: RunResult): void {
  assert.deepEqual(
    result?.columns.map((c) => c.name),
    ['kind', 'n', 'n_low', 'n_high'],
  );
  assert.deepEqual(
    result?.rows.map(([kind]) => kind),
    ['a', 'b', 'c', 'never'],
  );
  for (const [, n, low, high] of result?.rows ?? []) assert.ok(Number(low) <= Number(n) && Number(n) <= Number(high));
  assert.deepEqual(receipt.body.noise, {
    mechanism: 'discrete-laplace',
    generation: 'shares',
    epsilon: PRICE,
    delta: '0',
    unit: 'row',
    differentially_private: true,
  });
}

export function openNoisy(budget: Record<string, unknown>): Promise<FragileCollaboration> {
  return FragileCollaboration.open({
    table: { privacy_unit: { protects: 'row' } },
    question: { template: NOISY, check: checkNoisy },
    terms: {
      valid: { from: new Date(Date.now() - 86_400_000).toISOString(), until: new Date(Date.now() + 30 * 86_400_000).toISOString() },
      limits: { run_seconds: RUN_SECONDS, questions_per_day: null },
      output: { noise: { required: false, budget } },
      templates: { [NOISY]: { sql: NOISY_SQL }, [TEMPLATE]: { sql: 'SELECT kind, count(*) AS n FROM visits GROUP BY kind' } },
    },
  });
}

export async function visitsOf(station: FragileStation): Promise<BudgetTable> {
  const [visits] = (await station.client.budget()).tables;
  assert.ok(visits !== undefined);
  return visits;
}

/** Runs that each station has charged. */
async function booksOf(together: FragileCollaboration): Promise<Map<Name, Set<string>>> {
  const books = new Map<Name, Set<string>>();
  for (const name of NAMES) {
    const { runs } = await together.station(name).client.runs(1000);
    books.set(name, new Set(runs.filter((r) => r.charged !== null).map((r) => r.id)));
    const { charges, use } = await visitsOf(together.station(name));
    assert.equal(charges, books.get(name)?.size, `${name}: runs and budget tell the same`);
    assert.equal(Number(use?.spent).toFixed(6), (charges * Number(PRICE)).toFixed(6), name);
  }
  return books;
}

/**
 * What holds after every fault: whatever was released was charged at all providers and compute parties; what was charged and
 * not released has failed and says so. Gives the charges that each station has lost.
 */
export async function assertBooks(together: FragileCollaboration): Promise<Record<string, number>> {
  const books = await booksOf(together);
  const released = new Set<string>();
  for (const name of NAMES) {
    const { runs } = await together.station(name).client.runs(1000);
    for (const run of runs) if (run.state === 'released') released.add(run.id);
  }
  const lost: Record<string, number> = {};
  for (const name of NAMES) {
    const own = books.get(name) ?? new Set();
    if (name !== 'centre') for (const run of released) assert.ok(own.has(run), `${run} was released and ${name} has not charged it`);
    lost[name] = [...own].filter((run) => !released.has(run)).length;
  }
  return lost;
}

/** Kills one station at one entry of its log in a noisy question; everything must hold, and at most this run's charge be lost. */
export async function strikeNoisy(together: FragileCollaboration, victim: Name, plant: Plant): Promise<void> {
  const what = `${plant.act} of ${victim} ${plant.moment} ${plant.entry}`;
  const before = await assertBooks(together);
  const station = together.station(victim);
  station.plant(plant);
  const { run, error } = await together.askUnderFault();
  assert.ok(station.struck, `${what}: the entry was never written`);
  if (plant.act === 'die') await station.ended();
  await together.heal();
  await together.assertSettled();
  const after = await assertBooks(together);
  for (const name of NAMES) assert.ok((after[name] ?? 0) - (before[name] ?? 0) <= 1, `${what}: ${name} lost more than one charge`);
  const own = run === null ? null : await station.client.run(run);
  if (own !== null && own.charged !== null && own.state === 'failed' && own.error?.code === 'run/interrupted') {
    assert.match(own.error.message, /which stays spent/, what);
  }
  if (plant.entry === 'budget.charged') assert.ok(own?.charged != null && error !== null, `${what}: charged, and not released`);
  await together.assertWorks();
}
