import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { expandRows } from './expand.ts';
import { bits, column, type PlainTable, rowsOf, tablesOf } from './fixtures/plain-tables.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
console.log(`seed ${seed}`);

const row = fc.record({
  x: fc.bigInt({ min: -(2n ** 127n), max: 2n ** 127n - 1n }),
  flag: fc.integer({ min: 0, max: 1 }),
  copies: fc.oneof(fc.constantFrom(0, 0, 1), fc.integer({ min: 0, max: 9 })),
});
type Row = { x: bigint; flag: number; copies: number };

async function expanded(rows: readonly Row[], slots: number): Promise<{ rows: bigint[][]; fits: boolean }> {
  const [x, flag, copies] = [
    column(
      rows.map((r) => r.x),
      2,
    ),
    bits(rows.map((r) => r.flag)),
    column(rows.map((r) => BigInt(r.copies))),
  ];
  const [out, room] = await tablesOf(async (c) => {
    const e = await expandRows(c, { length: rows.length, columns: [x(c)], bits: [await flag(c)] }, copies(c), slots);
    return [
      { length: slots, columns: [...e.table.columns, e.copy], bits: [...e.table.bits, e.valid] },
      { length: 1, columns: [], bits: [e.fits] },
    ];
  });
  return { rows: rowsOf(out as PlainTable), fits: room?.bits[0]?.[0] === 1 };
}

test('every row stands as often as it should, the slots that are left hold zeros, and what has no slot is lost', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 20 }), fc.integer({ min: -9, max: 4 }), async (rows, more) => {
      const expected = rows.flatMap((r) => Array.from({ length: r.copies }, (_, k) => [r.x, BigInt(k), BigInt(r.flag), 1n]));
      const slots = Math.max(0, expected.length + more);
      const found = await expanded(rows, slots);
      const empty = Array.from({ length: Math.max(0, more) }, () => [0n, 0n, 0n, 0n]);
      assert.deepEqual(found.rows, [...expected.slice(0, slots), ...empty]);
      assert.equal(found.fits, expected.length <= slots);
    }),
    { seed, numRuns: 25 },
  );
});
