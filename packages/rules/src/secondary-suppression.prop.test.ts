/** An attacker who solves the linear system of a table with totals recovers no cell that does not pass; without protection it does. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Plan } from '@sluis/model';
import { samplePlan } from '@sluis/technique/fixtures';
import { recovered } from './fixtures/table-attacker.ts';
import { settle } from './secondary-suppression.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
console.log(`seed ${seed}`);
const MINIMUM = 5;

const count = (contribution: number) =>
  ({ kind: 'count', sql: 'count(*)', type: 'BIGINT', contribution, accumulators: [], dominance: null, dictionary: null }) as const;

function tablePlan(sizes: readonly number[], sets: readonly (readonly number[])[]): Plan {
  const keys = sizes.map((size, i) => ({ name: `k${i}`, sql: `k${i}`, type: 'INTEGER', size, domainHash: '0'.repeat(64) }));
  return samplePlan({
    keys,
    groupingSets: sets,
    cellCount: sets.reduce((n, set) => n + set.reduce((size, k) => size * (sizes[k] as number), 1), 0),
    accumulators: [],
    dominances: [],
    aggregates: [count(0)],
    outputs: [{ name: 'n', aggregates: [0], visible: true }],
    rules: { minimumRows: MINIMUM, minimumOrganisations: 1, dominance: null, pPercent: null, withoutReceivers: [], secondary: true },
  });
}

/** The plan's cells with their values by key, in its order. */
function cellsOf(sizes: readonly number[], sets: readonly (readonly number[])[]): (number | undefined)[][] {
  return sets.flatMap((set) => {
    const size = set.reduce((n, k) => n * (sizes[k] as number), 1);
    return Array.from({ length: size }, (_, i) => {
      const at: (number | undefined)[] = sizes.map(() => undefined);
      let rest = i;
      for (const k of [...set].reverse()) {
        at[k] = rest % (sizes[k] as number);
        rest = Math.floor(rest / (sizes[k] as number));
      }
      return at;
    });
  });
}

interface Table {
  readonly sizes: readonly number[];
  readonly sets: readonly (readonly number[])[];
  readonly rows: readonly number[];
}

const valueAt = ({ sizes, rows }: Table, at: readonly (number | undefined)[]): number =>
  rows.reduce((sum, n, atom) => {
    let rest = atom;
    const inside = sizes.every((s, k) => {
      const value = rest % s;
      rest = Math.floor(rest / s);
      return at[k] === undefined || at[k] === value;
    });
    return inside ? sum + n : sum;
  }, 0);

/** What an attacker finds of cells with too few rows, and how much was shown. */
function attack(table: Table, protect: boolean): { found: number; shown: number; passing: number } {
  const at = cellsOf(table.sizes, table.sets);
  const values = at.map((a) => valueAt(table, a));
  const plan = tablePlan(table.sizes, table.sets);
  const passes = Uint8Array.from(values, (v) => (v >= MINIMUM ? 1 : 0));
  const empty = Uint8Array.from(values, (v) => (v === 0 ? 1 : 0));
  const shown = protect ? (settle(plan, [passes, empty])[0] as Uint8Array) : passes;
  assert.ok(
    shown.every((bit, c) => bit === 0 || passes[c] === 1),
    'nothing is shown that does not pass',
  );
  const cells = at.map((a, c) => ({ at: a, value: shown[c] === 1 ? BigInt(values[c] as number) : null }));
  // The attacker may even know where nobody is.
  const guess = recovered(
    { sizes: table.sizes, cells },
    values.map((v) => v === 0),
  );
  const secret = values.map((v) => v > 0 && v < MINIMUM);
  assert.ok(
    guess.every((g, c) => g === null || g === BigInt(values[c] as number)),
    'the attacker computes correctly',
  );
  return {
    found: guess.filter((g, c) => secret[c] === true && g !== null).length,
    shown: shown.reduce((n, b) => n + b, 0),
    passing: passes.reduce((n, b) => n + b, 0),
  };
}

const subsets = (keys: number): number[][] =>
  Array.from({ length: 2 ** keys }, (_, mask) => Array.from({ length: keys }, (_, k) => k).filter((k) => (mask >> k) & 1));

const tables: fc.Arbitrary<Table> = fc
  .record({
    sizes: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
    shape: fc.constantFrom('rollup', 'cube', 'any'),
  })
  .chain(({ sizes, shape }) => {
    const all = subsets(sizes.length);
    const rollup = sizes.map((_, i) => sizes.map((_, k) => k).slice(0, sizes.length - i));
    const sets =
      shape === 'cube'
        ? fc.constant(all)
        : shape === 'rollup'
          ? fc.constant([...rollup, []])
          : fc.uniqueArray(fc.constantFrom(...all), { minLength: 1, maxLength: 5 });
    const atoms = sizes.reduce((n, s) => n * s, 1);
    const cell = fc.oneof(
      { weight: 5, arbitrary: fc.integer({ min: 5, max: 40 }) },
      { weight: 2, arbitrary: fc.integer({ min: 0, max: 4 }) },
    );
    return fc.record({ sizes: fc.constant(sizes), sets, rows: fc.array(cell, { minLength: atoms, maxLength: atoms }) });
  });

test('solving the table recovers no suppressed cell; without secondary suppression it recovers some', () => {
  let [controls, shown, passing] = [0, 0, 0];
  fc.assert(
    fc.property(tables, (table) => {
      const protectedTable = attack(table, true);
      assert.equal(protectedTable.found, 0);
      controls += attack(table, false).found;
      shown += protectedTable.shown;
      passing += protectedTable.passing;
    }),
    { seed, numRuns: 400 },
  );
  assert.ok(controls > 100, `the attack works where nothing protects: ${controls} cells`);
  assert.ok(shown > passing / 2, `most of what passes is still shown: ${shown} of ${passing}`);
});

test('an extreme over a suppressed group is held back, and totals of other groupings too', () => {
  const base = tablePlan([3, 2], [[0], [1]]);
  const extreme = { ...count(0), kind: 'max', sql: 'max(x)', accumulators: [0] } as const;
  const accumulator = { kind: 'max', sql: 'max(x)', scale: 0, minimum: '0', maximum: '9', words: 1 } as const;
  const plan: Plan = { ...base, aggregates: [extreme], accumulators: [accumulator] };
  const nothing = new Uint8Array(5);
  assert.deepEqual([...(settle(plan, [Uint8Array.of(0, 1, 1, 1, 1), nothing])[0] as Uint8Array)], [0, 1, 1, 0, 0]);
  assert.deepEqual([...(settle(plan, [Uint8Array.of(1, 1, 1, 1, 1), nothing])[0] as Uint8Array)], [1, 1, 1, 1, 1]);
  assert.deepEqual([...(settle(plan, [Uint8Array.of(0, 1, 1, 1, 1), Uint8Array.of(1, 0, 0, 0, 0)])[0] as Uint8Array)], [0, 1, 1, 1, 1]);
});

test('a value that two outputs open is suppressed in both', () => {
  const base = tablePlan([3], [[0], []]);
  const outputs = [...base.outputs, { name: 'again', aggregates: [0], visible: true }];
  const bits = Uint8Array.of(0, 1, 1, 1);
  const [first, second] = settle({ ...base, outputs }, [bits, bits, new Uint8Array(4)]);
  assert.deepEqual(first, second);
  assert.equal(
    first?.reduce((n, b) => n + b, 0),
    2,
  );
});

/** Deterministic pseudo-random cells: about one in ten is small, one in ten empty. */
function rowsOf(atoms: number, start: number): number[] {
  let state = start;
  return Array.from({ length: atoms }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    const draw = Math.floor(state / 65_536) % 100;
    return draw < 10 ? 0 : draw < 20 ? (draw % 4) + 1 : draw;
  });
}

for (const { name, sizes, sets } of [
  { name: 'ROLLUP of 100 × 10 × 10', sizes: [100, 10, 10], sets: [[0, 1, 2], [0, 1], [0], []] },
  { name: 'CUBE of 20 × 20 × 20', sizes: [20, 20, 20], sets: subsets(3).reverse() },
]) {
  test(`${name}: over 9,000 cells are settled, and most stay`, () => {
    const plan = tablePlan(sizes, sets);
    assert.ok(plan.cellCount > 9_000);
    const rows = rowsOf(
      sizes.reduce((n, s) => n * s, 1),
      7,
    );
    const values = sumsOf(sizes, sets, rows);
    const passes = Uint8Array.from(values, (v) => (v >= MINIMUM ? 1 : 0));
    const empty = Uint8Array.from(values, (v) => (v === 0 ? 1 : 0));
    const [shown] = settle(plan, [passes, empty]) as [Uint8Array];
    const kept = shown.reduce((n, b) => n + b, 0);
    const passing = passes.reduce((n, b) => n + b, 0);
    console.log(`${name}: ${kept} of ${passing} cells that pass are shown`);
    assert.ok(kept > passing / 2 && kept < passing, `${kept} of ${passing}`);
  });
}

function sumsOf(sizes: readonly number[], sets: readonly (readonly number[])[], rows: readonly number[]): number[] {
  return sets.flatMap((set) => {
    const sums = new Array<number>(set.reduce((n, k) => n * (sizes[k] as number), 1)).fill(0);
    rows.forEach((n, atom) => {
      let rest = atom;
      const at = sizes.map((s) => {
        const value = rest % s;
        rest = Math.floor(rest / s);
        return value;
      });
      const cell = set.reduce((i, k) => i * (sizes[k] as number) + (at[k] as number), 0);
      sums[cell] = (sums[cell] as number) + n;
    });
    return sums;
  });
}
