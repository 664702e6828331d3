/** The property of the short test with a seed of its own each time, and many more questions. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tryMany, UNITS } from './fixtures/neighbours.ts';

const SEED = Number(process.env['SLUIS_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

for (const [name, unit] of Object.entries(UNITS)) {
  test(`sensitivities hold and are reached in 150 questions: ${name} (seed ${SEED})`, async () => {
    const { cell, cost } = await tryMany(unit, SEED + name.length, 150);
    assert.ok(cell > 0.5 && cost > 0.5, `only ${cell} of a sensitivity and ${cost} of the cost are used`);
  });
}
