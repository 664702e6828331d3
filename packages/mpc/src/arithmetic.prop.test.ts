import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Committee, SecretColumn } from '@sluis/technique';
import { deal, PARTIES, reveal, simulateCommittee, stripedCommittee, toColumn } from './simulation/index.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
const runs = { seed, numRuns: 30 };
console.log(`seed ${seed}`);

/** Each program runs in whole vectors, in short stripes, and in the forms that a verifier wants. */
const ways = [undefined, stripedCommittee('semi-honest'), stripedCommittee('malicious')];
let way = 0;
const options = () => {
  const convene = ways[way++ % ways.length];
  return convene === undefined ? {} : { convene };
};

/** Runs a program on dealt columns, and opens the column it gives. */
async function result(
  inputs: readonly (readonly bigint[])[],
  words: number,
  program: (c: Committee, held: readonly SecretColumn[]) => Promise<SecretColumn>,
  out = words,
): Promise<bigint[]> {
  const secrets = inputs.map((values) => deal(values, words));
  const held = (c: Committee) => secrets.map((s) => s[c.me]);
  const { results } = await simulateCommittee(async (c) => c.components(await program(c, held(c))), options());
  return reveal(results, out);
}

/** The bits that a program gives, of dealt columns. */
async function bitsOf(values: readonly bigint[], words: number, program: (c: Committee, a: SecretColumn) => Promise<Uint8Array>) {
  const secret = deal(values, words);
  const { results } = await simulateCommittee((c) => program(c, secret[c.me]), options());
  return [...results[0]];
}

function signed(bits: number) {
  const edge = 1n << BigInt(bits - 1);
  return fc.oneof(fc.bigInt({ min: -edge, max: edge - 1n }), fc.constantFrom(-edge, edge - 1n, -1n, 0n, bits > 1 ? 1n : 0n));
}
const width = fc.oneof(fc.integer({ min: 1, max: 64 }), fc.constantFrom(1, 2, 3, 4, 5, 32, 33, 63, 64, 65, 127, 128));
const sized = width.chain((bits) =>
  fc.record({
    bits: fc.constant(bits),
    words: fc.integer({ min: Math.ceil(bits / 64), max: Math.ceil(bits / 64) + 1 }),
    values: fc.array(signed(bits), { minLength: 1, maxLength: 70 }),
  }),
);
const wrap = (value: bigint, words: number) => BigInt.asIntN(64 * words, value);
const pairs = (bits: number) => fc.array(fc.tuple(signed(bits), signed(bits)), { minLength: 1, maxLength: 40 });
const split = (list: readonly (readonly [bigint, bigint])[]) => [list.map((p) => p[0]), list.map((p) => p[1])] as const;

test('products, sums of products and inner products', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 3 }), pairs(192), async (words, list) => {
      const [x, y] = split(list.map(([a, b]) => [wrap(a, words), wrap(b, words)] as const));
      const products = x.map((v, i) => wrap(v * (y[i] ?? 0n), words));
      assert.deepEqual(await result([x, y], words, (c, [a, b]) => c.multiply(a as SecretColumn, b as SecretColumn)), products);
      assert.deepEqual(
        await result([x, y], words, (c, [a, b]) => c.sumOfProducts([a, b, b] as SecretColumn[], [b, b, a] as SecretColumn[])),
        x.map((v, i) => wrap(2n * v * (y[i] ?? 0n) + (y[i] ?? 0n) ** 2n, words)),
      );
      assert.deepEqual(await result([x, y], words, (c, [a, b]) => c.innerProduct(a as SecretColumn, b as SecretColumn)), [
        wrap(
          products.reduce((s, v) => s + v, 0n),
          words,
        ),
      ]);
    }),
    runs,
  );
});

test('sums along a column, slices and public values', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 2 }), fc.array(signed(128), { minLength: 1, maxLength: 40 }), async (words, list) => {
      const values = list.map((v) => wrap(v, words));
      let sum = 0n;
      const sums = values.map((v) => {
        sum += v;
        return wrap(sum, words);
      });
      assert.deepEqual(await result([values], words, async (c, [a]) => c.prefixSums(a as SecretColumn)), sums);
      assert.deepEqual(await result([values], words, async (c, [a]) => c.total(a as SecretColumn)), sums.slice(-1));
      const from = values.length >> 1;
      assert.deepEqual(await result([values], words, async (c, [a]) => c.slice(a as SecretColumn, from, 1)), values.slice(from, from + 1));
      assert.deepEqual(await result([values], words, async (c) => c.publicColumn(toColumn(values, words), words)), values);
      const { results } = await simulateCommittee(async (c) => c.openColumn(c.publicColumn(toColumn(values, words), words)));
      for (const opened of results) assert.deepEqual(opened, toColumn(values, words));
      const flags = Uint8Array.from(values, (v) => Number(v & 1n));
      const opened = await bitsOf(values, words, (c) => c.openBits(c.sliceBits(c.publicBits(flags), from, values.length - from)));
      assert.deepEqual(opened, [...flags.subarray(from)]);
    }),
    runs,
  );
});

test('bits as numbers, and numbers kept by bits', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 3 }), pairs(192), async (words, list) => {
      const [x, y] = split(list.map(([a, b]) => [wrap(a, words), wrap(b, words)] as const));
      const sign = (c: Committee, a: SecretColumn | undefined) => c.negative(a as SecretColumn, 64 * words);
      assert.deepEqual(
        await result([x], words, async (c, [a]) => c.inject(await sign(c, a), words)),
        x.map((v) => (v < 0n ? 1n : 0n)),
      );
      assert.deepEqual(
        await result([x, y], words, async (c, [a, b]) => c.mask(await sign(c, a), b as SecretColumn)),
        x.map((v, i) => (v < 0n ? (y[i] ?? 0n) : 0n)),
      );
      assert.deepEqual(
        await result([x, y], words, async (c, [a, b]) => c.select(await sign(c, a), a as SecretColumn, b as SecretColumn)),
        x.map((v, i) => (v < 0n ? v : (y[i] ?? 0n))),
      );
    }),
    runs,
  );
});

test('to bits and back, wider, and shifted', async () => {
  await fc.assert(
    fc.asyncProperty(sized, fc.nat(140), async ({ bits, words, values }, shift) => {
      const low = await bitsOf(values, words, async (c, a) => c.openBits(c.concatBits(await c.toBits(a, bits))));
      const expected = Array.from({ length: bits }, (_, b) => values.map((v) => Number((v >> BigInt(b)) & 1n)));
      assert.deepEqual(low, expected.flat());
      assert.deepEqual(await result([values], words, async (c, [a]) => c.fromBits(await c.toBits(a as SecretColumn, bits), words)), values);
      assert.deepEqual(await result([values], words, (c, [a]) => c.widen(a as SecretColumn, bits, words + 1), words + 1), values);
      assert.deepEqual(
        await result([values], words, (c, [a]) => c.shiftRight(a as SecretColumn, shift, bits)),
        values.map((v) => v >> BigInt(shift)),
      );
    }),
    runs,
  );
});

test('equality, at every width', async () => {
  await fc.assert(
    fc.asyncProperty(sized, async ({ bits, words, values }) => {
      const zero = await bitsOf(values, words, async (c, a) => c.openBits(await c.isZero(a, bits)));
      assert.deepEqual(
        zero,
        values.map((v) => Number(v === 0n)),
      );
      const first = values[0] ?? 0n;
      const same = await bitsOf(values, words, async (c, a) => c.openBits(await c.equal(a, c.constant(a.length, words, first), bits)));
      assert.deepEqual(
        same,
        values.map((v) => Number(v === first)),
      );
    }),
    runs,
  );
});

const magnitude = (v: bigint) => (v < 0n ? -v : v);
const away = (v: bigint, d: bigint) => (v < 0n ? -1n : 1n) * ((2n * magnitude(v) + d) / (2n * d));

test('division, exact', async () => {
  const input = fc.constantFrom(3, 8, 20, 33, 64).chain((bits) => fc.record({ bits: fc.constant(bits), list: pairs(bits) }));
  await fc.assert(
    fc.asyncProperty(input, async ({ bits, list }) => {
      const [x, y] = split(list);
      assert.deepEqual(
        await result([x, y], 1, (c, [a, b]) => c.divide(a as SecretColumn, b as SecretColumn, bits)),
        x.map((v, i) => (y[i] ? wrap(v / (y[i] as bigint), 1) : 0n)),
      );
    }),
    { ...runs, numRuns: 9 },
  );
});

test('rescaling, exact, for divisors of every size and values on both sides of every tie', async () => {
  const divisor = fc.oneof(
    fc.bigInt({ min: 1n, max: 200n }),
    fc.integer({ min: 0, max: 20 }).map((e) => 10n ** BigInt(e)),
    fc.integer({ min: 0, max: 129 }).chain((e) => fc.bigInt({ min: 1n << BigInt(e), max: 2n << BigInt(e) })),
  );
  await fc.assert(
    fc.asyncProperty(sized, divisor, async ({ bits, words, values }, d) => {
      const edge = 1n << BigInt(bits - 1);
      const near = values.flatMap((v) => [v, (v / d) * d + d / 2n, (v / d) * d - d / 2n - 1n, (v / d) * d + (d + 1n) / 2n]);
      const inside = near.filter((v) => v >= -edge && v < edge).slice(0, 70);
      assert.deepEqual(
        await result([inside], words, (c, [a]) => c.rescale(a as SecretColumn, d, bits)),
        inside.map((v) => away(v, d)),
      );
    }),
    runs,
  );
});

test('what parties bring themselves, alone and in sums', async () => {
  const list = fc.array(fc.tuple(signed(128), signed(128), signed(128)), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 2 }), list, async (words, rows) => {
      const brought = PARTIES.map((owner) => rows.map((row) => wrap(row[owner] ?? 0n, words)));
      const { results } = await simulateCommittee(async (c) => {
        const own = toColumn(brought[c.me] ?? [], words);
        const alone = [];
        for (const owner of PARTIES) alone.push(await c.input(owner, owner === c.me ? (brought[owner] ?? []) : null, rows.length, words));
        const sums = await c.sumOfInputs([
          { values: own, words },
          { values: own.slice(0, rows.length), words: 1 },
        ]);
        return [...alone, ...sums].map((a) => c.components(a));
      }, options());
      const opened = [words, words, words, words, 1].map((width, i) =>
        reveal(
          results.map((r) => r[i] ?? assert.fail()),
          width,
        ),
      );
      const sum = rows.map((row) => row.reduce((total, v) => total + v, 0n));
      assert.deepEqual(opened, [...brought, sum.map((v) => wrap(v, words)), sum.map((v) => BigInt.asIntN(64, v))]);
    }),
    { ...runs, numRuns: 10 },
  );
});

test('random bits are known to nobody and about half of them are 1', async () => {
  const n = 20_000;
  const { results } = await simulateCommittee(async (c) => {
    const [first, second] = [await c.randomBits(n), await c.randomBits(n)];
    return [await c.openBits(first), await c.openBits(second), await c.openBits(c.xor(first, second))].map((bits) =>
      bits.reduce((total, bit) => total + bit, 0),
    );
  });
  // 6.5 standard deviations: α below 1e-9 for the three counts together.
  for (const ones of results[0]) assert.ok(Math.abs(ones - n / 2) < 3.25 * Math.sqrt(n), `${ones} of ${n}`);
});
