/**
 * What a compute party receives while a question runs on secret rows is independent of the rows: 24 runs over each of two
 * tables of one length (nothing passes the filter and all values are equal, against everything passes and all differ),
 * compared as `two-samples.ts` says with α = 1e-7 a test. Complete dependence of one bit has a p-value of
 * 2/C(48, 24) ≈ 6e-14 before Bonferroni.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulateCommittee } from '@sluis/mpc/simulation';
import { rowsOnShares } from '@sluis/rows';
import { ITEMS, type Plan } from '@sluis/model';
import type { PlainSourceRow } from '../../packages/rows/src/fixtures/plain-rows.ts';
import { columnOf, encoding, numberOf, rowsPlan, type TestPlan } from '../../packages/rows/src/fixtures/rows-plan.ts';
import { dealRows } from '../../packages/rows/src/fixtures/secret-rows.ts';
import { compare, type RunView, shapeDifferences } from './two-samples.ts';

const RUNS = 24;
const ROWS = 48;
const ALPHA = 1e-7;
const ENCODINGS = [encoding('sector', 0n, 3n, true, 3), encoding('cost', 0n, 1000n, true, 11)];

const rows = (of: (i: number) => PlainSourceRow['values']): PlainSourceRow[] =>
  Array.from({ length: ROWS }, (_, i) => ({ giver: i < ROWS / 2 ? 'anna' : 'bram', valid: true, values: of(i) }));
const VERSIONS = [rows(() => ({ sector: null, cost: 999n })), rows((i) => ({ sector: BigInt(i % 4), cost: BigInt(i * 7) }))] as const;

const where = { op: 'less', args: [columnOf('cost'), numberOf(500)] } as const;
const cost = { kind: 'sum', expression: columnOf('cost'), quantile: 0, bits: 40 } as const;
const DECLARED: TestPlan = {
  keys: [{ expression: { op: 'position', args: [columnOf('sector')], values: ['0', '1', '2', '3', null], bits: 4 }, size: 5 }],
  rows: { where },
  contributions: [null],
  accumulators: [cost, { ...cost, kind: 'max' }],
};
const SECRET: TestPlan = {
  keys: [{ expression: columnOf('sector'), size: 0, nullCode: '-1' }],
  secretSlots: 8,
  rows: { where },
  contributions: [null],
  accumulators: [cost],
};

/** Views of party 1 in as many runs; `also` may add something that is not there. */
async function views(plan: Plan, version: readonly PlainSourceRow[], also: (view: Map<string, Uint8Array>) => void): Promise<RunView[]> {
  const all: RunView[] = [];
  for (let run = 0; run < RUNS; run++) {
    const deal = dealRows({ encodings: ENCODINGS, rows: version });
    const { transcript } = await simulateCommittee((c) => rowsOnShares.evaluate(c, plan, [deal(c.me)]), { keepTranscript: true });
    const received = transcript.filter((m) => m.to === 1).map((m) => [`${m.from} ${m.step}`, m.payload] as const);
    const view = new Map([...received].sort(([a], [b]) => (a < b ? -1 : 1)));
    also(view);
    all.push(view);
  }
  return all;
}

const nothing = () => undefined;

test('declared groups: the same messages, independent of the rows', async (t) => {
  const plan = rowsPlan(DECLARED);
  const [a, b] = [await views(plan, VERSIONS[0], nothing), await views(plan, VERSIONS[1], nothing)];
  assert.deepEqual(shapeDifferences([...a, ...b]), [], 'names and lengths');
  const { positions, worst, drift, bytes } = compare(a, b);
  t.diagnostic(`${positions} bits, p-values ${worst.p.toFixed(3)} (worst), ${drift.toFixed(3)} (drift), ${bytes.toFixed(3)} (bytes)`);
  assert.ok(positions > 50_000, `there is something to compare (${positions} bits)`);
  assert.ok(worst.p > ALPHA && drift > ALPHA && bytes > ALPHA, `${worst.where}: ${worst.p}, ${drift}, ${bytes}`);
});

/** Sorting opens comparisons of shuffled items, so that sizes vary by chance: alike over both tables. */
async function alikeInSize(shape: TestPlan): Promise<void> {
  const plan = rowsPlan(shape);
  const sizes = async (version: readonly PlainSourceRow[]) =>
    (await views(plan, version, nothing)).map((v) => [...v.values()].reduce((n, payload) => n + payload.length, 0));
  const [a, b] = [await sizes(VERSIONS[0]), await sizes(VERSIONS[1])];
  const mean = (list: readonly number[]) => list.reduce((s, v) => s + v, 0) / list.length;
  const spread = (list: readonly number[]) => list.reduce((s, v) => s + (v - mean(list)) ** 2, 0) / list.length;
  const z = Math.abs(mean(a) - mean(b)) / Math.sqrt((spread(a) + spread(b)) / RUNS + 1e-9);
  // With 46 degrees of freedom, exceeded by chance with a probability below 1e-8. Sizes that do not vary may not differ at all.
  assert.ok(z < 7, `means ${mean(a)} and ${mean(b)}: ${z.toFixed(1)} standard errors apart`);
}

test('secret groups: as many messages and bytes, whatever the rows', () => alikeInSize(SECRET));

test('rows of a unit that are bounded: as many messages and bytes, whether none are left out or nearly all', () =>
  alikeInSize({ ...DECLARED, rows: { bound: { key: columnOf('cost'), rows: 2 } } }));

test('items that several organisations have: as many messages and bytes, whether all are the same one or all differ', () => {
  const merged = { where, keys: [columnOf('cost')], sums: [] };
  const organisations = { op: 'column', source: ITEMS, column: '#organisations', bits: 3 } as const;
  const of = { op: 'less', args: [numberOf(1), organisations] } as const;
  return alikeInSize({ keys: [], groupingSets: [[]], rows: { merged, where: of }, contributions: [null], accumulators: [] });
});

test('control: a column in the clear among the messages is caught', async () => {
  const plan = rowsPlan(DECLARED);
  const leaking = (version: readonly PlainSourceRow[]) =>
    views(plan, version, (view) => {
      view.set(
        'leak',
        Uint8Array.from(version, (r) => Number((r.values['cost'] ?? 0n) & 255n) ^ (Math.random() < 0.02 ? 255 : 0)),
      );
    });
  const { worst } = compare(await leaking(VERSIONS[0]), await leaking(VERSIONS[1]));
  assert.ok(worst.p < ALPHA && worst.where.startsWith('leak'), `${worst.where}: ${worst.p}`);
});
