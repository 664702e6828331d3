import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommitteeMeter } from '@sluis/technique';
import { assertStatedCosts } from './fixtures/stated-costs.ts';

// Where groups of positions, words and levels of the trees begin and end; the long form takes every width.
const WIDTHS = [1, 2, 3, 5, 9, 32, 33, 64, 65, 128];

for (const model of ['semi-honest', 'malicious'] as const)
  test(`every primitive costs the rounds and bytes that its formula states, ${model}`, () => assertStatedCosts(model, WIDTHS));

test('a 64-bit comparison sends 42 bytes an element and an equality 32', async () => {
  const meter = new CommitteeMeter();
  meter.less(32, 64);
  assert.deepEqual([meter.rounds, meter.bytes / 32], [7, 41.75]);
  const other = new CommitteeMeter();
  other.equal(32, 64);
  assert.deepEqual([other.rounds, other.bytes / 32], [7, 31.625]);
});
