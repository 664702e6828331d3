import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Arena, blockLogic } from './index.ts';

test('pieces do not overlap, keep their contents while the arena grows, and are taken off again', () => {
  const arena = new Arena();
  const small = arena.place(Uint8Array.of(1, 2, 3));
  const top = arena.top;
  const large = arena.reserve(1_000_001);
  assert.ok(large >= small + 3 && large % 64 === 0);
  assert.deepEqual([...arena.bytes(small, 3)], [1, 2, 3]);
  assert.ok(arena.bytes(large, 1_000_001).every((b) => b === 0));
  arena.reset(top);
  assert.equal(arena.reserve(1), large);
  assert.throws(() => arena.bytes(large, 100), RangeError);
  assert.throws(() => arena.bytes(0, 4), RangeError);
  assert.throws(() => arena.reserve(-1), RangeError);
  assert.throws(() => arena.reserve(5e9), RangeError);
  arena.close();
  assert.throws(() => arena.reserve(1), RangeError);
});

test('modules share the memory of the arena they are attached to, and no other', () => {
  const [arena, other] = [new Arena(), new Arena()];
  const [x, y] = [arena.place(new Uint8Array(48).fill(5)), arena.place(new Uint8Array(48).map((_, i) => i))];
  other.place(new Uint8Array(96).fill(7));
  arena.attach(blockLogic).xorBlocks(x, y, x, 2);
  assert.deepEqual(
    [...arena.bytes(x, 48)],
    Array.from({ length: 48 }, (_, i) => (i < 32 ? 5 ^ i : 5)),
  );
  arena.attach(blockLogic).xorEachBlock(y, x, y, 3);
  assert.deepEqual(
    [...arena.bytes(y, 48)],
    Array.from({ length: 48 }, (_, i) => i ^ 5 ^ (i % 16)),
  );
  assert.ok(other.bytes(1024, 96).every((b) => b === 7));
});
