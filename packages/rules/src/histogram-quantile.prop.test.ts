import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from '@sluis/base';
import fc from 'fast-check';
import { layoutOf, type Plan, type PlanAccumulator, signedBits, wordsForBits } from '@sluis/model';
import { replicatedSharing } from '@sluis/mpc';
import { reveal, simulateCommittee, toColumn } from '@sluis/mpc/simulation';
import { samplePlan } from '@sluis/technique/fixtures';
import { exactRules } from './index.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
console.log(`seed ${seed}`);

interface Case {
  readonly size: number;
  readonly low: bigint;
  readonly at: number;
  readonly continuous: boolean;
  readonly wide: boolean;
  /** Per provider and cell, the values as bins. */
  readonly values: readonly (readonly (readonly number[])[])[];
}

function planOf(c: Case): Plan {
  const most = (c.low < 0n ? -c.low : c.low) + BigInt(c.size);
  const words = wordsForBits(signedBits(most * 10_000n)) + (c.wide ? 1 : 0);
  const quantile = { histogram: 0, contribution: 0, at: c.at, continuous: c.continuous, low: String(c.low) };
  const accumulator: PlanAccumulator = { kind: 'histogram', sql: 'x', scale: 0, minimum: '0', maximum: '0', words, quantile };
  return samplePlan({
    providers: c.values.map((_, p) => `p${p}`),
    maximumRows: 1000,
    keys: [],
    groupingSets: [[]],
    cellCount: c.values[0]?.length ?? 0,
    contributions: [{ sql: 'count(*)' }],
    accumulators: [accumulator],
    dominances: [],
    histograms: [{ rowSql: 'x', size: c.size }],
    aggregates: [],
    outputs: [],
    rules: { minimumRows: 1, minimumOrganisations: 1, dominance: null, pPercent: null, withoutReceivers: [] },
  });
}

function shared(c: Case, plan: Plan) {
  const layout = layoutOf(plan);
  return c.values.map((cells) => {
    const columns = layout.map((l) =>
      toColumn(
        cells.map((x) => {
          if (l.kind === 'count') return BigInt(x.length);
          if (l.kind === 'present') return x.length > 0 ? 1n : 0n;
          return l.kind === 'bin' ? BigInt(x.filter((v) => v === l.bin).length) : 0n;
        }),
        l.words,
      ),
    );
    return replicatedSharing.split(
      { cells: plan.cellCount, columns },
      layout.map((l) => l.words),
      systemRandom,
    );
  });
}

async function run(c: Case, decide: boolean) {
  const plan = planOf(c);
  exactRules.checkPlan(plan);
  const messages = shared(c, plan);
  const words = layoutOf(plan).map((l) => l.words);
  const simulated = await simulateCommittee(async (committee) => {
    const inputs = plan.providers.map((organisation, p) => ({
      organisation,
      columns: replicatedSharing.combine(committee.me, messages[p]?.[committee.me] ?? assert.fail(), plan.cellCount, words),
    }));
    const totals = await exactRules.combine(committee, plan, inputs);
    if (decide) await exactRules.decide(committee, plan, inputs, totals);
    return committee.components(totals.accumulators[0] ?? assert.fail());
  });
  return { plan, simulated, opened: reveal(simulated.results, plan.accumulators[0]?.words ?? 0) };
}

/** DuckDB's QUANTILE_CONT and QUANTILE_DISC, in the unit of the result. */
function expected({ at, continuous, low }: Case, values: readonly number[]): bigint {
  const sorted = values.map((v) => low + BigInt(v)).sort((a, b) => Number(a - b));
  const n = sorted.length;
  if (!continuous) return sorted[Math.max(Math.ceil((at * n) / 10_000) - 1, 0)] as bigint;
  const t = at * (n - 1);
  const [i, f] = [Math.floor(t / 10_000), BigInt(t % 10_000)];
  return (sorted[i] as bigint) * (10_000n - f) + (sorted[i + 1] ?? 0n) * f;
}

const cases = fc
  .record({
    size: fc.integer({ min: 1, max: 40 }),
    cells: fc.integer({ min: 1, max: 4 }),
    providers: fc.integer({ min: 1, max: 4 }),
    low: fc.bigInt({ min: -(2n ** 40n), max: 2n ** 40n }),
    at: fc.oneof(fc.constantFrom(0, 1, 2500, 3333, 5000, 9999, 10_000), fc.nat({ max: 10_000 })),
    continuous: fc.boolean(),
    wide: fc.boolean(),
  })
  .chain(({ cells, providers, ...rest }) => {
    const part = fc.array(fc.nat({ max: rest.size - 1 }), { maxLength: 9 });
    const each = <T>(of: fc.Arbitrary<T>, length: number) => fc.array(of, { minLength: length, maxLength: length });
    return each(each(part, cells), providers).map((values): Case => ({ ...rest, values }));
  });

test('quantiles found in secret histograms are those of the pooled rows', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (c) => {
      const { opened } = await run(c, false);
      opened.forEach((value, cell) => {
        const pooled = c.values.flatMap((cells) => cells[cell] ?? []);
        // A cell without rows is never opened.
        if (pooled.length > 0) assert.equal(value, expected(c, pooled));
      });
    }),
    { seed, numRuns: 150 },
  );
});

test('what does not fit is refused', () => {
  const plan = planOf({ size: 3, low: 0n, at: 5000, continuous: true, wide: false, values: [[[]]] });
  const refused = (change: Partial<Plan>) =>
    assert.throws(() => exactRules.checkPlan({ ...plan, ...change }), { code: 'plan/unsupported-shape' });
  refused({ histograms: [{ rowSql: 'x', size: 32_769 }] });
  refused({ histograms: [] });
  refused({ maximumRows: 2 ** 52 });
  const [a] = plan.accumulators;
  refused({
    accumulators: [{ ...(a as PlanAccumulator), quantile: { histogram: 0, contribution: 0, at: 10_001, continuous: true, low: '0' } }],
  });
  refused({ accumulators: [{ kind: 'histogram', sql: 'x', scale: 0, minimum: '0', maximum: '0', words: 1 }] });
});

test('stated cost equals metered rounds and bytes', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (c) => {
      const { plan, simulated } = await run(c, true);
      const stated = exactRules.cost({ cells: plan.cellCount, providers: plan.providers.length, wordsPerCell: 0, plan });
      const { rounds, bytes } = simulated;
      assert.deepEqual([stated.rounds, stated.bytes], [rounds, bytes[0] + bytes[1] + bytes[2]]);
    }),
    { seed, numRuns: 30 },
  );
});
