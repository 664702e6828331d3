/**
 * What plans claim of sensitivities is never less than what neighbouring data really change. The same check must reject
 * claims that are half as large, and statements that do not bound contributions. Other seeds: see the long test.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generator, tryMany, tryOne, UNITS } from './fixtures/neighbours.ts';
import { type Prepared, providerStatement } from './index.ts';

const SEED = Number(process.env['SLUIS_SEED'] ?? 1);

for (const [name, unit] of Object.entries(UNITS)) {
  test(`sensitivities claimed for a unit hold for all neighbours, and are reached: ${name} (seed ${SEED})`, async () => {
    const { cell, cost } = await tryMany(unit, SEED + name.length, 7);
    // Were a claim half of what it is, some neighbours would have exceeded it.
    assert.ok(cell > 0.5 && cost > 0.5, `only ${cell} of a sensitivity and ${cost} of the cost are used`);
  });
}

test('without bounding, people exceed what is claimed', async () => {
  const random = generator(SEED + 1);
  const unbounded = (prepared: Prepared): string => {
    const { noise, ...plan } = prepared.plan;
    return noise === undefined ? '' : providerStatement(plan);
  };
  let most = 0;
  // Few questions are enough nearly always; some have filters that leave nobody two rows.
  for (let i = 0; i < 100 && most <= 1; i++)
    most = Math.max(most, (await tryOne(random, { protects: 'column', column: 'id', groups: 1, rows_per_group: 1 }, unbounded)).cell);
  assert.ok(most > 1, `at most ${most} of the sensitivity is used`);
});
