/**
 * Wrong answers at a weakened parameter, with one byte of each locator instead of seven: the bound that a publication
 * states holds there. n = 300,000 lookups of strangers in 3,000 entries: expected by the bound 3000/4096/256 · n ≈ 858,
 * standard deviation 29. Accepted within six deviations (α below 1e-8); half the rate, or twice, lies more than twelve of its own
 * deviations beyond.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from '@sluis/base';
import { findInChunk, placeOf } from './locator-list.ts';
import { makeList } from './published-list.ts';

const [ENTRIES, LOOKUPS] = [3000, 300_000];

function strangersFound(lowBytes: number): number {
  const made = makeList(systemRandom.bytes(ENTRIES * 16), lowBytes, 0, () => new Uint8Array(0), 1, systemRandom);
  const shape = { ...made.list, boxBytes: 0 };
  const strangers = systemRandom.bytes(LOOKUPS * 16);
  let found = 0;
  for (let i = 0; i < LOOKUPS; i++) {
    const locator = strangers.subarray(16 * i, 16 * i + 16);
    if (findInChunk(made.chunks[placeOf(locator, shape).chunk] as Uint8Array, shape, locator) !== null) found++;
  }
  return found;
}

test('strangers are found as rarely as stated, and as often', () => {
  const expected = (LOOKUPS * ENTRIES) / 2 ** (12 + 8);
  const found = strangersFound(1);
  assert.ok(Math.abs(found - expected) < 6 * Math.sqrt(expected), `${found} of ${expected}`);
});

test('control: two bytes give another rate', () => {
  const expected = (LOOKUPS * ENTRIES) / 2 ** (12 + 8);
  assert.ok(Math.abs(strangersFound(2) - expected) > 6 * Math.sqrt(expected));
});
