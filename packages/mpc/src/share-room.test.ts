/** Rows that are put in piece by piece stand where they belong, and nothing of them is held twice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { replicatedSharing } from './techniques.ts';
import { deal } from './simulation/index.ts';
import { columnShare } from './shares.ts';

const numbers = (from: number, length: number) => Array.from({ length }, (_, i) => BigInt(from + i));
/** What party 0 holds of two vectors. */
const piece = (from: number, length: number) => [deal(numbers(from, length), 1)[0], deal(numbers(-from, length), 1)[0]];
const words = (columns: readonly { length: number }[]) =>
  columns.map((c) => [...columnShare(c as never).mine, ...columnShare(c as never).next]);

test('pieces come to their place; views and what is kept show exactly these rows', () => {
  const room = replicatedSharing.room(10, 2);
  const [a, b, c] = [piece(0, 4), piece(100, 1), piece(200, 5)];
  const [first, third] = [words(a), words(c)];
  room.put(5, c);
  room.put(4, b);
  room.put(0, a);
  assert.deepEqual(words(room.view(0, 4)), first);
  assert.deepEqual(words(room.view(5, 5)), third);
  assert.throws(() => room.put(8, a), RangeError);
  assert.throws(() => room.put(0, a.slice(1)), RangeError);
  assert.throws(() => room.view(6, 5), RangeError);
  assert.throws(
    () =>
      room.keep([
        { from: 5, length: 5 },
        { from: 0, length: 1 },
      ]),
    RangeError,
  );
  room.keep([{ from: 5, length: 5 }]);
  assert.equal(room.rows, 5);
  assert.deepEqual(words(room.view(0, 5)), third);
  assert.throws(() => room.view(0, 6), RangeError);
  const view = room.view(0, 5);
  room.release();
  assert.ok(
    view.every((column) => columnShare(column).mine.length === 0),
    'empty, never somebody else’s rows',
  );
});

test('what a message was read into is empty once it was put to its place', () => {
  const values = [BigUint64Array.of(1n, 2n, 3n), BigUint64Array.of(4n, 5n, 6n)];
  const messages = replicatedSharing.split({ cells: 3, columns: values }, [1, 1], { bytes: (n) => new Uint8Array(n).fill(7) });
  for (const me of [0, 1, 2] as const) {
    const columns = replicatedSharing.combine(me, messages[me], 3, [1, 1]);
    const before = words(columns);
    const room = replicatedSharing.room(3, 2);
    room.put(0, columns);
    replicatedSharing.forget(columns);
    for (const column of columns) assert.deepEqual([columnShare(column).mine.length, columnShare(column).next.length], [0, 0]);
    assert.deepEqual(words(room.view(0, 3)), before);
  }
});
