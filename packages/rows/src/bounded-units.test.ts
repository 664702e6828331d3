/** Of one unit so many rows count, whoever gave them, and nobody knows which: on the simulated committee against plain rows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidError } from '@sluis/base';
import type { PlanRows, RowExpression } from '@sluis/model';
import { simulateCommittee, stripedCommittee } from '@sluis/mpc/simulation';
import type { ThreatModel } from '@sluis/technique';
import { costOfRows } from './cost.ts';
import { plainCells, type PlainCell, type PlainSourceRow } from './fixtures/plain-rows.ts';
import { columnOf, encoding, numberOf, rowsPlan, type TestPlan } from './fixtures/rows-plan.ts';
import { dealRows, type PlainSource, runOnShares } from './fixtures/secret-rows.ts';
import { rowsOnShares } from './index.ts';

const id = encoding('id', -3n, 12n, true, 5);
const cost = encoding('cost', -100n, 100n, true, 8);
const sector = encoding('sector', 0n, 3n, false, 3);
const source = { table: 'visits', columns: [], stations: [], deposits: true, stationWhere: '' };
const bound = (rows: number): NonNullable<PlanRows['bound']> => ({ key: columnOf('id'), rows });

/** Unit u has 2u + 7 rows at three givers, all of them alike; some take no part, and hold what no bounds allow. */
const alike: PlainSource = {
  encodings: [cost, id, sector],
  rows: Array.from({ length: 90 }, (_, i): PlainSourceRow => {
    const [giver, valid] = [['anna', 'bram', 'carla'][Math.floor(i / 30)] as string, i % 9 !== 4];
    const unit = BigInt(Math.floor(Math.sqrt((i * 7) % 90)) - 3);
    if (!valid) return { giver, valid, values: { id: BigInt((i % 40) - 20) * 999n, cost: 9n ** 9n, sector: 77n } };
    const values = { id: unit === 0n ? null : unit, cost: unit === 5n ? null : 10n * unit - 7n, sector: unit < 0n ? 3n : unit % 4n };
    return { giver, valid, values };
  }),
};
const sectorKey: RowExpression = { op: 'position', args: [columnOf('sector')], values: ['0', '1', '3'], bits: 3 };
const sum = { kind: 'sum', expression: columnOf('cost'), quantile: 0, bits: 40 } as const;
const distinct = { ...sum, kind: 'distinct', expression: columnOf('id') } as const;
const dear: RowExpression = { op: 'less', args: [numberOf(0), columnOf('cost')] };
const cheap: RowExpression = { op: 'less', args: [columnOf('cost'), numberOf(40)] };

const inOrder = (cells: readonly PlainCell[]) =>
  cells
    .filter((c) => c.counts.some((n) => n !== 0n))
    .map((c) => JSON.stringify(c, (_, v) => (typeof v === 'bigint' ? String(v) : v)))
    .sort();

async function compare(shape: TestPlan, sources: readonly PlainSource[] = [alike], model: ThreatModel = 'semi-honest'): Promise<void> {
  const plan = rowsPlan(shape);
  rowsOnShares.checkPlan(plan);
  const { cells } = await runOnShares(plan, sources, { convene: stripedCommittee(model, { elements: 2 ** 16, atOnce: 4 }) });
  const rows = sources.map((s) => s.rows);
  const plain = plainCells(plan, rows);
  const { bound: _, ...free } = plan.rows as PlanRows;
  const unbounded = plainCells({ ...plan, rows: free }, rows);
  assert.notDeepEqual(inOrder(plain), inOrder(unbounded), 'the bound leaves something out');
  if (shape.secretSlots === undefined) assert.deepEqual(cells, plain);
  else assert.deepEqual(inOrder(cells), inOrder(plain));
}

const whole: TestPlan = { keys: [], rows: { bound: bound(3) }, contributions: [null, dear], accumulators: [sum, distinct] };
const declared: TestPlan = {
  ...whole,
  keys: [{ expression: sectorKey, size: 3 }],
  groupingSets: [[0], []],
  rows: { bound: bound(4), where: cheap },
};
for (const model of ['semi-honest', 'malicious'] as const)
  test(`declared groups and totals, with a condition before and a filter after (${model})`, () => compare(declared, [alike], model));

test('no groups, where all rows of a unit but one are left out', () => compare({ ...whole, rows: { bound: bound(1) } }));

test('many declared groups, by sorting', () => {
  const values = Array.from({ length: 1500 }, (_, i) => String(i - 700));
  const key: RowExpression = { op: 'position', args: [columnOf('cost')], values: [...values, null], bits: 12 };
  return compare({ ...whole, keys: [{ expression: key, size: 1501 }], accumulators: [sum] });
});

test('secret groups', () =>
  compare({ ...whole, keys: [{ expression: columnOf('cost'), size: 0, nullCode: '101' }], secretSlots: 60, accumulators: [sum] }));

test('a unit whose numbers take all 64 bits', () => {
  const far: PlainSource = {
    encodings: [cost, encoding('id', -(2n ** 63n), 2n ** 63n - 1n), sector],
    rows: alike.rows.map((r, i) => ({ ...r, values: { ...r.values, id: [2n ** 63n - 1n, -(2n ** 63n), -1n][i % 3] as bigint, cost: 5n } })),
  };
  return compare({ ...whole, rows: { bound: bound(7) }, accumulators: [sum] }, [far]);
});

for (const kind of ['inner', 'semi'] as const)
  test(`${kind} join on the unit: rows that come out of it are bounded`, () => {
    const people: PlainSource = {
      encodings: [encoding('id', -3n, 12n, false, 5), encoding('age', 0n, 9n, false, 5)],
      rows: [-3n, -1n, 1n, 2n, 4n, 5n, 12n].map((n) => ({ giver: 'dora', valid: n !== 2n, values: { id: n, age: (n + 3n) % 10n } })),
    };
    const join = { kind, on: [{ left: columnOf('id', 0), right: columnOf('id', 1) }], rightUnique: kind === 'inner', maximumRows: 0 };
    const rows: Partial<PlanRows> = { sources: [source, source], joins: [join], organisations: 'all-sources', bound: bound(2) };
    const summed = { ...sum, expression: kind === 'inner' ? columnOf('age', 1) : columnOf('cost') };
    return compare({ ...whole, rows, accumulators: [summed] }, [alike, people]);
  });

test('fewer rows than one unit may have are all left in', async () => {
  const plan = rowsPlan({ ...declared, rows: { bound: bound(90) } });
  const { cells } = await runOnShares(plan, [alike]);
  assert.deepEqual(cells, plainCells(plan, [alike.rows]));
});

/**
 * 44 units have a row in each of two groups, one row of each counts. By chance all are of one group with probability
 * 2^-43, a billionth of a percent; with the first or the last of each unit they always are.
 */
test('which rows of a unit count is left to chance', async () => {
  const rows = Array.from({ length: 88 }, (_, i): PlainSourceRow => {
    return { giver: 'anna', valid: true, values: { id: BigInt(i % 44), cost: 1n, sector: BigInt(Math.floor(i / 44)) } };
  });
  const given: PlainSource = { encodings: [cost, encoding('id', 0n, 43n), sector], rows };
  const plan = rowsPlan({ ...declared, groupingSets: [[0]], rows: { bound: bound(1) } });
  const counts = (await runOnShares(plan, [given])).cells.map((c) => Number(c.counts[0]));
  assert.equal((counts[0] ?? 0) + (counts[1] ?? 0), 44);
  assert.ok((counts[0] ?? 0) > 0 && (counts[1] ?? 0) > 0, `${counts}`);
});

test('the cost that is stated is what is sent', async () => {
  // Encodings as wide as a plan's columns say, few enough rows that all pairs are compared.
  const of = (name: string, bits: number): RowExpression => ({ op: 'column', source: 0, column: name, bits });
  const wide = (name: string, bits: number) => encoding(name, -(1n << BigInt(bits - 1)), (1n << BigInt(bits - 1)) - 1n, false, bits);
  const given: PlainSource = {
    encodings: [wide('cost', 9), wide('id', 20)],
    rows: Array.from({ length: 60 }, (_, i) => ({ giver: 'anna', valid: true, values: { id: BigInt(i % 7), cost: 3n } })),
  };
  const asked: TestPlan = {
    keys: [],
    rows: {
      sources: [{ ...source, stations: ['anna'], deposits: false, maximumRows: 60 }],
      bound: { key: of('id', 20), rows: 4 },
      where: { op: 'less', args: [of('cost', 9), { op: 'number', value: '50', bits: 9 }] },
      maximumRows: 60,
    },
    contributions: [null],
    accumulators: [{ ...sum, expression: of('cost', 9) }],
  };
  const plan = rowsPlan(asked);
  const deal = dealRows(given);
  const { rounds, bytes } = await simulateCommittee(async (c) => {
    await rowsOnShares.withinBounds(c, given.encodings, [deal(c.me)]);
    return rowsOnShares.evaluate(c, plan, [deal(c.me)]);
  });
  const stated = costOfRows(plan);
  assert.deepEqual({ rounds, bytes: bytes.reduce((a, b) => a + b, 0) }, { rounds: stated.rounds, bytes: stated.bytes });
});

test('rows are bounded where noise protects a column, and nowhere else', () => {
  const plan = rowsPlan(whole);
  const { noise: _, ...exact } = plan;
  const rows = plan.rows as PlanRows;
  const refused = (p: typeof plan, why: RegExp) =>
    assert.throws(
      () => rowsOnShares.checkPlan(p),
      (e) => e instanceof InvalidError && why.test(e.message),
    );
  refused(exact as typeof plan, /where noise protects/);
  for (const most of [0, -1, 1.5]) refused({ ...plan, rows: { ...rows, bound: bound(most) } }, /At least one row/);
  refused({ ...plan, rows: { ...rows, bound: { key: columnOf('id', 3), rows: 1 } } }, /source that it does not have/);
  refused({ ...plan, rules: { ...plan.rules, countedSources: [0] } }, /Rows are counted|takes the place of rules/);
});
