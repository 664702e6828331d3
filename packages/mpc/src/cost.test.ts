import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommitteeMeter } from '@sluis/technique';
import { assertStatedCosts, EDGES } from './fixtures/stated-costs.ts';

// The other threat model is the slow form's; the long form takes every width.
test('every primitive costs the rounds and bytes that its formula states, semi-honest', () => assertStatedCosts('semi-honest', EDGES));

test('a 64-bit comparison sends 42 bytes an element and an equality 32', async () => {
  const meter = new CommitteeMeter();
  meter.less(32, 64);
  assert.deepEqual([meter.rounds, meter.bytes / 32], [7, 41.75]);
  const other = new CommitteeMeter();
  other.equal(32, 64);
  assert.deepEqual([other.rounds, other.bytes / 32], [7, 31.625]);
});
