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
const half = { ...sum, kind: 'quantile_disc', quantile: 5000 } as const;
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
    accumulators: [distinct, median, third, ninth, half],
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

const size: RowExpression = { op: 'absolute', args: [columnOf('cost')], bits: 64 };
const dominances = [
  { expression: size, top: 3 },
  { expression: { op: 'absolute', args: [{ op: 'add', args: [columnOf('cost'), columnOf('year')], bits: 64 }], bits: 64 }, top: 9 },
] as const;

test('what dominance looks at: sums of sizes and the largest ones, zeros where there are fewer', async () => {
  const common = { rows: {}, contributions: [null, present], accumulators: [sum, median], dominances };
  await compare({ ...common, keys: [{ expression: sectorKey, size: 6 }], groupingSets: [[0], []] });
  await compare({ ...common, keys: [{ expression: columnOf('sector'), size: 0, nullCode: '-1' }], secretSlots: 9 });
  await compare({ ...common, keys: [{ expression: sectorKey, size: 6 }] }, [{ ...visits, rows: visits.rows.slice(0, 2) }]);
});

const year0: RowExpression = { op: 'subtract', args: [columnOf('year'), numberOf(2000)], bits: 64 };
const atLeast2010: RowExpression = { op: 'less', args: [numberOf(2009), columnOf('year')] };
const some: RowExpression = {
  op: 'case',
  // biome-ignore lint/suspicious/noThenProperty: a plan names its branches so.
  when: [{ if: atLeast2010, then: { op: 'add', args: [columnOf('cost'), numberOf(40)], bits: 64 } }],
  else: { op: 'null', of: 'number' },
  bits: 64,
};
const inBins = { ...sum, kind: 'histogram', expression: { op: 'null', of: 'number' } } as const;
const histograms = [
  { expression: year0, size: 31 },
  // NULLs, rows that do not pass and values beyond the histogram count nowhere.
  { expression: some, size: 200 },
] as const;

test('histograms by group, in grouping sets and in all; what lies outside counts nowhere', async () => {
  const common = { rows: {}, contributions: [null, present], accumulators: [sum, inBins, median], histograms };
  await compare({ ...common, keys: [{ expression: sectorKey, size: 6 }], groupingSets: [[0], []] });
  await compare({ ...common, keys: [] });
  await compare({ ...common, keys: [{ expression: sectorKey, size: 6 }] }, [{ ...visits, rows: [] }]);
  await compare({ ...common, keys: [], histograms: [{ expression: numberOf(0), size: 1 }] });
});

test('histograms of many values in many groups: by sorting', () =>
  compare({
    keys: [{ expression: yearKey, size: 3 }],
    rows: { where: { op: 'less', args: [columnOf('cost'), numberOf(100)] } },
    contributions: [null],
    accumulators: [inBins],
    histograms: [{ expression: { op: 'add', args: [columnOf('cost'), numberOf(1000)], bits: 64 }, size: 2001 }],
  }));

test('no rows at all', () =>
  compare(
    { keys: [{ expression: sectorKey, size: 6 }], rows: {}, contributions: [null], accumulators: [sum, smallest, distinct, median] },
    [{ ...visits, rows: [] }],
  ));

const values = Array.from({ length: 3000 }, (_, i) => String(i - 1500));
const costKey: RowExpression = { op: 'position', args: [columnOf('cost')], values: [...values, null], bits: 13 };

test('thousands of declared groups: by sorting, and every group is there', () =>
  compare({
    keys: [{ expression: costKey, size: 3001 }],
    rows: {},
    contributions: [null, present],
    accumulators: [
      { ...sum, expression: columnOf('year') },
      { ...smallest, expression: columnOf('year') },
      { ...distinct, expression: columnOf('year') },
    ],
  }));

test('more organisations than fit beside each other in a sort', () => {
  const giver = (i: number) => `giver ${String(Math.floor(i / 2)).padStart(2, '0')}`;
  const many = { ...visits, rows: visits.rows.map((r, i) => ({ ...r, giver: giver(i) })) };
  const key = { expression: columnOf('sector'), size: 0, nullCode: '-1' };
  return compare(
    { keys: [key], secretSlots: 6, rows: {}, contributions: [null, present, present, present], accumulators: [sum, largest] },
    [many],
  );
});

const empty = (c: PlainCell) => c.counts.every((n) => n === 0n) && c.organisations.every((n) => n === 0n);

test('more secret groups than slots: no cell has rows, so that no rule passes', async () => {
  const plan = rowsPlan({
    keys: [{ expression: columnOf('year'), size: 0 }],
    secretSlots: 5,
    rows: {},
    contributions: [null],
    accumulators: [],
  });
  const { cells } = await runOnShares(plan, [visits]);
  assert.ok(cells.every(empty));
});

const person = (unique: boolean): PlainSource => ({
  encodings: [encoding('id', 0n, 60n, true), encoding('paid', 0n, 500n)],
  rows: Array.from(
    { length: 40 },
    (_, i): PlainSourceRow => ({
      giver: 'insurer',
      valid: i % 13 !== 5,
      values: { id: i % 9 === 4 ? null : BigInt(unique ? i : i % 12), paid: BigInt(i * 11) },
    }),
  ),
});
const patient: PlainSource = {
  encodings: [encoding('id', 0n, 60n, true), encoding('age', 0n, 120n)],
  rows: Array.from(
    { length: 30 },
    (_, i): PlainSourceRow => ({
      giver: i < 15 ? 'hospital' : 'clinic',
      valid: i % 7 !== 6,
      values: { id: i % 8 === 3 ? null : BigInt((i * 5) % 20), age: BigInt(20 + i) },
    }),
  ),
};

for (const kind of ['inner', 'left', 'semi', 'anti'] as const) {
  for (const unique of [true, false]) {
    test(`${kind} join with ${unique ? 'unique' : 'repeated'} keys, NULL keys and rows that take no part`, () => {
      const right = kind === 'inner' || kind === 'left';
      const paid = right ? columnOf('paid', 1) : columnOf('age');
      const on = [{ left: columnOf('id', 0), right: columnOf('id', 1) }];
      const source = { table: 't', columns: [], stations: [], deposits: true, stationWhere: '' };
      return compare(
        {
          keys: [{ expression: { op: 'in', args: [columnOf('age')], values: ['20', '25', '30', '31', '32', '33', '34'] }, size: 2 }],
          rows: {
            sources: [source, source],
            joins: [{ kind, on, rightUnique: unique, maximumRows: unique ? 0 : 200 }],
            organisations: 'all-sources',
          },
          contributions: [null, { op: 'not', args: [{ op: 'isNull', args: [paid] }] }],
          countedSources: right ? [0, 1] : [0],
          accumulators: [
            { ...sum, expression: paid },
            { ...largest, expression: columnOf('age') },
            { ...distinct, expression: paid },
          ],
        },
        [patient, person(unique)],
      );
    });
  }
}

test('a join with more rows than declared: every cell is empty, totals too, without anything being opened', async () => {
  const source = { table: 't', columns: [], stations: [], deposits: true, stationWhere: '' };
  const on = [{ left: columnOf('id', 0), right: columnOf('id', 1) }];
  const run = (slots: number, key: bigint) =>
    runOnShares(
      rowsPlan({
        keys: [{ expression: { op: 'in', args: [columnOf('age')], values: ['21'] }, size: 2 }],
        groupingSets: [[0], []],
        rows: { sources: [source, source], joins: [{ kind: 'inner', on, rightUnique: false, maximumRows: slots }] },
        contributions: [null],
        accumulators: [{ ...sum, expression: columnOf('paid', 1) }],
      }),
      [
        { ...patient, rows: patient.rows.map((r) => ({ ...r, valid: true, values: { ...r.values, id: 7n } })) },
        {
          ...person(true),
          rows: person(true)
            .rows.map((r) => ({ ...r, valid: true, values: { ...r.values, id: key } }))
            .slice(0, 1),
        },
      ],
    );
  const [without, fitting, tooMany] = [await run(29, 8n), await run(30, 7n), await run(29, 7n)];
  assert.ok(without.cells.every(empty), 'nobody has the key');
  assert.deepEqual(
    fitting.cells.map((c) => c.counts),
    [[29n], [1n], [30n]],
  );
  assert.ok(tooMany.cells.every(empty), 'somebody has it, more often than there is room');
});

/** What is in a row that takes no part is never checked: whoever gives it may write anything there. */
const strange = (source: PlainSource): PlainSource => ({
  ...source,
  rows: source.rows.map((r, i) => (r.valid ? r : { ...r, values: { ...r.values, id: BigInt(i % 12) - 128n } })),
});

for (const kind of ['inner', 'left', 'semi', 'anti'] as const) {
  test(`${kind} join in which rows that take no part have keys out of bounds`, () => {
    const paid = kind === 'inner' || kind === 'left' ? columnOf('paid', 1) : columnOf('age');
    const source = { table: 't', columns: [], stations: [], deposits: true, stationWhere: '' };
    const on = [{ left: columnOf('id', 0), right: columnOf('id', 1) }];
    return compare(
      {
        keys: [],
        rows: {
          sources: [source, source],
          joins: [{ kind, on, rightUnique: false, maximumRows: 200 }],
          organisations: 'all-sources',
        },
        contributions: [null],
        accumulators: [{ ...sum, expression: paid }],
      },
      [strange(patient), strange(person(false))],
    );
  });
}
