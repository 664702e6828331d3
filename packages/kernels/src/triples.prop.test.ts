import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { BLOCK } from './module.ts';
import { negatedSum, subtractTurned, sumOfThree, turnedResidue } from './index.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
console.log(`seed ${seed}`);

const random = (n: number) => new BigUint64Array(new Uint8Array(randomBytes(8 * n)).buffer);
const at = (a: BigUint64Array, i: number) => a[i] as bigint;
const empty = (n: number) => random(n);

/** Lengths around every boundary of blocks, arrays that are longer, and turns around their ends. */
const cases = fc
  .record({
    n: fc.constantFrom(0, 1, 2, 3, 31, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 3),
    more: fc.constantFrom(1, 2, 7, BLOCK, 3 * BLOCK),
  })
  .chain(({ n, more }) =>
    fc.record({
      n: fc.constant(n),
      length: fc.constant(n + more),
      turn: fc.oneof(fc.constantFrom(0, 1, n, n + more - 1), fc.nat(n + more - 1)).map((turn) => turn % (n + more)),
      bits: fc.boolean(),
    }),
  );

test('turned subtraction and residues equal those on plain integers, whatever the lengths and turns', () => {
  fc.assert(
    fc.property(cases, ({ n, length, turn, bits }) => {
      const [x, y, z, rho, sigma, a, c] = [random(n), random(n), random(n), random(n), random(n), random(length), random(length)];
      const minus = (p: bigint, q: bigint) => (bits ? p ^ q : BigInt.asUintN(64, p - q));
      const times = (p: bigint, q: bigint) => (bits ? p & q : BigInt.asUintN(64, p * q));
      const turned = (v: BigUint64Array, i: number) => at(v, (i + turn) % length);
      const difference = subtractTurned(x, a, turn, bits, empty(n));
      const residue = turnedResidue([z, y], [c, a], [rho, sigma], turn, bits, empty(n));
      for (let i = 0; i < n; i++) {
        if (at(difference, i) !== minus(at(x, i), turned(a, i))) assert.fail(`difference ${i}`);
        const expected = minus(minus(minus(at(z, i), turned(c, i)), times(at(rho, i), at(y, i))), times(at(sigma, i), turned(a, i)));
        if (at(residue, i) !== expected) assert.fail(`residue ${i}`);
      }
    }),
    { seed, numRuns: 60 },
  );
});

test('sums of three and negated sums equal those on plain integers', () => {
  for (const bits of [false, true])
    for (const n of [0, 1, 5, BLOCK - 1, BLOCK, BLOCK + 1]) {
      const [x, y, w] = [random(n), random(n), random(n)];
      const plus = (p: bigint, q: bigint) => (bits ? p ^ q : BigInt.asUintN(64, p + q));
      const three = sumOfThree(x, y, w, bits, empty(n));
      const third = negatedSum(x, y, bits, empty(n));
      for (let i = 0; i < n; i++) {
        if (at(three, i) !== plus(plus(at(x, i), at(y, i)), at(w, i))) assert.fail(`sum ${i}`);
        if (plus(plus(at(x, i), at(y, i)), at(third, i)) !== 0n) assert.fail(`third ${i}`);
      }
    }
});

test('turns beyond an array, short arrays and other shapes are refused', () => {
  const [x, a] = [random(4), random(6)];
  for (const turn of [-1, 6, 1.5]) assert.throws(() => subtractTurned(x, a, turn, false, empty(4)), RangeError);
  assert.throws(() => subtractTurned(x, random(3), 0, false, empty(4)), RangeError);
  assert.throws(() => subtractTurned(x, a, 0, false, empty(5)), RangeError);
  assert.throws(() => turnedResidue([x, x], [a, random(7)], [x, x], 0, false, empty(4)), RangeError);
  assert.throws(() => sumOfThree(x, a, x, true, empty(4)), RangeError);
});
