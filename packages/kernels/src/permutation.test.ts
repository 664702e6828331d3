import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from '@sluis/base';
import { composePermutation, gatherVector, invertPermutation, randomPermutation, scatterVector } from './index.ts';
import { highProduct } from './permutation.ts';

const fresh = (count: number) => new BigUint64Array(systemRandom.bytes(count * 8).buffer as ArrayBuffer);
const identity = (n: number) => Uint32Array.from({ length: n }, (_, i) => i);

test('a random permutation holds every position once', () => {
  for (const n of [0, 1, 2, 3, 31, 32, 33, 1000, 16_383, 16_384, 16_385, 100_000]) {
    assert.deepEqual(randomPermutation(n, fresh).sort(), identity(n), `${n} positions`);
  }
  assert.throws(() => randomPermutation(-1, fresh), RangeError);
  assert.throws(() => randomPermutation(1.5, fresh), RangeError);
});

test('the same stream gives the same permutation', () => {
  const recorded: BigUint64Array[] = [];
  const first = randomPermutation(50_000, (count) => {
    const words = fresh(count);
    recorded.push(words.slice());
    return words;
  });
  assert.deepEqual(
    randomPermutation(50_000, () => recorded.shift() as BigUint64Array),
    first,
  );
});

/** Chi-square of the counts of all orders of `n` positions: n! − 1 degrees of freedom. */
function chiSquare(n: number, trials: number, make: () => Uint32Array): number {
  const counts = new Map<string, number>();
  for (let t = 0; t < trials; t++) {
    const key = make().join();
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const orders = Array.from({ length: n }, (_, i) => i + 1).reduce((p, i) => p * i, 1);
  const expected = trials / orders;
  const seen = [...counts.values()].reduce((s, c) => s + (c - expected) ** 2 / expected, 0);
  return seen + (orders - counts.size) * expected;
}

test('all orders are equally likely', () => {
  // 119 degrees of freedom: 212 is exceeded with probability below 10^-6.
  assert.ok(chiSquare(5, 24_000, () => randomPermutation(5, fresh)) < 212);
  const biased = () => {
    const p = identity(5);
    const picks = fresh(5);
    for (let i = 4; i > 0; i--) {
      const place = Number((picks[i] as bigint) & 7n) % (i + 1);
      [p[i], p[place]] = [p[place] as number, p[i] as number];
    }
    return p;
  };
  assert.ok(chiSquare(5, 24_000, biased) > 212, 'positive control: positions taken modulo are found out');
});

test('the high half of a product is exact', () => {
  const edges = [0, 1, 2, 65_535, 65_536, 65_537, 2 ** 21 + 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];
  const random = [...new Uint32Array(fresh(200).buffer)];
  for (const a of [...edges, ...random])
    for (const b of [...edges, ...random.slice(0, 20)])
      assert.equal(BigInt(highProduct(a, b)), (BigInt(a) * BigInt(b)) >> 32n, `${a} · ${b}`);
});

test('both ways to take a position from random bits agree with the definition', () => {
  // Words that lead to the rejection of a first product: 2^32 mod 3 = 1, so low half 0 is rejected for three positions.
  const pieces = Uint32Array.of(0, 0x8000_0000, 0xffff_ffff, 5);
  const stream = () => new BigUint64Array(pieces.buffer);
  assert.deepEqual(randomPermutation(3, stream), Uint32Array.of(0, 2, 1), 'piece 0 is rejected; then 1 of 3, and 1 of 2');
  const large = 2 ** 21 + 3;
  const p = randomPermutation(large, fresh);
  const seen = new Uint8Array(large);
  for (const at of p) seen[at] = 1;
  assert.ok(seen.every((s) => s === 1));
});

test('inverse and composition agree with gathering and scattering', () => {
  for (const n of [0, 1, 2, 33, 5000]) {
    const [p, q] = [randomPermutation(n, fresh), randomPermutation(n, fresh)];
    const column = fresh(n);
    const inverse = invertPermutation(p);
    assert.deepEqual(composePermutation(p, inverse), identity(n));
    assert.deepEqual(gatherVector(gatherVector(column, p, 1), q, 1), gatherVector(column, composePermutation(p, q), 1));
    assert.deepEqual(scatterVector(column, p, 1), gatherVector(column, inverse, 1));
  }
});

test('what is no permutation is refused', () => {
  assert.throws(() => invertPermutation(Uint32Array.of(0, 0)), RangeError);
  assert.throws(() => invertPermutation(Uint32Array.of(0, 2)), RangeError);
  assert.throws(() => invertPermutation(Uint32Array.of(0xffff_ffff)), RangeError);
  assert.throws(() => composePermutation(Uint32Array.of(0, 1), Uint32Array.of(0)), RangeError);
  assert.throws(() => composePermutation(Uint32Array.of(0, 1), Uint32Array.of(0, 2)), RangeError);
});
