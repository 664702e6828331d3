import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from '@sluis/base';
import { Arena } from '@sluis/kernels';
import { orderValues, reserveValues, ValueMarks } from './value-list.ts';

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

/** Marks of 500 values, a hundred of which share their first bytes, when `others` arrive in pieces of `size`. */
async function marked(values: readonly Uint8Array[], length: number, others: readonly Uint8Array[], size: number): Promise<number[]> {
  const arena = new Arena();
  const address = reserveValues(arena, values.length, length);
  arena.bytes(address, values.length * length).set(Buffer.concat(values));
  const own = await ValueMarks.of(arena, address, values.length, length);
  for (let from = 0; from < others.length; from += size) own.mark(Buffer.concat(others.slice(from, from + size)));
  return [...own.marks().keys()].filter((i) => own.marks()[i] === 1);
}

const hex = (value: Uint8Array) => Buffer.from(value).toString('hex');
const ascending = (values: readonly Uint8Array[]) => values.toSorted((x, y) => Buffer.compare(x, y));

test('values are marked that are equal in all bytes, repeated ones too, in whatever pieces the others arrive', async () => {
  for (const length of [8, 10, 15, 16]) {
    const values = Array.from({ length: 500 }, (_, i) => {
      const value = systemRandom.bytes(length);
      if (i < 100) value.set([200, 0, 0, 0, 9, 9, 9, i], 0);
      return value;
    });
    values[250] = values[100] as Uint8Array;
    values[0]?.fill(0);
    values[1]?.fill(255);
    const sought = [0, 1, 3, 99, 100, 499].map((i) => values[i] as Uint8Array);
    const near = sought.map((value) => value.map((byte, i) => (i === length - 1 ? byte ^ 1 : byte)));
    const others = ascending([...sought, ...near, ...near, ...Array.from({ length: 300 }, () => systemRandom.bytes(length))]);
    const known = new Set(others.map(hex));
    const due = [...values.keys()].filter((i) => known.has(hex(values[i] as Uint8Array)));
    for (const size of [1, 7, 100, 1000]) assert.deepEqual(await marked(values, length, others, size), due);
    assert.deepEqual(await marked(values, length, ascending(values), 64), [...values.keys()]);
    assert.deepEqual(await marked(values, length, [], 64), []);
    assert.deepEqual(await marked([], length, others, 64), []);
  }
});

test('values that do not ascend are refused, within a piece and from one to the next', async () => {
  const values = ascending(Array.from({ length: 50 }, () => systemRandom.bytes(10)));
  const last = (values[49] as Uint8Array).map((byte, i) => (i === 9 ? byte ^ 1 : byte));
  const swapped = [...values.slice(0, 49), ...ascending([values[49] as Uint8Array, last]).reverse()];
  for (const size of [1, 10, 100]) {
    await assert.rejects(marked(values, 10, swapped, size), { code: 'psi/not-ascending' });
    await assert.rejects(marked([], 10, values.toReversed(), size), { code: 'psi/not-ascending' });
  }
});
