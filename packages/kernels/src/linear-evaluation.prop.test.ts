import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { chachaPlainly } from './fixtures/plain-chacha.ts';
import { element } from './fixtures/exact-columns.ts';
import { multiplyPlainly } from './fixtures/plain-field.ts';
import { Arena, CONVOLUTION_REACH, FACTOR_TABLE_BYTES, linearEvaluation, MASK_BYTES } from './index.ts';

type Bytes = Uint8Array<ArrayBufferLike>;
const bytesOf = (x: bigint): Bytes => Uint8Array.from({ length: 16 }, (_, k) => Number((x >> BigInt(8 * k)) & 255n));
const elements = (count: number) => fc.array(element(2).map(bytesOf), { minLength: count, maxLength: count });
const join = (parts: readonly Bytes[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
const part = (bytes: Bytes, at: number): Bytes => bytes.slice(16 * at, 16 * at + 16);
const plus = (x: Bytes, y: Bytes): Bytes => x.map((byte, k) => byte ^ (y[k] as number));
const ZERO = new Uint8Array(16);
const runs = { numRuns: 30 };

function ready() {
  const arena = new Arena();
  return { arena, field: arena.attach(linearEvaluation) };
}

test('ChaCha with 20 rounds gives the block of RFC 8439, §2.3.2, and with fewer what the plain form gives', () => {
  const key = Uint8Array.from({ length: 32 }, (_, k) => k);
  const last = Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0x4a, 0, 0, 0, 0);
  assert.equal(
    Buffer.from(chachaPlainly(key, last, 10)).toString('hex'),
    '10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4ed2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e',
  );
  const { arena, field } = ready();
  const seeds = Uint8Array.from({ length: 16 * 9 }, (_, k) => (7 * k) & 255);
  const [at, out] = [arena.place(seeds), arena.reserve(64 * 9)];
  const header = arena.place(Uint8Array.of(...key.subarray(16), ...last));
  for (const [count, doubleRounds, step] of [
    [1, 10, 16],
    [7, 6, 16],
    [9, 4, 16],
    [4, 4, 0],
  ] as const) {
    field.chachaBlocks(at, step, out, count, header, doubleRounds);
    for (let k = 0; k < count; k++) {
      const due = chachaPlainly(
        Uint8Array.of(...part(seeds, step === 0 ? 0 : k), ...key.subarray(16)),
        Uint8Array.of(1 + k, ...last.subarray(1)),
        doubleRounds,
      );
      assert.deepEqual(arena.bytes(out + 64 * k, 64).slice(), due);
    }
  }
});

test('products in GF(2^128) by a table, in pairs and as defined agree', () => {
  const sizes = fc.integer({ min: 1, max: 37 });
  fc.assert(
    fc.property(
      sizes.chain((n) => fc.tuple(elements(n), elements(n), element(2).map(bytesOf))),
      ([x, y, by]) => {
        const { arena, field } = ready();
        const table = arena.reserve(FACTOR_TABLE_BYTES);
        field.multiplyTable(arena.place(by), table);
        const [xAt, out] = [arena.place(join(x)), arena.reserve(16 * x.length)];
        field.multiplyByTable(xAt, out, x.length, table);
        x.forEach((one, i) => {
          assert.deepEqual(part(arena.bytes(out, 16 * x.length), i), multiplyPlainly(one, by));
        });
        field.multiplyPairs(xAt, arena.place(join(y)), xAt, x.length);
        x.forEach((one, i) => {
          assert.deepEqual(part(arena.bytes(xAt, 16 * x.length), i), multiplyPlainly(one, y[i] as Bytes));
        });
      },
    ),
    runs,
  );
});

test('every lane of hornerLanes is its polynomial at the point', () => {
  const [count, gap] = [5, 3];
  fc.assert(
    fc.property(elements(16 * (count + gap)), element(2).map(bytesOf), (x, point) => {
      const { arena, field } = ready();
      const [table, sums] = [arena.reserve(FACTOR_TABLE_BYTES), arena.reserve(256)];
      field.multiplyTable(arena.place(point), table);
      const at = arena.place(join(x));
      for (const [from, n] of [
        [0, 2],
        [2, 0],
        [2, count - 2],
      ] as const) {
        field.hornerLanes(at + 16 * from, 16 * (count + gap), n, table, sums);
      }
      field.turnElements(sums);
      for (let lane = 0; lane < 16; lane++) {
        const own = x.slice(lane * (count + gap), lane * (count + gap) + count);
        const due = own.reduce((sum, one) => plus(multiplyPlainly(sum, point), one), ZERO as Bytes);
        assert.deepEqual(part(arena.bytes(sums, 256), lane), due);
      }
    }),
    runs,
  );
});

test('sums of classes, sums of powers and transposed columns are what they say', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 11 }), elements(256), (count, x) => {
      const { arena, field } = ready();
      const [at, sums] = [arena.place(join(x)), arena.reserve(64)];
      field.sumClasses(at, count, sums);
      for (let c = 0; c < 4; c++) {
        const due = x.slice(0, count).reduce((sum, one, k) => (k % 4 === c ? plus(sum, one) : sum), ZERO as Bytes);
        assert.deepEqual(part(arena.bytes(sums, 64), c), due);
      }
      field.sumPowers(at, sums, 2);
      for (let i = 0; i < 2; i++) {
        const due = x
          .slice(128 * i, 128 * i + 128)
          .reduce((sum, one, j) => plus(sum, multiplyPlainly(one, bytesOf(1n << BigInt(j)))), ZERO as Bytes);
        assert.deepEqual(part(arena.bytes(sums, 32), i), due);
      }
      const [rows, work] = [arena.reserve(16 * 256), arena.reserve(256)];
      field.transposeColumns(at, 32, rows, 2, work);
      const out = arena.bytes(rows, 16 * 256);
      const bit = (bytes: Bytes, k: number) => ((bytes[k >> 3] as number) >> (k & 7)) & 1;
      const all = join(x);
      for (let i = 0; i < 256; i++) {
        for (let j = 0; j < 128; j++) assert.equal(bit(out, 128 * i + j), bit(all, 256 * j + i));
      }
    }),
    { numRuns: 5 },
  );
});

test('one group is added to, and one element is placed, or none', () => {
  fc.assert(
    fc.property(elements(12), elements(4), fc.integer({ min: -1, max: 3 }), (x, four, which) => {
      const { arena, field } = ready();
      const [at, added] = [arena.place(join(x)), arena.place(join(four))];
      field.addToGroup(at, 3, which, added);
      const due = x.map((one, i) => (i >> 2 === which ? plus(one, four[i & 3] as Bytes) : one));
      assert.deepEqual(arena.bytes(at, 16 * 12).slice(), join(due));
      field.placeElement(at, 32, 3, which, added);
      const placed = due.map((one, i) => (i % 2 === 1 || i >= 6 ? one : i / 2 === which ? (four[0] as Bytes) : ZERO));
      assert.deepEqual(arena.bytes(at, 16 * 12).slice(), join(placed));
    }),
    runs,
  );
});

test('convolution follows its equation, and sums are gathered from where the random words say', () => {
  const [size, rows, weight, parts] = [41, 7, 5, 2];
  const words = fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { minLength: rows * weight, maxLength: rows * weight });
  const bits = fc.uint8Array({ minLength: 3 * size + 1, maxLength: 3 * size + 1 });
  fc.assert(
    fc.property(elements(CONVOLUTION_REACH + size), bits, words, elements(rows), (x, chosen, random, start) => {
      const { arena, field } = ready();
      const masks = arena.reserve(MASK_BYTES);
      field.prepareMasks(masks);
      const at = arena.place(join(x));
      const vector = at + 16 * CONVOLUTION_REACH;
      field.convolve(vector, size, arena.place(chosen), masks);
      const due = [...x];
      for (let i = 0; i < size; i++) {
        const here = CONVOLUTION_REACH + i;
        let sum = plus(due[here] as Bytes, due[i] as Bytes);
        for (let j = 1; j <= 24; j++) {
          if (((chosen[3 * i + ((j - 1) >> 3)] as number) >> ((j - 1) & 7)) & 1) sum = plus(sum, due[here - j] as Bytes);
        }
        due[here] = sum;
      }
      assert.deepEqual(arena.bytes(at, 16 * due.length).slice(), join(due));
      const span = Math.floor(size / parts);
      const [stream, out] = [arena.place(new Uint8Array(Uint32Array.from(random).buffer)), arena.place(join(start))];
      field.gatherSums(vector, BigInt(size), BigInt(span), parts, weight, stream, out, rows);
      for (let r = 0; r < rows; r++) {
        let sum = start[r] as Bytes;
        for (let k = 0; k < weight; k++) {
          const drawn = random[r * weight + k] as number;
          const place = k < parts ? k * span + Math.floor((drawn * span) / 2 ** 32) : Math.floor((drawn * size) / 2 ** 32);
          sum = plus(sum, due[CONVOLUTION_REACH + place] as Bytes);
        }
        assert.deepEqual(part(arena.bytes(out, 16 * rows), r), sum);
      }
    }),
    runs,
  );
});

test('records of two elements are convolved and gathered as their elements are', () => {
  const [size, rows, weight, parts] = [30, 4, 3, 1];
  const reach = CONVOLUTION_REACH;
  const random = fc.uint8Array({ minLength: 4 * rows * weight, maxLength: 4 * rows * weight });
  const bits = fc.uint8Array({ minLength: 3 * size + 1, maxLength: 3 * size + 1 });
  fc.assert(
    fc.property(elements(reach + size), elements(reach + size), bits, random, (x, y, chosen, words) => {
      const { arena, field } = ready();
      const masks = arena.reserve(MASK_BYTES);
      field.prepareMasks(masks);
      const pairs = arena.place(new Uint8Array(32 * (reach + size)).fill(9));
      field.spread(arena.place(join(x)), pairs, reach + size);
      y.forEach((one, k) => {
        assert.ok(arena.bytes(pairs + 32 * k + 16, 16).every((byte) => byte === 9));
        arena.bytes(pairs + 32 * k + 16, 16).set(one);
      });
      const [bitsAt, wordsAt] = [arena.place(chosen), arena.place(words)];
      field.convolvePairs(pairs + 32 * reach, size, bitsAt, masks);
      const [left, right] = [arena.place(new Uint8Array(16 * rows).fill(1)), arena.place(new Uint8Array(16 * rows).fill(2))];
      field.gatherPairSums(pairs + 32 * reach, BigInt(size), BigInt(size), parts, weight, wordsAt, left, right, rows);
      for (const [single, sums, start] of [
        [x, left, 1],
        [y, right, 2],
      ] as const) {
        const at = arena.place(join(single)) + 16 * reach;
        field.convolve(at, size, bitsAt, masks);
        const out = arena.place(new Uint8Array(16 * rows).fill(start));
        field.gatherSums(at, BigInt(size), BigInt(size), parts, weight, wordsAt, out, rows);
        assert.deepEqual(arena.bytes(sums, 16 * rows).slice(), arena.bytes(out, 16 * rows).slice());
      }
    }),
    runs,
  );
});
