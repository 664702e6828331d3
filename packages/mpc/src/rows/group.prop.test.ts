import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SecretAggregate } from '@sluis/technique';
import fc from 'fast-check';
import { bits, column, type PlainTable, rowsOf, tablesOf } from './fixtures/plain-tables.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
console.log(`seed ${seed}`);

const number = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const rowLists = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constantFrom(0, 1, 2, 31, 32, 33, 64, 65)).chain((n) =>
  fc.array(
    fc.record({
      a: fc.oneof(fc.constantFrom(-2n, -1n, 0n, 1n), number),
      b: fc.constantFrom(0n, 1n, -1n),
      x: fc.oneof(number, fc.bigInt({ min: -3n, max: 3n })),
      y: fc.bigInt({ min: -(2n ** 60n), max: 2n ** 60n }),
      valid: fc.boolean(),
    }),
    { minLength: n, maxLength: n },
  ),
);
type Row = { a: bigint; b: bigint; x: bigint; y: bigint; valid: boolean };

/** Per group (a, b): sum of y, least and largest x, count; in order of the keys. */
function expected(rows: readonly Row[]): bigint[][] {
  const groups = new Map<string, bigint[]>();
  for (const { a, b, x, y } of rows.filter((r) => r.valid)) {
    const [, , sum, least, largest, count] = groups.get(`${a} ${b}`) ?? [a, b, 0n, x, x, 0n];
    groups.set(`${a} ${b}`, [
      a,
      b,
      (sum as bigint) + y,
      x < (least as bigint) ? x : (least as bigint),
      x > (largest as bigint) ? x : (largest as bigint),
      (count as bigint) + 1n,
    ]);
  }
  return [...groups.values()].sort((p, q) =>
    (p[0] as bigint) !== (q[0] as bigint) ? ((p[0] as bigint) < (q[0] as bigint) ? -1 : 1) : (p[1] as bigint) < (q[1] as bigint) ? -1 : 1,
  );
}

async function grouped(rows: readonly Row[], slots: number): Promise<bigint[][]> {
  const [a, b, x] = [column(rows.map((r) => r.a)), column(rows.map((r) => r.b)), column(rows.map((r) => r.x))];
  const y = column(
    rows.map((r) => (r.valid ? r.y : 0n)),
    2,
  );
  const valid = bits(rows.map((r) => Number(r.valid)));
  const [out] = await tablesOf(async (c) => {
    const keys = [
      { column: a(c), bits: 64 },
      { column: b(c), bits: 2 },
    ];
    const aggregates: SecretAggregate[] = [
      { kind: 'sum', column: y(c) },
      { kind: 'min', column: x(c), bits: 64 },
      { kind: 'max', column: x(c), bits: 64 },
    ];
    const g = await c.groupAggregate(keys, await valid(c), aggregates, slots);
    assert.equal(g.slots, slots);
    return [{ length: slots, columns: [...g.keys, ...g.aggregates, g.counts], bits: [g.valid] }];
  });
  return rowsOf(out as PlainTable);
}

test('groups equal plain grouping; surplus slots hold zeros', async () => {
  await fc.assert(
    fc.asyncProperty(rowLists, fc.integer({ min: 0, max: 5 }), async (rows, more) => {
      const plain = expected(rows).map((r) => [...r, 1n]);
      const slots = rows.length + more;
      const empty = Array.from({ length: slots - plain.length }, () => Array<bigint>(7).fill(0n));
      assert.deepEqual(await grouped(rows, slots), [...plain, ...empty]);
    }),
    { seed, numRuns: 20 },
  );
});

test('with as many slots as groups nothing is lost, with fewer the last groups are', async () => {
  const rows: Row[] = [3n, 1n, 2n, 1n, 3n, 3n, -5n].map((a, i) => ({ a, b: 0n, x: BigInt(i), y: BigInt(10 * i), valid: i !== 2 }));
  const plain = expected(rows).map((r) => [...r, 1n]);
  for (const slots of [0, 1, 2, 3]) assert.deepEqual(await grouped(rows, slots), plain.slice(0, slots));
});

test('distinct keys are counted among valid rows', async () => {
  await fc.assert(
    fc.asyncProperty(rowLists, async (rows) => {
      const a = column(rows.map((r) => r.a));
      const b = column(rows.map((r) => r.b));
      const valid = bits(rows.map((r) => Number(r.valid)));
      const [out] = await tablesOf(async (c) => {
        const keys = [
          { column: a(c), bits: 64 },
          { column: b(c), bits: 2 },
        ];
        return [{ length: 1, columns: [await c.distinctCount(keys, await valid(c))], bits: [] }];
      });
      assert.deepEqual(out?.columns, [[BigInt(expected(rows).length)]]);
    }),
    { seed, numRuns: 25 },
  );
});
