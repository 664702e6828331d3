import assert from 'node:assert/strict';
import { test } from 'node:test';
import { longBits } from './fixtures/exact-columns.ts';
import { type GroupSize, xorBits, xorCarries, xorProducts } from './index.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
console.log(`seed ${seed}`);

const SIZES: readonly GroupSize[] = [1, 2, 3];
const LENGTHS = [1, 2, 3, 4, 5, 31, 33, 2047, 2048, 2049, 4097];
const slices = (a: Uint32Array, count: number, per: number) => Array.from({ length: count }, (_, k) => a.subarray(k * per, (k + 1) * per));

test('two summands make what groups of an addition generate and propagate', () => {
  for (const size of SIZES) {
    for (const per of LENGTHS) {
      const [u, v] = [longBits(size * per, seed), longBits(size * per, seed + 1)];
      const masks = longBits((2 ** size - 1) * per, seed + 2);
      const masked = masks.slice();
      xorProducts(u, size, per, masked);
      const wanted = size > 1;
      const sides = [masks, masked].map((products, side) => {
        const generate = longBits(per, seed + 5);
        const propagate = longBits(per, seed + 6);
        xorCarries(products, v, size, per, side === 1, generate, wanted ? propagate : null);
        return { generate, propagate };
      }) as [Side, Side];
      const generate = xorBits(sides[0].generate, sides[1].generate);
      const propagate = xorBits(sides[0].propagate, sides[1].propagate);
      for (const at of [0, per >> 1, per - 1]) {
        const [us, vs] = [slices(u, size, per), slices(v, size, per)].map((s) => s.map((w) => w[at] as number)) as [number[], number[]];
        for (let bit = 0; bit < 32; bit++) {
          const number = (words: number[]) => words.reduce((sum, w, k) => sum + (((w >>> bit) & 1) << k), 0);
          const sum = number(us) + number(vs);
          assert.equal(((generate[at] as number) >>> bit) & 1, sum >> size, `carry out of ${size} positions, word ${at} of ${per}`);
          const propagates = sum === 2 ** size - 1 ? 1 : 0;
          if (wanted) assert.equal(((propagate[at] as number) >>> bit) & 1, propagates, `propagation by ${size}, word ${at} of ${per}`);
        }
      }
    }
  }
});

interface Side {
  readonly generate: Uint32Array;
  readonly propagate: Uint32Array;
}

test('products come in the order that is told, onto what stands there', () => {
  const onto = new Uint32Array(7).fill(0b1010_0000);
  xorProducts(Uint32Array.of(0b1111, 0b0011, 0b0101), 3, 1, onto);
  assert.deepEqual(
    [...onto].map((w) => w ^ 0b1010_0000),
    [0b1111, 0b0011, 0b0101, 0b0011, 0b0101, 0b0001, 0b0001],
  );
});

test('slices that do not fit are refused', () => {
  const words = (n: number) => new Uint32Array(n);
  assert.throws(() => xorProducts(words(3), 3, 2, words(14)), RangeError);
  assert.throws(() => xorProducts(words(6), 3, 2, words(13)), RangeError);
  assert.throws(() => xorCarries(words(6), words(4), 2, 2, true, words(1), words(2)), RangeError);
  assert.throws(() => xorCarries(words(6), words(4), 2, 2, true, words(2), words(3)), RangeError);
  assert.throws(() => xorCarries(words(2), words(2), 1, 2, true, words(2), words(2)), RangeError);
});
