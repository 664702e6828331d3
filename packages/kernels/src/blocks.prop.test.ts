/** Every kernel around the boundaries of its blocks, against plain integers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LENGTHS, longBits, longColumn, pack, unpack } from './fixtures/exact-columns.ts';
import {
  addVectors,
  bitsToVector,
  crossAnd,
  crossAnd2,
  crossDot,
  crossMultiply,
  crossSumOfProducts,
  fromSlices,
  lowBits,
  maskVector,
  multiplyVectors,
  negateVector,
  packBits,
  packedWords,
  prefixSums,
  scaleVector,
  subtractVectors,
  sumVector,
  toSlices,
  unpackBits,
} from './index.ts';
import { BLOCK } from './module.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
console.log(`seed ${seed}`);

type Six = [BigUint64Array, BigUint64Array, BigUint64Array, BigUint64Array, BigUint64Array, BigUint64Array];
const around = (size: number) => [size - 1, size, size + 1, 2 * size - 1, 2 * size, 2 * size + 33];
const lengthsFor = (words: number) => [...LENGTHS, ...around(Math.floor(BLOCK / words)), 4095, 4097];
const columns = (n: number) => [0, 1, 2, 3, 4, 5].map((k) => longColumn(n, seed + 7 * k)) as Six;

for (const words of [1, 2, 3, 5]) {
  test(`ring operations on ${words} words, at every boundary of a block`, () => {
    for (const n of lengthsFor(words)) {
      const [a, b] = columns(n * words);
      const [x, y] = [unpack(a, words), unpack(b, words)];
      const check = (name: string, got: BigUint64Array, want: (p: bigint, q: bigint) => bigint) =>
        assert.deepEqual(
          unpack(got, words),
          x.map((p, i) => BigInt.asUintN(64 * words, want(p, y[i] as bigint))),
          `${name}, ${n} elements`,
        );
      check('add', addVectors(a, b, words), (p, q) => p + q);
      check('subtract', subtractVectors(a, b, words), (p, q) => p - q);
      check('multiply', multiplyVectors(a, b, words), (p, q) => p * q);
      check('negate', negateVector(a, words), (p) => -p);
      check('scale', scaleVector(a, (1n << 77n) - 12_345n, words), (p) => p * ((1n << 77n) - 12_345n));
      const both = a.slice();
      assert.equal(addVectors(both, b, words, both), both, 'in place');
      check('add in place', both, (p, q) => p + q);
      check('multiply in place', multiplyVectors(b, a, words, a), (p, q) => p * q);
    }
  });

  test(`cross products and sums on ${words} words, at every boundary of a block`, () => {
    for (const n of lengthsFor(words)) {
      const six = columns(n * words);
      const [a, c, b, d, m, w] = six.map((v) => unpack(v, words)) as [bigint[], bigint[], bigint[], bigint[], bigint[], bigint[]];
      const at = (v: readonly bigint[], i: number) => v[i] as bigint;
      const mod = (v: bigint) => BigInt.asUintN(64 * words, v);
      const terms = a.map((p, i) => p * (at(b, i) + at(d, i)) + at(c, i) * at(b, i));
      const masked = terms.map((t, i) => mod(t + at(m, i) - at(w, i)));
      const [p0, p1, p2, p3, p4, p5] = six;
      assert.deepEqual(unpack(crossMultiply(...six, words), words), masked, `crossMultiply, ${n}`);
      assert.deepEqual(unpack(crossDot(p0, p1, p2, p3, words), words), [mod(terms.reduce((s, t) => s + t, 0n))], `crossDot, ${n}`);
      const twice = unpack(crossSumOfProducts([p0, p0], [p1, p1], [p2, p2], [p3, p3], p4, p5, words), words);
      assert.deepEqual(
        twice,
        masked.map((v, i) => mod(v + at(terms, i))),
        `crossSumOfProducts, ${n}`,
      );
      let running = 0n;
      const sums = a.map((v) => {
        running = mod(running + v);
        return running;
      });
      assert.deepEqual(unpack(prefixSums(p0, words), words), sums, `prefixSums, ${n}`);
      assert.deepEqual(unpack(sumVector(p0, words), words), [running], `sumVector, ${n}`);
    }
  });

  test(`slices and masks of ${words} words, at every boundary of a block`, () => {
    for (const n of [...LENGTHS, ...around(BLOCK)]) {
      const [a] = columns(n * words);
      const x = unpack(a, words);
      for (const bits of [1, 31, 32, 33, 63, 64, 64 * words - 63, 64 * words - 1, 64 * words].filter((b) => b >= 1 && b <= 64 * words)) {
        const slices = toSlices(a, words, bits);
        const per = packedWords(n);
        const b = (seed + n) % bits;
        const wanted = x.map((v) => Number((v >> BigInt(b)) & 1n));
        assert.deepEqual([...unpackBits(slices.subarray(b * per, (b + 1) * per), n)], wanted, `slice ${b} of ${bits}, ${n}`);
        const back = unpack(fromSlices(slices, n, words, bits, true), words);
        assert.deepEqual(
          back,
          x.map((v) => BigInt.asUintN(64 * words, BigInt.asIntN(bits, v))),
          `${bits} slices and back, ${n}`,
        );
      }
      const bits = longBits(packedWords(n), seed + 1);
      const each = [...unpackBits(bits, n)];
      assert.deepEqual(
        unpack(maskVector(bits, a, words), words),
        x.map((v, i) => (each[i] === 1 ? v : 0n)),
        `maskVector, ${n}`,
      );
      assert.deepEqual(unpack(bitsToVector(bits, n, words), words), each.map(BigInt), `bitsToVector, ${n}`);
      assert.deepEqual(
        [...unpackBits(lowBits(a.subarray(0, n)), n)],
        x.map((v) => Number(v & 1n)),
        `lowBits, ${n}`,
      );
    }
  });
}

test('carries and borrows run through any number of words', () => {
  for (const words of [1, 2, 3, 4]) {
    const top = 1n << BigInt(64 * words);
    const powers = Array.from({ length: 64 * words }, (_, k) => 1n << BigInt(k)).filter(
      (_, k) => k % 64 < 2 || k % 64 > 61 || k % 64 === 32,
    );
    const edges = [...new Set(powers.flatMap((p) => [p - 1n, p, p + 1n, top - p - 1n, top - p]))];
    const x = edges.flatMap((e) => edges.map(() => e));
    const y = edges.flatMap(() => edges);
    const [a, b] = [pack(x, words), pack(y, words)];
    const mod = (f: (p: bigint, q: bigint) => bigint) => x.map((p, i) => BigInt.asUintN(64 * words, f(p, y[i] as bigint)));
    assert.deepEqual(
      unpack(addVectors(a, b, words), words),
      mod((p, q) => p + q),
    );
    assert.deepEqual(
      unpack(subtractVectors(a, b, words), words),
      mod((p, q) => p - q),
    );
    assert.deepEqual(
      unpack(multiplyVectors(a, b, words), words),
      mod((p, q) => p * q),
    );
    assert.deepEqual(
      unpack(crossMultiply(a, b, b, a, a, b, words), words),
      mod((p, q) => p * (q + p) + q * q + p - q),
    );
    let running = 0n;
    const sums = x.map((p, i) => {
      running += p - (y[i] as bigint);
      return BigInt.asUintN(64 * words, running);
    });
    assert.deepEqual(unpack(prefixSums(subtractVectors(a, b, words), words), words), sums);
  }
});

test('packed bits at every boundary of a block', () => {
  for (const n of [...LENGTHS, ...around(2 * BLOCK), ...around(8 * BLOCK)]) {
    const vectors = [0, 1, 2, 3, 4, 5].map((k) => longBits(n, seed + 3 * k)) as [
      Uint32Array,
      Uint32Array,
      Uint32Array,
      Uint32Array,
      Uint32Array,
      Uint32Array,
    ];
    const [a, c, b, d, m, w] = vectors;
    const at = (v: Uint32Array, i: number) => v[i] as number;
    const one = a.map((p, i) => (p & (at(b, i) ^ at(d, i))) ^ (at(c, i) & at(b, i)) ^ at(m, i));
    assert.deepEqual(crossAnd(a, c, b, d, m), one, `crossAnd, ${n}`);
    assert.deepEqual(
      crossAnd2(...vectors),
      one.map((v, i) => v ^ at(w, i)),
      `crossAnd2, ${n}`,
    );
    const bytes = Uint8Array.from({ length: n }, (_, i) => (at(a, i) >>> (i & 31)) & 0xff);
    const packed = packBits(bytes);
    assert.equal(packed.length, packedWords(n));
    assert.deepEqual(
      unpackBits(packed, n),
      bytes.map((v) => v & 1),
      `pack and unpack, ${n}`,
    );
    if ((n & 31) !== 0) assert.equal(at(packed, packed.length - 1) >>> (n & 31), 0, 'bits beyond are zero');
  }
});

test('a stream of masks counts as the column that it would fill', () => {
  const stream = (bytes: Uint8Array) => {
    let next = 0;
    return {
      fill(out: Uint8Array) {
        out.set(bytes.subarray(next, next + out.length));
        next += out.length;
      },
    };
  };
  for (const words of [1, 2, 3]) {
    for (const n of [0, 1, 3, 33, 2 * BLOCK + 5]) {
      const [a, c, b, d, m, w] = columns(n * words);
      const bytes = (v: BigUint64Array) => new Uint8Array(v.buffer);
      const wanted = crossMultiply(a, c, b, d, m, w, words);
      assert.deepEqual(crossMultiply(a, c, b, d, stream(bytes(m)), stream(bytes(w)), words), wanted, `${words} words, ${n}`);
      assert.deepEqual(crossMultiply(a, c, b, d, m, stream(bytes(w)), words), wanted);
      assert.deepEqual(crossSumOfProducts([a], [c], [b], [d], stream(bytes(m)), w, words), wanted);
      if (words > 1) continue;
      const [pa, pc, pb, pd, pm, pw] = [a, c, b, d, m, w].map((v) => new Uint32Array(v.buffer)) as [
        Uint32Array,
        Uint32Array,
        Uint32Array,
        Uint32Array,
        Uint32Array,
        Uint32Array,
      ];
      assert.deepEqual(crossAnd2(pa, pc, pb, pd, stream(bytes(m)), stream(bytes(w))), crossAnd2(pa, pc, pb, pd, pm, pw));
    }
  }
});

test('nothing of an earlier column reaches what a later one makes', () => {
  const secret = new BigUint64Array(BLOCK + 64).fill(2n ** 64n - 1n);
  for (const n of [1, 2, 3, 31, 33, 63, 65, BLOCK + 1, BLOCK + 33]) {
    const zeros = new BigUint64Array(n);
    const fillSlots = () => {
      addVectors(secret, secret, 1);
      crossMultiply(secret, secret, secret, secret, secret, secret, 1);
      toSlices(secret, 1, 64);
      unpackBits(new Uint32Array(4096).fill(0xffff_ffff), 131_072);
    };
    const clean = (name: string, made: () => BigUint64Array | Uint32Array | Uint8Array) => {
      fillSlots();
      assert.ok(
        new Uint8Array(made().buffer).every((byte) => byte === 0),
        `${name}, ${n}`,
      );
    };
    clean('toSlices', () => toSlices(zeros, 1, 64));
    clean('toSlices of two words', () => toSlices(new BigUint64Array(2 * n), 2, 100));
    clean('lowBits', () => lowBits(zeros));
    clean('packBits', () => packBits(new Uint8Array(n)));
    clean('unpackBits', () => unpackBits(new Uint32Array(packedWords(n)), n));
    clean('fromSlices', () => fromSlices(new Uint32Array(5 * packedWords(n)), n, 2, 5, true));
    clean('bitsToVector', () => bitsToVector(new Uint32Array(packedWords(n)), n, 2));
    clean('maskVector', () => maskVector(new Uint32Array(packedWords(n)), secret.slice(0, n), 1));
    clean('sumVector', () => sumVector(zeros, 1));
    clean('crossDot', () => crossDot(zeros, zeros, zeros, zeros, 1));
    clean('crossAnd', () => crossAnd(...([0, 1, 2, 3, 4].map(() => new Uint32Array(n)) as Parameters<typeof crossAnd>)));
    clean('prefixSums', () => prefixSums(new BigUint64Array(2 * n), 2));
  }
});
