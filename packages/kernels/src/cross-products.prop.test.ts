import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { element, LENGTHS, pack, unpack } from './fixtures/exact-columns.ts';
import { crossAnd, crossAnd2, crossDot, crossMultiply, crossSumOfProducts, prefixSums, sumVector } from './index.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
const runs = { seed, numRuns: 60 };
console.log(`seed ${seed}`);

/** Six columns (a, c, b, d and two masks) of one shape. */
const six = fc.record({ words: fc.integer({ min: 1, max: 3 }), n: fc.constantFrom(...LENGTHS) }).chain(({ words, n }) =>
  fc.record({
    words: fc.constant(words),
    columns: fc.array(fc.array(element(words), { minLength: n, maxLength: n }), { minLength: 6, maxLength: 6 }),
  }),
);
const at = (values: readonly bigint[] | undefined, i: number) => values?.[i] as bigint;

test('cross products equal the terms on plain integers', () => {
  fc.assert(
    fc.property(six, ({ words, columns }) => {
      const [a, c, b, d, m0, m1] = columns as [bigint[], bigint[], bigint[], bigint[], bigint[], bigint[]];
      const [pa, pc, pb, pd, p0, p1] = columns.map((v) => pack(v, words)) as [
        BigUint64Array,
        BigUint64Array,
        BigUint64Array,
        BigUint64Array,
        BigUint64Array,
        BigUint64Array,
      ];
      const mod = (v: bigint) => BigInt.asUintN(64 * words, v);
      const terms = a.map((x, i) => x * at(b, i) + x * at(d, i) + at(c, i) * at(b, i));
      const masked = terms.map((t, i) => mod(t + at(m0, i) - at(m1, i)));
      assert.deepEqual(unpack(crossMultiply(pa, pc, pb, pd, p0, p1, words), words), masked);
      assert.deepEqual(unpack(crossDot(pa, pc, pb, pd, words), words), [mod(terms.reduce((s, t) => s + t, 0n))]);
      const second = m0.map((x, i) => x * at(d, i) + x * at(c, i) + at(m1, i) * at(d, i));
      assert.deepEqual(
        unpack(crossSumOfProducts([pa, p0], [pc, p1], [pb, pd], [pd, pc], p0, p1, words), words),
        masked.map((v, i) => mod(v + at(second, i))),
      );
      let running = 0n;
      const sums = a.map((x) => {
        running = mod(running + x);
        return running;
      });
      assert.deepEqual(unpack(prefixSums(pa, words), words), sums);
      assert.deepEqual(unpack(sumVector(pa, words), words), [running]);
    }),
    runs,
  );
});

test('a sum of no products is the sharing of zero alone', () => {
  assert.deepEqual(crossSumOfProducts([], [], [], [], BigUint64Array.of(5n), BigUint64Array.of(7n), 1), BigUint64Array.of(2n ** 64n - 2n));
});

test('two masks of a conjunction count as their exclusive or', () => {
  const word = fc.integer({ min: 0, max: 0xffff_ffff });
  fc.assert(
    fc.property(fc.array(fc.array(word, { minLength: 6, maxLength: 6 }), { maxLength: 40 }), (rows) => {
      const column = (k: number) => Uint32Array.from(rows, (r) => r[k] as number);
      const [a, c, b, d, m0, m1] = [0, 1, 2, 3, 4, 5].map(column) as [
        Uint32Array,
        Uint32Array,
        Uint32Array,
        Uint32Array,
        Uint32Array,
        Uint32Array,
      ];
      const mask = m0.map((m, i) => m ^ (m1[i] as number));
      const wanted = rows.map(([p = 0, q = 0, r = 0, s = 0, t = 0, u = 0]) => ((p & r) ^ (p & s) ^ (q & r) ^ t ^ u) >>> 0);
      assert.deepEqual([...crossAnd(a, c, b, d, mask)], wanted);
      assert.deepEqual([...crossAnd2(a, c, b, d, m0, m1)], wanted);
      assert.equal(crossAnd2(a, c, b, d, m0, m1, a), a, 'in place');
      assert.deepEqual([...a], wanted);
    }),
    runs,
  );
});

test('columns of different shapes are refused', () => {
  const [two, three] = [new BigUint64Array(2), new BigUint64Array(3)];
  for (let wrong = 0; wrong < 6; wrong++) {
    const at = (i: number) => (i === wrong ? three : two);
    assert.throws(() => crossMultiply(at(0), at(1), at(2), at(3), at(4), at(5), 1), RangeError, `crossMultiply ${wrong}`);
    if (wrong < 4) assert.throws(() => crossDot(at(0), at(1), at(2), at(3), 1), RangeError, `crossDot ${wrong}`);
    assert.throws(
      () => crossSumOfProducts([two, at(0)], [two, at(1)], [two, at(2)], [two, at(3)], at(4), at(5), 1),
      RangeError,
      `crossSumOfProducts ${wrong}`,
    );
    const bits = (i: number) => new Uint32Array(i === wrong ? 3 : 2);
    assert.throws(() => crossAnd2(bits(0), bits(1), bits(2), bits(3), bits(4), bits(5)), RangeError, `crossAnd2 ${wrong}`);
  }
  assert.throws(() => crossSumOfProducts([two], [two], [two], [], two, two, 1), RangeError);
  assert.throws(() => crossMultiply(three, three, three, three, three, three, 2), RangeError);
  assert.throws(() => crossAnd2(...([0, 1, 2, 3, 4, 5].map(() => new Uint32Array(2)) as Six), new Uint32Array(1)), RangeError);
  assert.throws(() => prefixSums(three, 2), RangeError);
  assert.throws(() => sumVector(three, 0), RangeError);
});

type Six = [Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array, Uint32Array];
