import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from '@sluis/base';
import { Arena } from '@sluis/kernels';
import { orderValues, reserveValues, ValueTable } from './value-list.ts';

async function ordered(values: readonly Uint8Array[], length: number): Promise<string[]> {
  const arena = new Arena();
  const address = reserveValues(arena, values.length, length);
  values.forEach((value, i) => {
    arena.bytes(address + i * length, length).set(value);
  });
  const out = await orderValues(arena, address, values.length, length);
  return values.map((_, i) => Buffer.from(arena.bytes(out + i * length, length)).toString('hex'));
}

test('the order of values follows from the set of values alone: it is the same for every order of items', async () => {
  for (const length of [8, 10, 11, 16]) {
    const values = Array.from({ length: 300 }, () => systemRandom.bytes(length));
    // Many that differ only behind the first four bytes, by which they are sorted first.
    for (let i = 0; i < 100; i++) values[i]?.set([1, 2, 3, i % 3], 0);
    const due = values.map((v) => Buffer.from(v).toString('hex')).sort();
    assert.deepEqual(await ordered(values, length), due);
    assert.deepEqual(await ordered(values.toReversed(), length), due);
  }
  assert.deepEqual(await ordered([], 8), []);
});

test('values are found that are equal in all bytes, also where tables are crowded', async () => {
  for (const length of [8, 10, 16]) {
    const arena = new Arena();
    const values = Array.from({ length: 500 }, (_, i) => {
      const value = systemRandom.bytes(length);
      // A hundred stand next to each other in the table, with the same tag.
      if (i < 100) value.set([200, 0, 0, 0, 9, 9, 9, i], 0);
      return value;
    });
    const address = reserveValues(arena, values.length, length);
    arena.bytes(address, 500 * length).set(Buffer.concat(values));
    const table = await ValueTable.of(arena, address, 500, length);
    const sought = [3, 99, 100, 499].map((i) => values[i] as Uint8Array);
    const near = sought.map((value) => value.map((byte, i) => (i === length - 1 ? byte ^ 1 : byte)));
    table.mark(Buffer.concat([...near, ...sought, ...near]));
    const found = [...table.marks.keys()].filter((i) => table.marks[i] === 1);
    const nearValues = new Set(near.map((v) => Buffer.from(v).toString('hex')));
    const due = values.flatMap((v, i) => ([3, 99, 100, 499].includes(i) || nearValues.has(Buffer.from(v).toString('hex')) ? [i] : []));
    assert.deepEqual(found, due);
  }
});
