import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from '@sluis/base';
import {
  composePermutation,
  gatherPacked,
  gatherVector,
  invertPermutation,
  maskTail,
  packedWords,
  randomPermutation,
  randomShuffle,
  scatterVector,
} from './index.ts';
import { highProduct, RandomPieces } from './random-pieces.ts';

const fresh = (count: number) => new BigUint64Array(systemRandom.bytes(count * 8).buffer as ArrayBuffer);
const identity = (n: number) => Uint32Array.from({ length: n }, (_, i) => i);

test('a random permutation holds every position once', () => {
  for (const n of [0, 1, 2, 3, 31, 32, 33, 1000, 16_383, 16_384, 16_385, 100_000, 300_001, 2 ** 21, 2 ** 21 + 1]) {
    assert.deepEqual(randomPermutation(n, fresh).sort(), identity(n), `${n} positions`);
  }
  assert.throws(() => randomPermutation(-1, fresh), RangeError);
  assert.throws(() => randomPermutation(1.5, fresh), RangeError);
});

test('the same stream gives the same permutation', () => {
  const recorded: BigUint64Array[] = [];
  const first = randomPermutation(200_000, (count) => {
    const words = fresh(count);
    recorded.push(words.slice());
    return words;
  });
  assert.deepEqual(
    randomPermutation(200_000, () => recorded.shift() as BigUint64Array),
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
  // 119 degrees of freedom: 240 is exceeded with probability below 10^-9.
  assert.ok(chiSquare(5, 24_000, () => randomPermutation(5, fresh)) < 240);
  for (const buckets of [1, 2, 8])
    assert.ok(chiSquare(5, 24_000, () => randomShuffle(5, fresh, buckets).order()) < 240, `${buckets} buckets`);
  const biased = () => {
    const p = identity(5);
    const picks = fresh(5);
    for (let i = 4; i > 0; i--) {
      const place = Number((picks[i] as bigint) & 7n) % (i + 1);
      [p[i], p[place]] = [p[place] as number, p[i] as number];
    }
    return p;
  };
  assert.ok(chiSquare(5, 24_000, biased) > 240, 'positive control: positions taken modulo are found out');
});

test('the high half of a product is exact', () => {
  const edges = [0, 1, 2, 65_535, 65_536, 65_537, 2 ** 21 + 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];
  const random = [...new Uint32Array(fresh(200).buffer)];
  for (const a of [...edges, ...random])
    for (const b of [...edges, ...random.slice(0, 20)])
      assert.equal(BigInt(highProduct(a, b)), (BigInt(a) * BigInt(b)) >> 32n, `${a} · ${b}`);
});

test('random numbers below a bound follow their definition, with rejection, on both sides of exact products', () => {
  // 2^32 mod 3 = 1: a product whose low half is 0 is rejected.
  const pieces = Uint32Array.of(0, 0x8000_0000, 0xffff_ffff, 5);
  const three = new RandomPieces(() => new BigUint64Array(pieces.buffer), 4);
  assert.deepEqual([three.below(3), three.below(3), three.below(3)], [1, 2, 0], '0 is rejected');
  assert.deepEqual(
    randomPermutation(3, () => new BigUint64Array(pieces.buffer)),
    Uint32Array.of(0, 2, 1),
  );
  for (const bound of [1, 5, 2 ** 21 - 1, 2 ** 21, 2 ** 21 + 1, 3 * 2 ** 30, 2 ** 32 - 1, 2 ** 32]) {
    const words = fresh(100);
    const raw = new Uint32Array(words.buffer);
    const limit = (1n << 32n) % BigInt(bound);
    const wanted = [...raw].map((p) => BigInt(p) * BigInt(bound)).filter((p) => (p & 0xffff_ffffn) >= limit);
    const random = new RandomPieces(() => words, 200);
    for (const product of wanted) assert.equal(random.below(bound), Number(product >> 32n), `below ${bound}`);
  }
  assert.throws(() => new RandomPieces(() => new BigUint64Array(0), 1).next(), RangeError);
});

test('a shuffle puts columns and bits in the order it tells', () => {
  for (const n of [0, 1, 2, 33, 4096, 4097, 8193, 70_001]) {
    const shuffle = randomShuffle(n, fresh);
    const order = shuffle.order();
    assert.deepEqual(order.slice().sort(), identity(n), `${n} elements`);
    const [column, bits] = [fresh(2 * n), new Uint32Array(fresh(packedWords(n)).buffer).slice(0, packedWords(n))];
    const before = [column.slice(), bits.slice()];
    assert.deepEqual(shuffle.apply(column, 2), gatherVector(column, order, 2));
    assert.deepEqual(shuffle.apply(column.subarray(0, n), 1), gatherVector(column.subarray(0, n), order, 1));
    assert.deepEqual(shuffle.applyPacked(bits), maskTail(gatherPacked(bits, n, order), n));
    assert.deepEqual([column, bits], before, 'inputs stay as they were');
  }
  assert.throws(() => randomShuffle(5, fresh).apply(fresh(6), 1), RangeError);
  assert.throws(() => randomShuffle(33, fresh).applyPacked(new Uint32Array(1)), RangeError);
  assert.throws(() => randomShuffle(-1, fresh), RangeError);
});

test('a long shuffle sends every element everywhere alike', () => {
  // Where each of 64 stretches of elements ends up, by stretch: 63·63 degrees of freedom, six standard deviations.
  const [n, stretches] = [1 << 16, 64];
  const size = n / stretches;
  const statistic = (order: Uint32Array) => {
    const counts = new Float64Array(stretches * stretches);
    order.forEach((from, to) => {
      const cell = Math.floor(to / size) * stretches + Math.floor(from / size);
      counts[cell] = (counts[cell] as number) + 1;
    });
    const expected = size / stretches;
    return counts.reduce((s, c) => s + (c - expected) ** 2 / expected, 0);
  };
  const freedom = (stretches - 1) ** 2;
  const limit = 6 * Math.sqrt(2 * freedom);
  assert.ok(Math.abs(statistic(randomShuffle(n, fresh).order()) - freedom) < limit);
  assert.ok(Math.abs(statistic(identity(n)) - freedom) > limit, 'positive control');
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
