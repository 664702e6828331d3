import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bits, column, rowsOf, type PlainTable, tablesOf } from './fixtures/plain-tables.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
console.log(`seed ${seed}`);

const value = fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.constantFrom(-(2n ** 63n), 2n ** 63n - 1n, 0n, -1n, 7n));
const rows = fc
  .oneof(fc.integer({ min: 0, max: 40 }), fc.constantFrom(0, 1, 2, 31, 32, 33))
  .chain((n) => fc.array(fc.tuple(value, fc.constantFrom(0, 1, 1)), { minLength: n, maxLength: n }));
const fraction = fc
  .integer({ min: 1, max: 1000 })
  .chain((denominator) => fc.record({ numerator: fc.integer({ min: 0, max: denominator }), denominator: fc.constant(denominator) }));
const ascending = (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0);

test('quantiles equal those of the plain valid values', async () => {
  await fc.assert(
    fc.asyncProperty(rows, fc.array(fraction, { minLength: 1, maxLength: 3 }), async (list, fractions) => {
      const [x, valid] = [column(list.map((r) => r[0])), bits(list.map((r) => r[1]))];
      const found = await tablesOf(async (c) => {
        const all = await c.quantiles({ column: x(c), bits: 64 }, await valid(c), fractions);
        return all.map((q) => ({ length: 1, columns: [q.lower, q.upper, q.remainder, q.discrete], bits: [] }));
      });
      const sorted = list
        .filter((r) => r[1] === 1)
        .map((r) => r[0])
        .sort(ascending);
      const m = BigInt(sorted.length);
      fractions.forEach(({ numerator, denominator }, i) => {
        const [p, q] = [BigInt(numerator), BigInt(denominator)];
        const way = (m - 1n) * p;
        const share = (m * p + q - 1n) / q;
        const expected =
          m === 0n
            ? [0n, 0n, 0n, 0n]
            : [sorted[Number(way / q)], sorted[Number((way + q - 1n) / q)], way % q, sorted[Number(share === 0n ? 0n : share - 1n)]];
        assert.deepEqual(rowsOf(found[i] as PlainTable), [expected]);
      });
    }),
    { seed, numRuns: 12 },
  );
});

test('the top rows are those of a plain stable sort', async () => {
  await fc.assert(
    fc.asyncProperty(rows, fc.integer({ min: 0, max: 6 }), fc.boolean(), async (list, k, descending) => {
      const [x, number, valid] = [column(list.map((r) => r[0])), column(list.map((_, i) => BigInt(i))), bits(list.map((r) => r[1]))];
      const [found] = await tablesOf(async (c) => {
        const table = { length: list.length, columns: [x(c), number(c)], bits: [] };
        const top = await c.topRows(table, [{ column: x(c), bits: 64, descending }], await valid(c), k);
        return [{ ...top.table, bits: [top.valid] }];
      });
      const sorted = list
        .map((r, i) => [r[0], BigInt(i), BigInt(r[1])])
        .filter((r) => r[2] === 1n)
        .sort((a, b) => (descending ? -1 : 1) * ascending(a[0] as bigint, b[0] as bigint));
      const got = rowsOf(found as PlainTable);
      assert.equal(got.length, k);
      assert.deepEqual(
        got.filter((r) => r[2] === 1n),
        sorted.slice(0, k),
      );
    }),
    { seed, numRuns: 12 },
  );
});

test('a histogram counts valid values between its boundaries', async () => {
  const edges = fc.uniqueArray(value, { maxLength: 5 }).map((b) => b.sort(ascending));
  await fc.assert(
    fc.asyncProperty(rows, edges, async (list, boundaries) => {
      const [x, valid] = [column(list.map((r) => r[0])), bits(list.map((r) => r[1]))];
      const [found] = await tablesOf(async (c) => {
        const counts = await c.histogram({ column: x(c), bits: 64 }, await valid(c), boundaries);
        return [{ length: counts.length, columns: [counts], bits: [] }];
      });
      const expected = Array<bigint>(boundaries.length + 1).fill(0n);
      for (const [v] of list.filter((r) => r[1] === 1)) {
        const at = boundaries.filter((b) => b <= v).length;
        expected[at] = (expected[at] as bigint) + 1n;
      }
      assert.deepEqual(found?.columns, [expected]);
    }),
    { seed, numRuns: 12 },
  );
});
