import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Committee, SecretBits, SecretColumn } from '@sluis/technique';
import { deal, reveal, simulateCommittee } from './simulation/index.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
const runs = { seed, numRuns: 25 };
console.log(`seed ${seed}`);

type Secret = readonly [SecretColumn, SecretColumn, SecretColumn];

/** Runs a program whose results are columns, and opens them. */
async function columnsOf(words: number, program: (c: Committee) => Promise<SecretColumn[]>): Promise<bigint[][]> {
  const { results } = await simulateCommittee(async (c) => (await program(c)).map((column) => c.components(column)));
  return results[0].map((_, i) =>
    reveal(
      results.map((r) => r[i] ?? assert.fail()),
      words,
    ),
  );
}

const bitsOf = async (program: (c: Committee) => Promise<SecretBits>): Promise<number[]> => {
  const { results } = await simulateCommittee(async (c) => c.openBits(await program(c)));
  assert.deepEqual(results[0], results[1]);
  assert.deepEqual(results[0], results[2]);
  return [...results[0]];
};

const of = (secret: Secret, c: Committee): SecretColumn => secret[c.me];

/** Signed values of at most `bits` bits, boundaries often. */
function signed(bits: number) {
  const edge = 1n << BigInt(bits - 1);
  return fc.oneof(fc.bigInt({ min: -edge, max: edge - 1n }), fc.constantFrom(-edge, edge - 1n, -1n, 0n, bits > 1 ? 1n : 0n));
}

const width = fc.oneof(fc.integer({ min: 1, max: 64 }), fc.constantFrom(1, 2, 3, 32, 33, 63, 64, 65, 127, 128, 129, 192));
const sized = width.chain((bits) => {
  const words = Math.ceil(bits / 64);
  return fc.record({
    bits: fc.constant(bits),
    words: fc.integer({ min: words, max: words + 1 }),
    values: fc.array(signed(bits), { minLength: 1, maxLength: 70 }),
  });
});

test('negative finds the sign at every width', async () => {
  await fc.assert(
    fc.asyncProperty(sized, async ({ bits, words, values }) => {
      const secret = deal(values, words);
      assert.deepEqual(
        await bitsOf((c) => c.negative(of(secret, c), bits)),
        values.map((v) => Number(v < 0n)),
      );
    }),
    runs,
  );
});

test('less and select choose as plain integers do', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.array(fc.tuple(signed(60), signed(60)), { minLength: 1, maxLength: 40 }),
      async (words, pairs) => {
        const [a, b] = [
          deal(
            pairs.map((p) => p[0]),
            words,
          ),
          deal(
            pairs.map((p) => p[1]),
            words,
          ),
        ];
        const [chosen] = await columnsOf(words, async (c) => [await c.select(await c.less(of(a, c), of(b, c), 62), of(a, c), of(b, c))]);
        assert.deepEqual(
          chosen,
          pairs.map((pair) => [...pair].sort((x, y) => Number(x - y))[0]),
        );
      },
    ),
    runs,
  );
});

test('minimum, maximum and the n largest equal sorting', async () => {
  const many = fc.integer({ min: 1, max: 9 }).chain((cells) =>
    fc.record({
      columns: fc.array(fc.array(signed(20), { minLength: cells, maxLength: cells }), { minLength: 1, maxLength: 9 }),
      n: fc.integer({ min: 1, max: 5 }),
      words: fc.integer({ min: 1, max: 2 }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(many, async ({ columns, n, words }) => {
      const secrets = columns.map((values) => deal(values, words));
      const opened = await columnsOf(words, async (c) => {
        const held = secrets.map((s) => of(s, c));
        return [await c.minimum(held, 22), await c.maximum(held, 22), ...(await c.largest(held, n, 22))];
      });
      const cells = columns[0]?.length ?? 0;
      for (let i = 0; i < cells; i++) {
        const sorted = columns.map((values) => values[i] ?? 0n).sort((x, y) => (x < y ? 1 : x > y ? -1 : 0));
        assert.deepEqual(
          opened.map((o) => o[i]),
          [sorted.at(-1), sorted[0], ...sorted.slice(0, n)],
        );
      }
    }),
    runs,
  );
});

test('local operations keep the secret', async () => {
  const list = fc.array(fc.tuple(signed(100), signed(100)), { minLength: 2, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(list, signed(80), async (pairs, k) => {
      const [x, y] = [pairs.map((p) => p[0]), pairs.map((p) => p[1])];
      const [a, b] = [deal(x, 3), deal(y, 3)];
      const reversed = Uint32Array.from(x.map((_, i) => x.length - 1 - i));
      const opened = await columnsOf(3, async (c) => {
        const [s, t] = [of(a, c), of(b, c)];
        return [
          c.add(s, t),
          c.subtract(s, t),
          c.sum([s, t, s]),
          c.scale(s, k),
          c.addConstant(s, k),
          c.gather(s, reversed),
          c.concat([s, t]),
          c.constant(2, 3, k),
          await c.rerandomise(s),
        ];
      });
      const sum = x.map((v, i) => v + (y[i] ?? 0n));
      assert.deepEqual(opened, [
        sum,
        x.map((v, i) => v - (y[i] ?? 0n)),
        sum.map((v, i) => v + (x[i] ?? 0n)),
        x.map((v) => v * k),
        x.map((v) => v + k),
        [...x].reverse(),
        [...x, ...y],
        [k, k],
        x,
      ]);
      const [low] = await columnsOf(1, async (c) => [c.narrow(of(a, c), 1)]);
      assert.deepEqual(
        low,
        x.map((v) => BigInt.asIntN(64, v)),
      );
    }),
    runs,
  );
});

test('bits: not, xor, and, or, gather, concat and groups', async () => {
  const bit = fc.constantFrom(0n, -1n);
  const list = fc.array(fc.tuple(bit, bit), { minLength: 1, maxLength: 70 });
  const groupsOf = (n: number) => fc.array(fc.array(fc.integer({ min: 0, max: n - 1 }), { maxLength: 9 }), { maxLength: 6 });
  const input = list.chain((pairs) => fc.record({ pairs: fc.constant(pairs), groups: groupsOf(pairs.length) }));
  await fc.assert(
    fc.asyncProperty(input, async ({ pairs, groups }) => {
      const [x, y] = [pairs.map((p) => p[0]), pairs.map((p) => p[1])];
      const [a, b] = [deal(x, 1), deal(y, 1)];
      const opened = await bitsOf(async (c) => {
        const [s, t] = [await c.negative(of(a, c), 1), await c.negative(of(b, c), 1)];
        const all = await c.allOf(
          s,
          groups.map((g) => Uint32Array.from(g)),
        );
        const first = c.gatherBits(s, Uint32Array.of(0, 0));
        return c.concatBits([c.not(s), c.xor(s, t), await c.and(s, t), await c.or(s, t), all, first, c.constantBits(3, 1)]);
      });
      const [p, q] = [x.map((v) => Number(v < 0n)), y.map((v) => Number(v < 0n))];
      const at = (list: number[], i: number) => list[i] ?? 0;
      const expected = [p.map((v) => 1 - v), p.map((v, i) => v ^ at(q, i)), p.map((v, i) => v & at(q, i)), p.map((v, i) => v | at(q, i))];
      assert.deepEqual(opened, [...expected.flat(), ...groups.map((g) => Number(g.every((i) => p[i] === 1))), at(p, 0), at(p, 0), 1, 1, 1]);
    }),
    runs,
  );
});
