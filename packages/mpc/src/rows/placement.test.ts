import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bits, column, columnShare, bitShare } from '../shares.ts';
import { evens, odds, weave } from './alternation.ts';
import { gatherRows } from './placement.ts';

const words = (n: number, salt: bigint) => BigUint64Array.from({ length: n }, (_, i) => BigInt(i) * 0x9e37_79b9_7f4a_7c15n + salt);

test('rows are gathered whole, below and above the length at which columns lie side by side', () => {
  for (const n of [1, 5, 2 ** 16 - 1, 2 ** 16, 2 ** 16 + 3]) {
    const table = {
      length: n,
      columns: [column(2, words(2 * n, 1n), words(2 * n, 2n)), column(1, words(n, 3n), words(n, 4n))],
      bits: [bits(n, new Uint32Array(words(n, 5n).buffer).slice(0, Math.ceil(n / 32)), new Uint32Array(Math.ceil(n / 32)))],
    };
    const index = Uint32Array.from({ length: Math.min(n, 70) }, (_, i) => (i * 7919 + 3) % n);
    const out = gatherRows(table, index);
    assert.equal(out.length, index.length);
    for (const [c, source] of table.columns.entries()) {
      const [got, from] = [columnShare(out.columns[c] ?? assert.fail()), columnShare(source)];
      for (const side of ['mine', 'next'] as const) {
        for (let j = 0; j < source.words; j++)
          for (const [i, at] of index.entries()) assert.equal(got[side][j * index.length + i], from[side][j * n + at]);
      }
    }
    const [got, from] = [bitShare(out.bits[0] ?? assert.fail()).mine, bitShare(table.bits[0] ?? assert.fail()).mine];
    const bit = (a: Uint32Array, i: number) => ((a[i >> 5] ?? 0) >>> (i & 31)) & 1;
    for (const [i, at] of index.entries()) assert.equal(bit(got, i), bit(from, at));
  }
});

test('every second element and back, at odd and even lengths and both widths', () => {
  for (const w of [1, 2]) {
    for (const n of [0, 1, 2, 3, 64, 65]) {
      const a = column(w, words(n * w, 7n), words(n * w, 8n));
      const [even, odd] = [evens(a), odds(a)];
      assert.deepEqual([even.length, odd.length], [(n + 1) >> 1, n >> 1]);
      if (n > 2) assert.equal(columnShare(odd).next[(w - 1) * odd.length + 0], columnShare(a).next[(w - 1) * n + 1]);
      if (n > 2) assert.equal(columnShare(even).mine[(w - 1) * even.length + 1], columnShare(a).mine[(w - 1) * n + 2]);
      const back = columnShare(weave(even, odd));
      assert.deepEqual([back.mine, back.next], [columnShare(a).mine, columnShare(a).next]);
    }
  }
  assert.throws(() => weave(column(1, words(1, 0n), words(1, 0n)), column(1, words(2, 0n), words(2, 0n))), RangeError);
});
