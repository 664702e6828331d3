import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { element, pack, unpack } from './fixtures/exact-columns.ts';
import {
  addVectors,
  concatPacked,
  concatVectors,
  constantVector,
  crossAnd,
  gatherPacked,
  gatherVector,
  maskTail,
  multiplyVectors,
  narrowVector,
  negateVector,
  packBits,
  scaleVector,
  subtractVectors,
  toSlices,
  unpackBits,
  xorBits,
} from './index.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
const runs = { seed, numRuns: 150 };
console.log(`seed ${seed}`);

const pairs = fc.integer({ min: 1, max: 4 }).chain((words) =>
  fc.record({
    words: fc.constant(words),
    pairs: fc.array(fc.tuple(element(words), element(words)), { maxLength: 70 }),
    factor: fc.oneof(fc.bigInt({ min: -(1n << 70n), max: 1n << 70n }), fc.constantFrom(-1n, 0n, 1n, 2n)),
  }),
);

test('ring operations equal those on plain integers modulo 2^(64·words)', () => {
  fc.assert(
    fc.property(pairs, ({ words, pairs: list, factor }) => {
      const [x, y] = [list.map((p) => p[0]), list.map((p) => p[1])];
      const [a, b] = [pack(x, words), pack(y, words)];
      const mod = (values: bigint[]) => values.map((v) => BigInt.asUintN(64 * words, v));
      const at = (values: readonly bigint[], i: number) => values[i] as bigint;
      assert.deepEqual(unpack(addVectors(a, b, words), words), mod(x.map((v, i) => v + at(y, i))));
      assert.deepEqual(unpack(subtractVectors(a, b, words), words), mod(x.map((v, i) => v - at(y, i))));
      assert.deepEqual(unpack(negateVector(a, words), words), mod(x.map((v) => -v)));
      assert.deepEqual(unpack(multiplyVectors(a, b, words), words), mod(x.map((v, i) => v * at(y, i))));
      assert.deepEqual(unpack(scaleVector(a, factor, words), words), mod(x.map((v) => v * factor)));
      assert.deepEqual(unpack(constantVector(3, words, factor), words), mod([factor, factor, factor]));
      assert.deepEqual(unpack(concatVectors([a, b, a], words), words), [...x, ...y, ...x]);
      assert.deepEqual(
        unpack(narrowVector(a, words, 1), 1),
        x.map((v) => BigInt.asUintN(64, v)),
      );
      const index = Uint32Array.from(x.map((_, i) => x.length - 1 - i));
      assert.deepEqual(unpack(gatherVector(a, index, words), words), [...x].reverse());
    }),
    runs,
  );
});

test('slices hold the bits of every element', () => {
  fc.assert(
    fc.property(pairs, fc.integer({ min: 1, max: 256 }), ({ words, pairs: list }, wanted) => {
      const x = list.map((p) => p[0]);
      const bits = Math.min(wanted, 64 * words);
      const slices = toSlices(pack(x, words), words, bits);
      const per = Math.ceil(x.length / 32);
      assert.equal(slices.length, bits * per);
      for (let b = 0; b < bits; b++) {
        const slice = unpackBits(slices.subarray(b * per, (b + 1) * per), x.length);
        assert.deepEqual(
          [...slice],
          x.map((v) => Number((v >> BigInt(b)) & 1n)),
        );
      }
    }),
    runs,
  );
});

const bitList = fc.array(fc.integer({ min: 0, max: 1 }), { maxLength: 100 }).map((b) => Uint8Array.from(b));

test('packed bits keep order under packing, joining and gathering', () => {
  fc.assert(
    fc.property(fc.array(bitList, { maxLength: 6 }), (lists) => {
      const parts = lists.map((l) => ({ bits: packBits(l), length: l.length }));
      for (const part of parts) {
        const last = part.bits.length - 1;
        if ((part.length & 31) !== 0) part.bits[last] = (part.bits[last] as number) | (-1 << (part.length & 31));
      }
      const all = lists.flatMap((l) => [...l]);
      const joined = concatPacked(parts);
      assert.deepEqual([...unpackBits(joined, all.length)], all);
      assert.deepEqual(joined, maskTail(joined, all.length));
      const back = gatherPacked(joined, all.length, Uint32Array.from(all.map((_, i) => all.length - 1 - i)));
      assert.deepEqual([...unpackBits(back, all.length)], all.reverse());
    }),
    runs,
  );
});

test('three cross terms make the conjunction of shared bits', () => {
  const word = fc.integer({ min: 0, max: 0xffff_ffff });
  fc.assert(
    fc.property(fc.array(word, { minLength: 9, maxLength: 9 }), (w) => {
      const c = w.map((v) => Uint32Array.of(v));
      const pick = (i: number) => c[i] as Uint32Array;
      const masks = [pick(6), pick(7), xorBits(pick(6), pick(7))];
      const parts = [0, 1, 2].map((i) =>
        crossAnd(pick(i), pick((i + 1) % 3), pick(3 + i), pick(3 + ((i + 1) % 3)), masks[i] as Uint32Array),
      );
      const x = (w[0] as number) ^ (w[1] as number) ^ (w[2] as number);
      const y = (w[3] as number) ^ (w[4] as number) ^ (w[5] as number);
      const z = parts.reduce((s, p) => s ^ (p[0] as number), 0);
      assert.equal(z >>> 0, (x & y) >>> 0);
    }),
    runs,
  );
});

test('shapes that do not fit are refused', () => {
  const two = new BigUint64Array(2);
  assert.throws(() => addVectors(two, new BigUint64Array(3), 1), RangeError);
  assert.throws(() => addVectors(two, two, 3), RangeError);
  assert.throws(() => gatherVector(two, Uint32Array.of(2), 1), RangeError);
  assert.throws(() => gatherPacked(new Uint32Array(1), 5, Uint32Array.of(5)), RangeError);
  assert.throws(() => toSlices(two, 1, 65), RangeError);
});
