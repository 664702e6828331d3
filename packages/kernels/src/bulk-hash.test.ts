/** Hashing in bulk against node's SHA-256, at every length around the boundaries of blocks. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { Arena, BulkHash } from './index.ts';

function pack(items: readonly Uint8Array[]) {
  const offsets = new Uint32Array(items.length + 1);
  items.forEach((item, i) => {
    offsets[i + 1] = (offsets[i] as number) + item.length;
  });
  return { bytes: new Uint8Array(Buffer.concat(items)), offsets };
}

function check(items: readonly Uint8Array[]) {
  const arena = new Arena();
  const hash = new BulkHash(arena);
  const block = randomBytes(64);
  const start = hash.begin(block);
  const digests = arena.reserve(32 * items.length);
  hash.hashAll(pack(items), start, digests);
  items.forEach((item, i) => {
    const due = createHash('sha256').update(block).update(item).digest();
    assert.deepEqual(Buffer.from(arena.bytes(digests + 32 * i, 32)), due, `message ${i} of ${items.length}, ${item.length} bytes`);
  });
}

test('every length up to three blocks, side by side with others', () => {
  check(Array.from({ length: 200 }, (_, length) => randomBytes(length)));
  check(Array.from({ length: 200 }, (_, i) => randomBytes((i * 67) % 200)));
  for (let count = 0; count < 10; count++) check(Array.from({ length: count }, (_, i) => randomBytes(9 * i)));
});

test('many messages, and one that is longer than a stripe', () => {
  check(Array.from({ length: 40_000 }, (_, i) => randomBytes(i % 23)));
  check([randomBytes(3), randomBytes(1 << 21), new Uint8Array(0), randomBytes(1_000_000)]);
});
