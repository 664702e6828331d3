/** The ends of a noisy quantile's interval, searched on secrets, are those that plain numbers give in the same bins. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type PlanQuantile, type PlanQuantileEnd, signedBits, wordsForBits } from '@sluis/model';
import { maliciousComputation } from '@sluis/mpc';
import { reveal, simulateCommittee, type SimulationOptions, toColumn } from '@sluis/mpc/simulation';
import { CommitteeMeter, quantileEndBits, quantileEndCost, quantileEndInBins, quantileInBins } from '@sluis/technique';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
console.log(`seed ${seed}`);

interface Case {
  /** Noisy counts per cell and value. */
  readonly cells: readonly (readonly number[])[];
  readonly quantile: PlanQuantile;
  readonly margins: readonly number[];
  readonly wide: boolean;
}

const MOST = 20_000n;
const SIDES = ['low', 'high'] as const;

/** A share of all rows, or a rank from one end. */
const placed: fc.Arbitrary<Pick<PlanQuantile, 'at' | 'rank' | 'continuous'>> = fc.oneof(
  fc.record({
    at: fc.oneof(fc.constantFrom(0, 1, 100, 2500, 5000, 9900, 10_000), fc.nat({ max: 10_000 })),
    continuous: fc.boolean(),
  }),
  fc.record({
    at: fc.constantFrom(0, 10_000),
    rank: fc.oneof(fc.constantFrom('1', '2', '20000'), fc.integer({ min: 1, max: 3000 }).map(String)),
    continuous: fc.constant(false),
  }),
);

const cases: fc.Arbitrary<Case> = fc
  .record({ size: fc.integer({ min: 1, max: 20 }), cells: fc.integer({ min: 1, max: 4 }) })
  .chain(({ size, cells }) =>
    fc.record({
      cells: fc.array(fc.array(fc.integer({ min: -60, max: 400 }), { minLength: size, maxLength: size }), {
        minLength: cells,
        maxLength: cells,
      }),
      quantile: fc
        .record({
          histogram: fc.constant(0),
          contribution: fc.constant(0),
          low: fc.bigInt({ min: -(2n ** 40n), max: 2n ** 40n }).map(String),
        })
        .chain((base) => placed.map((place): PlanQuantile => ({ ...base, ...place }))),
      margins: fc.array(fc.nat({ max: 5_000_000 }), { minLength: size - 1, maxLength: size - 1 }),
      wide: fc.boolean(),
    }),
  );

const scaleOf = ({ continuous }: PlanQuantile): bigint => (continuous ? 10_000n : 1n);

/** What 10000·c(v) − at·n reaches at the quantile. */
function wantedOf({ at, rank, continuous }: PlanQuantile, side: PlanQuantileEnd['side']): number {
  if (rank !== undefined) return at === 0 ? 10_000 * Number(rank) : -10_000 * (Number(rank) - 1);
  if (continuous) return side === 'low' ? 1 - at : 10_000 - at;
  return at === 0 ? 1 : 0;
}

/** The definition in `quantileEndInBins`, in plain numbers. */
function plainEnd({ quantile, margins }: Case, bins: readonly number[], side: PlanQuantileEnd['side']): bigint {
  const { low } = quantile;
  const wanted = wantedOf(quantile, side);
  const { at } = quantile;
  const n = bins.reduce((a, b) => a + b, 0);
  const d = margins.map((_, v) => 10_000 * bins.slice(0, v + 1).reduce((a, b) => a + b, 0) - at * n);
  const first = d.findIndex((x, v) => x >= wanted - (margins[v] ?? 0));
  const last = d.findLastIndex((x, v) => x < wanted + (margins[v] ?? 0));
  const found = side === 'low' ? (first < 0 ? margins.length : first) : last + 1;
  return (BigInt(low) + BigInt(found)) * scaleOf(quantile);
}

async function run(c: Case, options: SimulationOptions = {}) {
  const { quantile, margins } = c;
  const words = wordsForBits(signedBits((2n ** 40n + 32n) * scaleOf(quantile))) + (c.wide ? 1 : 0);
  const steps = margins.map((by) => ({ values: 1, by: String(by) }));
  const simulated = await simulateCommittee(async (committee) => {
    const bins = Array.from({ length: margins.length + 1 }, (_, v) =>
      committee.publicColumn(
        toColumn(
          c.cells.map((b) => BigInt(b[v] ?? 0)),
          1,
        ),
        1,
      ),
    );
    const n = committee.sum(bins);
    const ends = [];
    for (const side of SIDES)
      ends.push(await quantileEndInBins(committee, bins, n, quantile, { side, margins: steps }, quantileEndBits(MOST), words));
    return ends.map((e) => committee.components(e));
  }, options);
  const found = SIDES.map((_, i) =>
    reveal(
      simulated.results.map((r) => r[i] ?? assert.fail()),
      words,
    ),
  );
  return { found, words, ...simulated };
}

test('ends found on secrets are those of the plain search, at their stated cost', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (c) => {
      const { found, words, rounds, bytes } = await run(c);
      SIDES.forEach((side, i) => {
        assert.deepEqual(
          found[i],
          c.cells.map((bins) => plainEnd(c, bins, side)),
          side,
        );
      });
      const meter = new CommitteeMeter();
      for (const _ of SIDES) quantileEndCost(meter, c.margins.length + 1, c.cells.length, c.quantile, quantileEndBits(MOST), words);
      assert.deepEqual([meter.rounds, meter.bytes], [rounds, bytes.reduce((a, b) => a + b, 0)]);
    }),
    { seed, numRuns: 120 },
  );
});

test('the same where a compute party may deviate', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (c) => {
      const { found } = await run(c, { convene: maliciousComputation.convene });
      assert.deepEqual(
        found,
        SIDES.map((side) => c.cells.map((bins) => plainEnd(c, bins, side))),
      );
    }),
    { seed, numRuns: 15 },
  );
});

test('what is found without a margin lies between both ends', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (c) => {
      const { found } = await run(c);
      const { results } = await simulateCommittee(async (committee) => {
        const bins = Array.from({ length: c.margins.length + 1 }, (_, v) =>
          committee.publicColumn(
            toColumn(
              c.cells.map((b) => BigInt(b[v] ?? 0)),
              1,
            ),
            1,
          ),
        );
        const value = await quantileInBins(committee, bins, committee.sum(bins), c.quantile, quantileEndBits(MOST), 2);
        return committee.components(value);
      });
      reveal(results, 2).forEach((value, cell) => {
        assert.ok((found[0]?.[cell] ?? assert.fail()) <= value && value <= (found[1]?.[cell] ?? assert.fail()), String(value));
      });
    }),
    { seed, numRuns: 60 },
  );
});

test('with a rank it is the value of so many rows from an end, found from noisy counts up to it alone or beyond it alone', async () => {
  await fc.assert(
    fc.asyncProperty(cases, fc.integer({ min: 1, max: 500 }), fc.boolean(), async (c, rank, upwards) => {
      const quantile: PlanQuantile = { ...c.quantile, at: upwards ? 0 : 10_000, rank: String(rank), continuous: false, low: '7' };
      const { results } = await simulateCommittee(async (committee) => {
        const bins = (c.cells[0] ?? []).map((_, v) =>
          committee.publicColumn(
            toColumn(
              c.cells.map((b) => BigInt(b[v] ?? 0)),
              1,
            ),
            1,
          ),
        );
        return committee.components(await quantileInBins(committee, bins, committee.sum(bins), quantile, quantileEndBits(MOST), 1));
      });
      const expected = c.cells.map((bins) => {
        const sum = (from: number, to: number) => bins.slice(from, to).reduce((a, b) => a + b, 0);
        const below = c.margins.filter((_, v) => (upwards ? sum(0, v + 1) < rank : sum(v + 1, bins.length) >= rank));
        return BigInt(7 + below.length);
      });
      assert.deepEqual(reveal(results, 1), expected);
    }),
    { seed, numRuns: 60 },
  );
});
