/** The compressed list finds exactly what it holds, and what it doesn't hold no more often than stated. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from '@sluis/base';
import { chunkCount, findInChunk, placeOf, shapeFor } from './locator-list.ts';
import { makeList, type MadeList } from './published-list.ts';
import { comparePacked, packedOrder } from './packed-order.ts';

const at = (packed: Uint8Array, i: number) => packed.subarray(16 * i, 16 * i + 16);

function lookUp({ list, chunks }: MadeList, boxBytes: number, locator: Uint8Array): Uint8Array | null {
  const shape = { ...list, boxBytes };
  return findInChunk(chunks[placeOf(locator, shape).chunk] as Uint8Array, shape, locator);
}

test('order of packed strings', () => {
  for (const count of [0, 1, 2, 3000]) {
    const packed = systemRandom.bytes(count * 16);
    // Some share their first bytes, or all.
    for (let i = 4; i < count; i += 3) packed.set(at(packed, i - 4).subarray(0, 2 + (i % 15)), i * 16);
    const order = packedOrder(packed, 16, 16);
    assert.deepEqual(
      [...order].sort((a, b) => a - b),
      Array.from({ length: count }, (_, i) => i),
    );
    for (let i = 1; i < count; i++) assert.ok(comparePacked(packed, (order[i - 1] ?? 0) * 16, packed, (order[i] ?? 0) * 16, 16) <= 0);
  }
});

test('every entry is found with its box, whatever the size', () => {
  for (const count of [0, 1, 2, 3, 63, 64, 65, 1000, 20_000]) {
    for (const boxBytes of [0, 5]) {
      const locators = systemRandom.bytes(count * 16);
      const box = (i: number) => new Uint8Array(boxBytes).fill(i % 251);
      const made = makeList(locators, 7, boxBytes, box, 1, systemRandom);
      const shape = { ...made.list, boxBytes };
      assert.equal(
        made.chunks.reduce((n, c) => n + chunkCount(c, shape), 0),
        count,
      );
      for (let i = 0; i < count; i++) assert.deepEqual(lookUp(made, boxBytes, at(locators, i)), box(i));
      for (let i = 0; i < 1000; i++) assert.equal(lookUp(made, boxBytes, systemRandom.bytes(16)), null);
    }
  }
});

test('cut into many chunks, and padded', () => {
  const locators = systemRandom.bytes(5000 * 16);
  const made = makeList(locators, 6, 4000, (i) => new Uint8Array(4000).fill(i & 255), 4096, systemRandom);
  assert.equal(made.list.entries, 8192);
  assert.ok(made.chunks.length >= 64);
  for (let i = 0; i < 5000; i += 7) assert.equal(lookUp(made, 4000, at(locators, i))?.[0], i & 255);
});

test('malformed chunks are refused', () => {
  const made = makeList(systemRandom.bytes(100 * 16), 7, 3, () => new Uint8Array(3), 1, systemRandom);
  const shape = { ...made.list, boxBytes: 3 };
  const [chunk] = made.chunks as [Uint8Array];
  const caught = (e: unknown) => (e as { code?: string }).code === 'lookup/malformed';
  for (const wrong of [chunk.subarray(1), chunk.subarray(0, 3), chunk.subarray(0, -1), new Uint8Array(0)])
    assert.throws(() => findInChunk(wrong, shape, systemRandom.bytes(16)), caught);
  const full = chunk.slice();
  full.fill(255, 4 + 700);
  assert.throws(() => {
    for (let i = 0; i < 1000; i++) findInChunk(full, shape, systemRandom.bytes(16));
  }, caught);
});

test('shapes have a place for every entry, and positions of at most 32 bits', () => {
  for (const count of [0, 1, 2, 1000, 2 ** 20, 10_000_000, 2 ** 32 - 1]) {
    const { chunkBits, placeBits } = shapeFor(count, 7, 0);
    assert.ok(2 ** (chunkBits + placeBits) >= count && chunkBits + placeBits <= 32);
    assert.ok(count <= 1 || 2 ** (chunkBits + placeBits) < 2 * count);
  }
});
