import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OrderPlan } from '@sluis/technique';
import fc from 'fast-check';
import { ascending, type ItemSet } from './order.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
console.log(`seed ${seed}`);

const units = [
  { perComparison: 0.2, perRound: 3000 },
  { perComparison: 1, perRound: 0 },
  { perComparison: 1, perRound: 40 },
  { perComparison: 1, perRound: 1000 },
];

/** Numbers in the clear, counting how they are compared. */
class PlainItems implements ItemSet<PlainItems> {
  readonly length: number;
  readonly values: readonly number[];
  readonly counted: { comparisons: number; rounds: number };
  constructor(values: readonly number[], counted: { comparisons: number; rounds: number }) {
    this.length = values.length;
    this.values = values;
    this.counted = counted;
  }
  take(places: Uint32Array): PlainItems {
    return new PlainItems(
      Array.from(places, (p) => this.values[p] as number),
      this.counted,
    );
  }
  async before(mine: Uint32Array, other: PlainItems, theirs: Uint32Array): Promise<Uint8Array> {
    assert.equal(mine.length, theirs.length);
    this.counted.comparisons += mine.length;
    this.counted.rounds += 1;
    return Uint8Array.from(mine, (a, i) => Number((this.values[a] as number) < (other.values[theirs[i] as number] as number)));
  }
}

/** Sorts distinct values in the order given; also counts what was compared. */
async function run(values: readonly number[], unit: (typeof units)[number]) {
  const [plan, counted] = [new OrderPlan(unit), { comparisons: 0, rounds: 0 }];
  const order = await ascending(new PlainItems(values, counted), plan);
  return { sorted: Array.from(order, (i) => values[i] as number), counted, planned: plan.step(values.length) };
}

test('any order of distinct items is sorted, for all ways to trade rounds for comparisons', async () => {
  const lists = fc.uniqueArray(fc.integer(), { maxLength: 300 });
  await fc.assert(
    fc.asyncProperty(lists, fc.constantFrom(...units), async (values, unit) => {
      const { sorted } = await run(values, unit);
      assert.deepEqual(
        sorted,
        [...values].sort((a, b) => a - b),
      );
    }),
    { seed, numRuns: 200 },
  );
});

test('lengths around powers of two are sorted', async () => {
  for (const unit of units) {
    for (const n of [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 1023, 1024, 1025]) {
      const values = Array.from({ length: n }, (_, i) => (i * 7919) % 104_729);
      const { sorted } = await run(values, unit);
      assert.deepEqual(
        sorted,
        [...values].sort((a, b) => a - b),
        `${n}`,
      );
    }
  }
});

test('the plan foretells comparisons and rounds, and comparisons are near the least that sorting needs', async () => {
  const n = 20_000;
  for (const unit of units) {
    const values = Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = Math.floor(Math.random() * (i + 1));
      [values[i], values[j]] = [values[j] as number, values[i] as number];
    }
    const { counted, planned } = await run(values, unit);
    // A search among a handful of items, which pays where rounds cost nothing, may need no last round: every gap has one item. So
    // it is for one search in every three runs of this test: for nine searches of one run with a probability below 1e-9.
    const spared = planned.rounds - counted.rounds;
    assert.ok(spared >= 0 && spared <= (unit.perRound === 0 ? 8 : 0), `${counted.rounds} rounds for ${planned.rounds}`);
    assert.ok(Math.abs(counted.comparisons / planned.comparisons - 1) < 0.1, `${counted.comparisons} for ${planned.comparisons}`);
  }
  const least = n * Math.log2(n) - n / Math.LN2;
  const { counted } = await run(
    Array.from({ length: n }, (_, i) => (i * 7919) % n),
    { perComparison: 1, perRound: 0 },
  );
  assert.ok(counted.comparisons < 1.1 * least, `${counted.comparisons / least}`);
});
