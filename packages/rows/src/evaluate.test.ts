/** Questions on secret rows against the same questions on plain ones: examples that show each part. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RowExpression } from '@sluis/model';
import { plainCells, type PlainCell, type PlainSourceRow } from './fixtures/plain-rows.ts';
import { columnOf, encoding, numberOf, rowsPlan, type TestPlan } from './fixtures/rows-plan.ts';
import { type PlainSource, runOnShares } from './fixtures/secret-rows.ts';

const sector = encoding('sector', 0n, 4n, true);
const cost = encoding('cost', -1000n, 1000n, true);
const year = encoding('year', 2000n, 2030n);
const visits: PlainSource = {
  encodings: [sector, cost, year],
  rows: Array.from(
    { length: 57 },
    (_, i): PlainSourceRow => ({
      giver: ['anna', 'bram', 'carla'][Math.floor(i / 20)] as string,
      valid: i % 11 !== 3,
      values: {
        sector: i % 7 === 6 ? null : BigInt((i * i) % 5),
        cost: i % 5 === 4 ? null : BigInt(((i * 37) % 400) - 150),
        year: BigInt(2000 + (i % 31)),
      },
    }),
  ),
};

const sectorKey: RowExpression = { op: 'position', args: [columnOf('sector')], values: ['0', '1', '2', '3', '4', null], bits: 5 };
const yearKey: RowExpression = { op: 'position', args: [columnOf('year')], values: ['2001', '2003', '2004'], bits: 5 };
const sum = { kind: 'sum', expression: columnOf('cost'), quantile: 0, bits: 40 } as const;
const smallest = { ...sum, kind: 'min' } as const;
const largest = { ...sum, kind: 'max' } as const;
const distinct = { ...sum, kind: 'distinct' } as const;
const median = { ...sum, kind: 'quantile', quantile: 5000 } as const;
const third = { ...sum, kind: 'quantile', quantile: 3333 } as const;
const ninth = { ...sum, kind: 'quantile_disc', quantile: 9000 } as const;
const present: RowExpression = { op: 'not', args: [{ op: 'isNull', args: [columnOf('cost')] }] };

const inOrder = (cells: readonly PlainCell[]) =>
  [...cells].map((c) => JSON.stringify(c, (_, v) => (typeof v === 'bigint' ? String(v) : v))).sort();

async function compare(shape: TestPlan, sources: readonly PlainSource[] = [visits]): Promise<void> {
  const plan = rowsPlan(shape);
  const { cells } = await runOnShares(plan, sources);
  const plain = plainCells(
    plan,
    sources.map((s) => s.rows),
  );
  if (plan.rows?.secretSlots === null) return assert.deepEqual(cells, plain);
  const used = cells.filter((c) => c.counts.some((n) => n !== 0n) || plain.length === cells.length);
  assert.deepEqual(inOrder(used), inOrder(plain));
}

test('no groups: counts, organisations, sums and extremes', () =>
  compare({ keys: [], rows: {}, contributions: [null, present], accumulators: [sum, smallest, largest] }));

test('declared groups with NULL among them, and a filter', () =>
  compare({
    keys: [{ expression: sectorKey, size: 6 }],
    rows: { where: { op: 'less', args: [columnOf('cost'), numberOf(100)] } },
    contributions: [null, present],
    accumulators: [sum, smallest, largest],
  }));

test('two keys in grouping sets; rows outside a domain count nowhere', () =>
  compare({
    keys: [
      { expression: sectorKey, size: 6 },
      { expression: yearKey, size: 3 },
    ],
    groupingSets: [[0, 1], [1], []],
    rows: {},
    contributions: [present],
    accumulators: [sum],
  }));

test('distinct values, medians and other quantiles per group and in all', () =>
  compare({
    keys: [{ expression: sectorKey, size: 6 }],
    groupingSets: [[0], []],
    rows: {},
    contributions: [present],
    accumulators: [distinct, median, third, ninth],
  }));

test('secret groups: only groups that exist, with their keys, in another order each time', () =>
  compare({
    keys: [
      { expression: columnOf('sector'), size: 0, nullCode: '-1' },
      { expression: columnOf('year'), size: 0 },
    ],
    secretSlots: 64,
    rows: {},
    contributions: [null, present],
    accumulators: [sum, largest],
  }));

test('no rows at all', () =>
  compare(
    { keys: [{ expression: sectorKey, size: 6 }], rows: {}, contributions: [null], accumulators: [sum, smallest, distinct, median] },
    [{ ...visits, rows: [] }],
  ));
