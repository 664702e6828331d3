import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Committee, SecretTable } from '@sluis/technique';
import fc from 'fast-check';
import { sortByBits, sortByComparisons } from './sort.ts';
import { compareRows, type PlainTable, rowsOf, table, tablesOf } from './fixtures/plain-tables.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
console.log(`seed ${seed}`);

/** Values of at most `bits` bits: often equal, often extreme. */
export const keyValue = (bits: number) => {
  const edge = 1n << BigInt(bits - 1);
  const near = bits > 3 ? [-1n, 0n, 1n, 2n] : [0n, -1n];
  return fc.oneof(fc.bigInt({ min: -edge, max: edge - 1n }), fc.constantFrom(-edge, edge - 1n, ...near));
};

const bit = fc.integer({ min: 0, max: 1 });
const lengths = fc.oneof(fc.integer({ min: 0, max: 70 }), fc.constantFrom(0, 1, 2, 31, 32, 33, 63, 64, 65));

/** Two keys of one and two words, a payload of two words, and two bits. */
const plainTable = lengths.chain((n) =>
  fc.record({
    first: fc
      .integer({ min: 1, max: 64 })
      .chain((bits) => fc.record({ bits: fc.constant(bits), values: fc.array(keyValue(bits), { minLength: n, maxLength: n }) })),
    second: fc
      .constantFrom(2, 3, 64, 65, 100, 128)
      .chain((bits) => fc.record({ bits: fc.constant(bits), values: fc.array(keyValue(bits), { minLength: n, maxLength: n }) })),
    payload: fc.array(keyValue(128), { minLength: n, maxLength: n }),
    bits: fc.tuple(fc.array(bit, { minLength: n, maxLength: n }), fc.array(bit, { minLength: n, maxLength: n })),
  }),
);

const asTable = (t: { first: { values: bigint[] }; second: { values: bigint[] }; payload: bigint[]; bits: number[][] }): PlainTable => ({
  length: t.payload.length,
  columns: [t.first.values, t.second.values, t.payload],
  words: [1, 2, 2],
  bits: t.bits,
});

const on = async (plain: PlainTable, work: (c: Committee, t: SecretTable) => Promise<SecretTable>): Promise<bigint[][]> => {
  const dealt = table(plain);
  const [out] = await tablesOf(async (c) => [await work(c, await dealt(c))]);
  return rowsOf(out as PlainTable);
};

test('a shuffle keeps the rows', async () => {
  await fc.assert(
    fc.asyncProperty(plainTable, async (t) => {
      const plain = asTable(t);
      const shuffled = await on(plain, (c, s) => c.shuffle(s));
      assert.deepEqual(shuffled.sort(compareRows), rowsOf(plain).sort(compareRows));
    }),
    { seed, numRuns: 20 },
  );
});

test('sorting equals a stable plain sort, for one and two keys, up and down', async () => {
  await fc.assert(
    fc.asyncProperty(plainTable, fc.boolean(), fc.boolean(), fc.boolean(), async (t, down, downToo, both) => {
      const plain = asTable(t);
      const sorted = await on(plain, (c, s) =>
        c.sort(s, [
          { column: s.columns[0] ?? assert.fail(), bits: t.first.bits, descending: down },
          ...(both ? [{ column: s.columns[1] ?? assert.fail(), bits: t.second.bits, descending: downToo }] : []),
        ]),
      );
      const sign = (a: bigint, b: bigint, turned: boolean) => (a === b ? 0 : a < b === turned ? 1 : -1);
      const expected = rowsOf(plain).sort(
        (a, b) => sign(a[0] as bigint, b[0] as bigint, down) || (both ? sign(a[1] as bigint, b[1] as bigint, downToo) : 0),
      );
      assert.deepEqual(sorted, expected);
    }),
    { seed, numRuns: 30 },
  );
});

test('partition moves chosen rows to the front and keeps their order', async () => {
  await fc.assert(
    fc.asyncProperty(plainTable, async (t) => {
      const plain = asTable(t);
      const moved = await on(plain, (c, s) => c.partition(s, s.bits[1] ?? assert.fail()));
      const rows = rowsOf(plain);
      assert.deepEqual(moved, [...rows.filter((r) => r[4] === 1n), ...rows.filter((r) => r[4] === 0n)]);
    }),
    { seed, numRuns: 20 },
  );
});

test('sorting bit by bit gives what sorting by comparisons gives', async () => {
  await fc.assert(
    fc.asyncProperty(plainTable, fc.integer({ min: 1, max: 6 }), fc.boolean(), fc.boolean(), async (t, width, descending, led) => {
      const plain = { ...asTable(t), columns: [t.first.values.map((v) => BigInt.asIntN(width, v)), t.second.values, t.payload] };
      const ways = [sortByBits, sortByComparisons].map((way) =>
        on(plain, (c, s) => {
          const keys = [{ column: s.columns[0] ?? assert.fail(), bits: width, descending }];
          return way(c, s, keys, led ? (s.bits[0] ?? assert.fail()) : null);
        }),
      );
      const [byBits, byComparisons] = await Promise.all(ways);
      assert.deepEqual(byBits, byComparisons);
    }),
    { seed, numRuns: 30 },
  );
});
