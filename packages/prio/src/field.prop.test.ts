/** The fields' arithmetic against BigInt, at edges, at random, and where limbs are as large as they may be. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { field64 } from './field64.ts';
import { field128 } from './field128.ts';
import { completed, extended, isRoot, oddValues, weightedSum, weightsAt } from './polynomials.ts';
import { powerOfTwo, principalRoot } from './roots.ts';
import { power, type Field, type Vector } from './field.ts';

const fields = [field64, field128];
const edges = ({ modulus: p }: Field): bigint[] =>
  [0n, 1n, 2n, p - 1n, p - 2n, p >> 1n, (1n << 22n) - 1n, 1n << 22n, (1n << 44n) - 1n, (1n << 63n) - 1n, (1n << 32n) - 1n].map(
    (v) => v % p,
  );
const anyOf = (f: Field) => fc.oneof(fc.constantFrom(...edges(f)), fc.bigInt(0n, f.modulus - 1n));

/** What an encoding says, little-endian. */
const said = (bytes: Uint8Array): bigint => bytes.reduceRight((n, byte) => n * 256n + BigInt(byte), 0n);

/** The same element with limbs that are not tidy: each takes or gives up to 3 · 2^22 to the next. */
function loose(f: Field, v: Vector, shifts: readonly number[]): Vector {
  const out = v.slice();
  for (let k = 0; k + 1 < f.limbs; k++) {
    const shift = shifts[k] as number;
    out[k] = (out[k] as number) + shift * 2 ** 22;
    out[k + 1] = (out[k + 1] as number) - shift;
  }
  return out;
}

for (const f of fields) {
  test(`${f.name}: sums, differences and products are those of integers modulo p`, () => {
    fc.assert(
      fc.property(anyOf(f), anyOf(f), (a, b) => {
        const [x, y, out] = [f.constant(a), f.constant(b), f.zeros(1)];
        const p = f.modulus;
        for (const [operation, expected] of [
          [() => f.multiply(out, 0, x, 0, y, 0), (a * b) % p],
          [() => f.add(out, 0, x, 0, y, 0), (a + b) % p],
          [() => f.subtract(out, 0, x, 0, y, 0), (a - b + p) % p],
        ] as const) {
          operation();
          assert.equal(f.get(out, 0), expected);
          assert.equal(said(f.encode(out)), expected, 'the encoding is canonical');
          assert.ok(out.every((limb) => Math.abs(limb) <= 2 ** 22));
        }
      }),
      { numRuns: 3000 },
    );
  });

  test(`${f.name}: products of elements with limbs near 2^24 are exact`, () => {
    const shift = fc.integer({ min: -3, max: 3 });
    const shifts = fc.array(shift, { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(anyOf(f), anyOf(f), shifts, shifts, (a, b, s, t) => {
        const [x, y] = [loose(f, f.constant(a), s), loose(f, f.constant(b), t)];
        f.multiply(x, 0, x, 0, y, 0);
        assert.equal(said(f.encode(x)), (a * b) % f.modulus);
      }),
      { numRuns: 3000 },
    );
    const largest = f.zeros(1).fill(2 ** 24);
    const value = f.get(largest, 0);
    f.multiply(largest, 0, largest, 0, largest, 0);
    assert.equal(f.get(largest, 0), (value * value) % f.modulus);
  });

  test(`${f.name}: decoding takes encodings of numbers below the modulus and no others`, () => {
    const p = f.modulus;
    const bytes = (value: bigint): Uint8Array =>
      Uint8Array.from({ length: f.encodedBytes }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
    for (const value of [...edges(f), p - 1n]) assert.deepEqual(f.encode(f.decode(bytes(value)) as Vector), bytes(value));
    const over = [p, p + 1n, p + (1n << 32n) - 2n, (1n << BigInt(8 * f.encodedBytes)) - 1n];
    for (const value of over) assert.equal(f.decode(bytes(value)), null);
    assert.equal(f.decode(new Uint8Array(f.encodedBytes + 1)), null);
    fc.assert(
      fc.property(fc.bigInt(0n, (1n << BigInt(8 * f.encodedBytes)) - 1n), (value) => {
        const v = f.decode(bytes(value));
        if (value >= p) assert.equal(v, null);
        else assert.equal(f.get(v as Vector, 0), value);
      }),
      { numRuns: 1000 },
    );
  });

  test(`${f.name}: a sum of many elements is still exact`, () => {
    const total = f.zeros(2);
    const top = f.zeros(2);
    f.set(top, 0, f.modulus - 1n);
    f.set(top, 1, (f.modulus >> 1n) + 1n);
    for (let i = 0; i < 20_000; i++) f.addTo(total, top);
    assert.equal(f.get(total, 0), f.modulus - 20_000n);
    assert.equal(said(f.encode(total).subarray(f.encodedBytes)), (((f.modulus >> 1n) + 1n) * 20_000n) % f.modulus);
  });

  test(`${f.name}: values at roots of unity are those of the polynomial`, () => {
    const coefficient = anyOf(f);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5 }), fc.array(coefficient, { minLength: 32, maxLength: 32 }), coefficient, (log, all, t) => {
        const n = 2 ** log;
        const coefficients = all.slice(0, n);
        const at = (x: bigint): bigint => coefficients.reduceRight((sum, c) => (sum * x + c) % f.modulus, 0n);
        const valuesAt = (size: number): bigint[] =>
          Array.from({ length: size }, (_, i) => at(power(principalRoot(f, size), BigInt(i), f.modulus)));
        const vector = (values: bigint[]): Vector => {
          const v = f.zeros(values.length);
          values.forEach((value, i) => {
            f.set(v, i, value);
          });
          return v;
        };
        const values = vector(valuesAt(n));
        assert.deepEqual(f.encode(oddValues(f, values, 0, n)), f.encode(vector(valuesAt(2 * n).filter((_, i) => i % 2 === 1))));
        assert.deepEqual(f.encode(extended(f, values, 0, n, 4 * n)), f.encode(vector(valuesAt(4 * n))));
        const [out, point] = [f.zeros(1), f.constant(t)];
        weightedSum(f, out, 0, values, 0, weightsAt(f, n, point));
        assert.equal(f.get(out, 0), at(t));
        assert.equal(isRoot(f, point, n), power(t, BigInt(n), f.modulus) === 1n);
        for (const size of [powerOfTwo(n + 1), 4 * n]) {
          const given = vector(valuesAt(size).slice(0, Math.max(n, size === 2 * n ? size - 1 : n)));
          assert.deepEqual(f.encode(completed(f, given, size)), f.encode(vector(valuesAt(size))));
        }
      }),
      { numRuns: 40 },
    );
  });
}
