import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ITEMS, type PlanRows, type RowExpression } from '@sluis/model';
import { maliciousComputation, replicatedComputation } from '@sluis/mpc';
import { reveal, simulateCommittee } from '@sluis/mpc/simulation';
import fc from 'fast-check';
import { columnOf, encoding, rowsPlan } from './fixtures/rows-plan.ts';
import { dealRows } from './fixtures/secret-rows.ts';
import { rowsOnShares } from './rows-on-shares.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
console.log(`seed ${seed}`);

const ENCODINGS = [encoding('item', -3n, 2n ** 62n, true), encoding('value', -50n, 1000n, false, 12)];
interface Row {
  readonly giver: string;
  readonly valid: boolean;
  readonly values: { readonly item: bigint | null; readonly value: bigint };
}
/** A few givers, or more than have room in one column of marks. */
const givers = fc.constantFrom(
  ['a'],
  ['a', 'b'],
  ['a', 'b', 'c'],
  Array.from({ length: 70 }, (_, i) => `g${String(i).padStart(2, '0')}`),
);
const items = fc.constantFrom<(bigint | null)[]>(
  [5n],
  [null],
  [null, -3n, 2n ** 62n, 7n],
  Array.from({ length: 60 }, (_, i) => BigInt(i)),
);
const tables = fc.tuple(givers, items, fc.constantFrom(0, 1, 2, 3, 12, 40)).chain(([names, values, size]) =>
  fc.array(
    fc.record({
      giver: fc.constantFrom(...names),
      valid: fc.constantFrom(true, true, true, false),
      values: fc.record({ item: fc.constantFrom(...values), value: fc.bigInt({ min: -50n, max: 1000n }) }),
    }),
    { minLength: size === 1 ? 1 : 0, maxLength: size },
  ),
);

const of = (column: string): RowExpression => ({ op: 'column', source: ITEMS, column, bits: 40 });
const least = (bound: number): RowExpression => ({
  op: 'not',
  args: [{ op: 'less', args: [of('#organisations'), { op: 'number', value: String(bound), bits: 8 }] }],
});

/** Items, organisations that have any, and the sum of their sums, of items that at least so many organisations have. */
async function counted(rows: readonly Row[], bound: number, malicious: boolean): Promise<bigint[]> {
  const merged: PlanRows['merged'] = {
    where: null,
    keys: [columnOf('item')],
    sums: [{ expression: columnOf('value'), minimum: '-50000', maximum: '100000' }],
  };
  const plan = rowsPlan({
    keys: [],
    groupingSets: [[]],
    rows: { merged, where: least(bound) },
    contributions: [null],
    accumulators: [
      { kind: 'sum', expression: of('#sum0'), quantile: 0, bits: 60 },
      { kind: 'sum', expression: of('#rows'), quantile: 0, bits: 60 },
    ],
  });
  rowsOnShares.checkPlan(plan);
  const sorted = [...rows].sort((a, b) => (a.giver < b.giver ? -1 : a.giver > b.giver ? 1 : 0));
  const deal = dealRows({ encodings: ENCODINGS, rows: sorted });
  const { convene } = malicious ? maliciousComputation : replicatedComputation;
  const { results } = await simulateCommittee(
    async (c) =>
      (await rowsOnShares.evaluate(c, plan, [deal(c.me)])).columns.map((column) => ({ ...c.components(column), words: column.words })),
    { convene },
  );
  return results[0].map(
    (first, i) =>
      reveal(
        results.map((r) => r[i] as typeof first),
        first.words,
      )[0] ?? -1n,
  );
}

function expected(rows: readonly Row[], bound: number): bigint[] {
  const groups = Map.groupBy(
    rows.filter((r) => r.valid),
    (r) => r.values.item,
  );
  const kept = [...groups.values()].filter((list) => new Set(list.map((r) => r.giver)).size >= bound);
  const all = kept.flat();
  const present = new Set(all.map((r) => r.giver)).size;
  return [BigInt(kept.length), BigInt(present), all.reduce((n, r) => n + r.values.value, 0n), BigInt(all.length)];
}

test('items are counted exactly: none, one, all equal, NULL, many organisations', async () => {
  await fc.assert(
    fc.asyncProperty(tables, fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 4 }), async (rows, bound, model) => {
      assert.deepEqual(await counted(rows, bound, model === 0), expected(rows, bound));
    }),
    { seed, numRuns: 40 },
  );
});

test('a plan that asks of items what only rows have is refused', () => {
  const plan = (rows: Partial<PlanRows>) => rowsPlan({ keys: [], groupingSets: [[]], rows, contributions: [null], accumulators: [] });
  const merged = { where: null, keys: [columnOf('item')], sums: [] };
  rowsOnShares.checkPlan(plan({ merged, where: least(2) }));
  assert.throws(() => rowsOnShares.checkPlan(plan({ where: least(2) })), /source that it does not have|does not say which rows/);
  const less: RowExpression = { op: 'less', args: [columnOf('value'), columnOf('item')] };
  assert.throws(() => rowsOnShares.checkPlan(plan({ merged, where: less })), /what only their rows have/);
  assert.throws(() => rowsOnShares.checkPlan(plan({ merged: { ...merged, keys: [] } })), /equal values in columns/);
  const wide = [{ expression: columnOf('value'), minimum: '0', maximum: String(2n ** 63n) }];
  assert.throws(() => rowsOnShares.checkPlan(plan({ merged: { ...merged, sums: wide } })), /at most 63 bits/);
});
