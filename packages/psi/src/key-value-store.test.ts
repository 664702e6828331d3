import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Random, systemRandom } from '@sluis/base';
import { Arena, BulkHash } from '@sluis/kernels';
import { ItemRows } from './item-rows.ts';
import { decodeStore, encodeStore } from './key-value-store.ts';
import { blocksFor } from './lengths.ts';
import { itemCount, type PackedItems, packItems } from './packed-items.ts';

const SESSION = new Uint8Array(32).fill(7);

async function rowsOf(arena: Arena, items: PackedItems): Promise<ItemRows> {
  return ItemRows.hash(arena, new BulkHash(arena), items, SESSION, itemCount(items), systemRandom);
}

/** Decoded blocks and values of all rows of a store of these items. */
async function stored(items: PackedItems, n: number) {
  const arena = new Arena();
  const rows = await rowsOf(arena, items);
  const length = blocksFor(n);
  const blocks = arena.reserve(16 * length);
  const seed = await encodeStore(rows, blocks, length, systemRandom);
  const [decoded, values] = [arena.reserve(16 * rows.count), arena.reserve(16 * rows.count)];
  await decodeStore(rows, blocks, length, decoded, values);
  return {
    seed,
    rows,
    store: arena.bytes(blocks, 16 * length).slice(),
    decoded: arena.bytes(decoded, 16 * rows.count).slice(),
    values: arena.bytes(values, 16 * rows.count).slice(),
  };
}

test('every stored item decodes to its value, for stores of every size and fill', async () => {
  for (const [items, declared] of [
    [0, 0],
    [0, 100],
    [1, 1],
    [3, 3],
    [100, 100],
    [100, 900],
    [20_000, 20_000],
  ] as const) {
    const { decoded, values, rows } = await stored(packItems(Array.from({ length: items }, (_, i) => `item ${i}`)), declared);
    assert.equal(rows.count, items);
    assert.deepEqual(decoded, values);
  }
});

test('repeated items become one row, and are reported with the item that stands for them', async () => {
  const names = ['x', 'y', 'x', 'z', 'y', 'x'];
  const { rows, decoded, values } = await stored(packItems(names), 6);
  assert.equal(rows.count, 3);
  assert.deepEqual(decoded, values);
  const pairs = Array.from({ length: 3 }, (_, k) => [...rows.repeats.subarray(2 * k, 2 * k + 2)]);
  assert.deepEqual(
    pairs.sort(([a = 0], [b = 0]) => a - b),
    [
      [2, 0],
      [4, 1],
      [5, 0],
    ],
  );
});

test('an item that is not stored decodes to something else', async () => {
  const { seed, store } = await stored(packItems(Array.from({ length: 500 }, (_, i) => `item ${i}`)), 500);
  const arena = new Arena();
  const rows = await rowsOf(arena, packItems(Array.from({ length: 500 }, (_, i) => `other ${i}`)));
  await rows.arrange(seed, blocksFor(500));
  const blocks = arena.place(store);
  const [decoded, values] = [arena.reserve(16 * 500), arena.reserve(16 * 500)];
  await decodeStore(rows, blocks, blocksFor(500), decoded, values);
  const [found, own] = [arena.bytes(decoded, 16 * 500), arena.bytes(values, 16 * 500)];
  for (let i = 0; i < 500; i++) assert.notDeepEqual(found.slice(16 * i, 16 * i + 16), own.slice(16 * i, 16 * i + 16));
});

test('a system without solution is tried again under another seed', async () => {
  // 400 rows in 132 columns never have a solution; in 700 they do.
  const arena = new Arena();
  const rows = await rowsOf(arena, packItems(Array.from({ length: 400 }, (_, i) => `${i}`)));
  const blocks = arena.reserve(16 * 700);
  let asked = 0;
  const random: Random = {
    bytes: (count) => {
      asked++;
      if (asked > 3) throw new Error('a fourth seed');
      return systemRandom.bytes(count);
    },
  };
  await assert.rejects(encodeStore(rows, blocks, 132, random), /a fourth seed/);
  assert.equal((await encodeStore(rows, blocks, 700, systemRandom)).length, 16);
});
