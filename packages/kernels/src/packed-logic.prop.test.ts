import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { element, LENGTHS, longBits, pack, unpack } from './fixtures/exact-columns.ts';
import {
  andBits,
  andXorBits,
  bitsToVector,
  fromSlices,
  lowBits,
  notBits,
  packBits,
  packedWords,
  pairingOrder,
  scatterPacked,
  scatterVector,
  slicePacked,
  toSlices,
  unpackBits,
  xorBits,
} from './index.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
const runs = { seed, numRuns: 100 };
console.log(`seed ${seed}`);

const column = fc.record({ words: fc.integer({ min: 1, max: 3 }), n: fc.constantFrom(...LENGTHS) }).chain(({ words, n }) =>
  fc.record({
    words: fc.constant(words),
    values: fc.array(element(words), { minLength: n, maxLength: n }),
    bits: fc.integer({ min: 1, max: 64 * words }),
  }),
);

test('elements come back from their slices, cut to the bits and with the sign on request', () => {
  fc.assert(
    fc.property(column, fc.boolean(), ({ words, values, bits }, signed) => {
      const slices = toSlices(pack(values, words), words, bits);
      const per = packedWords(values.length);
      if ((values.length & 31) !== 0)
        for (let b = 0; b < bits; b++) slices[(b + 1) * per - 1] = (slices[(b + 1) * per - 1] as number) | (-1 << (values.length & 31));
      const wanted = values.map((v) => BigInt.asUintN(64 * words, signed ? BigInt.asIntN(bits, v) : BigInt.asUintN(bits, v)));
      assert.deepEqual(unpack(fromSlices(slices, values.length, words, bits, signed), words), wanted);
    }),
    runs,
  );
});

test('bits become elements and the lowest bits of elements become bits', () => {
  fc.assert(
    fc.property(column, ({ words, values }) => {
      const wanted = values.map((v) => v & 1n);
      const bits = lowBits(pack(values, words).subarray(0, values.length));
      assert.equal(bits.length, packedWords(values.length));
      assert.deepEqual([...unpackBits(bits, values.length)], wanted.map(Number));
      assert.deepEqual(unpack(bitsToVector(bits, values.length, words), words), wanted);
    }),
    runs,
  );
});

test('logic on packed bits, into a new vector and in place', () => {
  for (const n of [...LENGTHS, 4095, 4096, 4097, 20_000]) {
    const [a, b, c] = [longBits(n, seed), longBits(n, seed + 1), longBits(n, seed + 2)];
    const each = (f: (x: number, y: number, z: number) => number) => a.map((x, i) => f(x, b[i] as number, c[i] as number));
    const [and, xor, andXor] = [each((x, y) => x & y), each((x, y) => x ^ y), each((x, y, z) => (x & y) ^ z)];
    assert.deepEqual(andBits(a, b), and);
    assert.deepEqual(xorBits(a, b), xor);
    assert.deepEqual(
      notBits(a),
      a.map((x) => ~x),
    );
    assert.deepEqual(andXorBits(a, b, c), andXor);
    assert.deepEqual(andXorBits(a, b, c, c), andXor);
    assert.deepEqual(c, andXor);
    assert.deepEqual(xorBits(a, b, b), xor);
    assert.deepEqual(b, xor);
    const inPlace = each((x, y) => x & y);
    assert.deepEqual(andBits(a, b, a), inPlace);
  }
  assert.throws(() => andBits(new Uint32Array(2), new Uint32Array(3)), RangeError);
  assert.throws(() => andBits(new Uint32Array(2), new Uint32Array(2), new Uint32Array(3)), RangeError);
  assert.throws(() => xorBits(new Uint32Array(2), new Uint32Array(2), new Uint32Array(3)), RangeError);
  assert.throws(() => andXorBits(new Uint32Array(2), new Uint32Array(2), new Uint32Array(3)), RangeError);
});

test('a slice of bits starts anywhere', () => {
  const place = fc.nat({ max: 140 });
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 1 }), { maxLength: 300 }), place, place, (list, from, count) => {
      const [start, n] = [Math.min(from, list.length), Math.min(count, Math.max(0, list.length - from))];
      const slice = slicePacked(packBits(Uint8Array.from(list)), list.length, start, n);
      assert.deepEqual(slice, packBits(Uint8Array.from(list.slice(start, start + n))), 'bits beyond are zero too');
    }),
    runs,
  );
  assert.throws(() => slicePacked(new Uint32Array(2), 64, 60, 5), RangeError);
  assert.throws(() => slicePacked(new Uint32Array(2), 64, -1, 5), RangeError);
  assert.throws(() => slicePacked(new Uint32Array(2), 65, 0, 5), RangeError);
});

test('scattered elements and bits stand where the positions say', () => {
  fc.assert(
    fc.property(column, fc.infiniteStream(fc.nat()), ({ words, values }, picks) => {
      const order = values.map((_, i) => ({ i, key: picks.next().value as number })).sort((x, y) => x.key - y.key);
      const index = Uint32Array.from(order, (o) => o.i);
      const wanted = new Array<bigint>(values.length);
      index.forEach((to, i) => {
        wanted[to] = values[i] as bigint;
      });
      assert.deepEqual(unpack(scatterVector(pack(values, words), index, words), words), wanted);
      const bits = packBits(Uint8Array.from(values, (v) => Number(v & 1n)));
      assert.deepEqual(
        [...unpackBits(scatterPacked(bits, values.length, index), values.length)],
        wanted.map((v) => Number(v & 1n)),
      );
    }),
    runs,
  );
  assert.deepEqual(scatterVector(BigUint64Array.of(5n, 6n), Uint32Array.of(1, 1), 1), BigUint64Array.of(0n, 6n), 'the later element stays');
  assert.deepEqual(scatterPacked(Uint32Array.of(1), 2, Uint32Array.of(1, 1)), Uint32Array.of(0), 'the later bit stays');
  assert.throws(() => scatterVector(new BigUint64Array(2), Uint32Array.of(0, 2), 1), RangeError);
  assert.throws(() => scatterVector(new BigUint64Array(2), Uint32Array.of(0), 1), RangeError);
  assert.throws(() => scatterPacked(new Uint32Array(1), 2, Uint32Array.of(0, 2)), RangeError);
});

test('slices that do not fit are refused', () => {
  assert.throws(() => fromSlices(new Uint32Array(3), 32, 1, 2, false), RangeError);
  assert.throws(() => fromSlices(new Uint32Array(65), 32, 1, 65, false), RangeError);
  assert.throws(() => fromSlices(new Uint32Array(0), 32, 1, 0, true), RangeError);
  assert.throws(() => bitsToVector(new Uint32Array(1), 33, 1), RangeError);
});

test('in pairing order, every level of a tree finds its pairs in two halves', () => {
  for (let count = 1; count <= 130; count++) {
    const places = pairingOrder(count);
    let level: string[] = [];
    places.forEach((place, position) => {
      level[place] = `${position}`;
    });
    assert.equal(level.filter((p) => p !== undefined).length, count);
    let wanted = Array.from({ length: count }, (_, i) => `${i}`);
    while (level.length > 1) {
      const pairs = level.length >> 1;
      const rest = level.slice(2 * pairs);
      level = [...level.slice(0, pairs).map((low, i) => `(${low} ${level[pairs + i]})`), ...rest];
      wanted = Array.from({ length: Math.ceil(wanted.length / 2) }, (_, i) =>
        2 * i + 1 < wanted.length ? `(${wanted[2 * i]} ${wanted[2 * i + 1]})` : (wanted[2 * i] as string),
      );
      assert.deepEqual([...level].sort(), [...wanted].sort());
      assert.equal(level[0], wanted[0], 'the first stays first');
    }
  }
});

test('slices go to the places that are asked for', () => {
  const a = pack([5n, 0n, 2n ** 64n - 1n, 77n], 1);
  const plain = toSlices(a, 1, 63);
  const places = pairingOrder(63);
  const ordered = toSlices(a, 1, 63, places);
  places.forEach((place, b) => {
    assert.equal(ordered[place], plain[b], `slice ${b}`);
  });
  assert.throws(() => toSlices(a, 1, 62, places), RangeError);
  assert.throws(() => toSlices(a, 1, 1, Uint32Array.of(1)), RangeError);
});
