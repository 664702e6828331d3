import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Committee } from '@sluis/technique';
import fc from 'fast-check';
import { maliciousComputation } from '../malicious/technique.ts';
import { bits, column, tablesOf } from './fixtures/plain-tables.ts';
import { seenByAtLeast } from './seen-by.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
console.log(`seed ${seed}`);

interface Row {
  readonly item: bigint;
  readonly more: bigint;
  readonly valid: number;
}
const ITEMS = [-(2n ** 61n), -1n, 0n, 1n, 2n, 3n, 2n ** 61n];
const row = (items: readonly bigint[]) =>
  fc.record({ item: fc.constantFrom(...items), more: fc.constantFrom(0n, 1n), valid: fc.constantFrom(0, 1, 1, 1) });
const list = fc.oneof(
  fc.array(row(ITEMS), { maxLength: 12 }),
  fc.constant<Row[]>([]),
  fc.array(row([5n]), { minLength: 1, maxLength: 8 }),
  fc.array(row(Array.from({ length: 40 }, (_, i) => BigInt(i))), { maxLength: 40 }),
);

async function flags(lists: readonly (readonly Row[])[], least: number, malicious: boolean): Promise<number[][]> {
  const made = lists.map((rows) => ({
    item: column(rows.map((r) => r.item)),
    more: column(rows.map((r) => r.more)),
    valid: bits(rows.map((r) => r.valid)),
  }));
  const program = async (c: Committee) => {
    const given = [];
    for (const { item, more, valid } of made) {
      const keys = [
        { column: item(c), bits: 63 },
        { column: more(c), bits: 2 },
      ];
      given.push({ keys, valid: await valid(c) });
    }
    return (await seenByAtLeast(c, given, least)).map((b) => ({ length: b.length, columns: [], bits: [b] }));
  };
  const tables = await tablesOf(program, malicious ? { convene: maliciousComputation.convene } : {});
  return tables.map((t) => [...(t.bits[0] ?? [])]);
}

const expected = (lists: readonly (readonly Row[])[], least: number): number[][] => {
  const text = (r: Row) => `${r.item}/${r.more}`;
  const sets = lists.map((rows) => new Set(rows.filter((r) => r.valid === 1).map(text)));
  return lists.map((rows) => rows.map((r) => Number(r.valid === 1 && sets.filter((s) => s.has(text(r))).length >= least)));
};

test('every row of every list is told how many lists have its item: empty, equal and unequal lists, repeated items', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(list, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 0, max: 5 }),
      async (lists, least, model) => {
        assert.deepEqual(await flags(lists, least, model === 0), expected(lists, least));
      },
    ),
    { seed, numRuns: 40 },
  );
});

test('lists that do not fit together are refused', async () => {
  await assert.rejects(flags([], 1, false), /there is a list/);
  await assert.rejects(flags([[{ item: 1n, more: 0n, valid: 1 }]], 0, false), /least number/);
});
