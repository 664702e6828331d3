/**
 * Noisy minima and maxima in a real committee: how many rows they are off, beside what explain says. It says that in 95 of 100
 * cases the minimum lies between the smallest value and the (2r − 1)-th smallest, r being the rank at which it is found, and
 * that its interval holds the r-th smallest.
 *
 * Every cell has noise of its own. Exact binomial bounds, α = 1e-9 each. The control takes a rank of a third, which lets noise
 * find values below all rows in more than 20 of 100 cells: more than ten deviations from 5.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AddedNoise, twoWeightMargin } from '@sluis/budget';
import { rational } from '@sluis/math';
import { probabilityBound } from '@sluis/math/fixtures';
import type { PlanNoise } from '@sluis/model';
import { constant, NONE, noised, noisyPlan, on } from './fixtures/noisy-plan.ts';

const CELLS = 1000;
const ALPHA = 1e-9;
const SIZE = 60;
const SCALE = 3n;

interface Way {
  readonly mechanism: PlanNoise['mechanism'];
  readonly generation: PlanNoise['generation'];
  readonly added: AddedNoise;
}

const WAYS: readonly Way[] = [
  {
    mechanism: 'discrete-laplace',
    generation: 'shares',
    added: { kind: 'discrete-laplace', scale: rational(SCALE), added: 3, complete: 2 },
  },
  {
    mechanism: 'discrete-gaussian',
    generation: 'bits',
    added: { kind: 'discrete-gaussian', variance: rational(SCALE), added: 1 },
  },
];

/** As the planner takes it. */
const rankOf = ({ added }: Way): number =>
  1 +
  Math.floor(Number(twoWeightMargin(added, { weights: [10_000, 0], from: SIZE - 1, to: SIZE - 1, total: SIZE - 1 }, 0.05 / 4)) / 10_000);

interface Found {
  readonly value: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
}

async function found({ mechanism, generation, added }: Way, bins: readonly number[], at: 0 | 10_000, rank: number): Promise<Found> {
  const searched = bins.length - 1;
  const margins = Array.from({ length: searched }, (_, v) => {
    const shape = { weights: [10_000 - at, at] as const, from: v + 1, to: v + 1, total: bins.length };
    return { values: 1, by: String(twoWeightMargin(added, shape, 0.025)) };
  });
  const plan = noisyPlan({
    ...{ mechanism, generation, cells: CELLS, count: NONE, sum: NONE, maximumRows: 10 ** 6 },
    bins: { size: bins.length, on: on(String(SCALE)), at, rank, continuous: false, margins },
  });
  const given = constant(plan, (kind, bin, p) => (kind === 'bin' && p === 0 ? BigInt(bins[bin] ?? 0) : 0n));
  const [, value = [], low = [], high = []] = (await noised(plan, given)).accumulators;
  return { value: value.map(Number), low: low.map(Number), high: high.map(Number) };
}

const atMost = (cases: number, share: number, what: string): void =>
  assert.ok(probabilityBound('lower', cases, CELLS, ALPHA) <= share, `${what}: ${cases} of ${CELLS}`);

/** Twenty empty values, rows one by one in the next 20, and twenty empty ones again. */
const spread = (each: number): number[] => Array.from({ length: SIZE }, (_, v) => (v >= 20 && v < 40 ? each : 0));
/** Rows up to a value. */
const upTo = (bins: readonly number[], v: number): number => bins.slice(0, v + 1).reduce((a, b) => a + b, 0);

for (const way of WAYS)
  for (const at of [0, 10_000] as const)
    test(`${way.mechanism} by ${way.generation}, ${at === 0 ? 'minimum' : 'maximum'}: as many rows off as explain says`, async () => {
      const [rank, bins] = [rankOf(way), spread(15)];
      const mirrored = (v: number): number => (at === 0 ? v : SIZE - 1 - v);
      const { value, low, high } = await found(way, bins, at, rank);
      // How many rows lie below the value found, and up to it, seen from the end.
      const places = value.map((v) => ({ below: upTo(bins, mirrored(v) - 1), upTo: upTo(bins, mirrored(v)) }));
      const off = places.map((p) => Math.max(p.below + 1 - rank, rank - p.upTo, 0));
      const outside = places.filter((p) => p.upTo === 0 || p.below + 1 > 2 * rank - 1).length;
      const exact = mirrored(bins.findIndex((_, v) => upTo(bins, v) >= rank));
      console.log(
        `rank ${rank}: ${outside} of ${CELLS} outside 1 … ${2 * rank - 1}; mean error in rank ${(off.reduce((a, b) => a + b, 0) / CELLS).toFixed(1)} rows; intervals miss ${low.filter((x) => x > exact).length} and ${high.filter((x) => x < exact).length}`,
      );
      atMost(outside, 0.05, 'outside');
      atMost(low.filter((x) => x > exact).length, 0.025, 'low');
      atMost(high.filter((x) => x < exact).length, 0.025, 'high');
      // What is said is not far from what happens: half of the rows that it may be off are too few for it.
      assert.ok(off.some((n) => n > rank / 4));
    });

test('rows that begin late: noise finds empty values in at most 5 of 100 cells, and with a third of the rank far more often', async () => {
  const [way = assert.fail()] = WAYS;
  const bins = Array.from({ length: SIZE }, (_, v) => (v === SIZE - 1 ? 1000 : 0));
  const rank = rankOf(way);
  const early = async (of: number): Promise<number> => (await found(way, bins, 0, of)).value.filter((v) => v < SIZE - 1).length;
  const [right, wrong] = [await early(rank), await early(Math.ceil(rank / 3))];
  console.log(`${right} of ${CELLS} at rank ${rank} below all rows, ${wrong} at a third of it`);
  atMost(right, 0.05, 'below all rows');
  assert.ok(probabilityBound('lower', wrong, CELLS, ALPHA) > 0.05, `a third of the rank shows: ${wrong} of ${CELLS}`);
});

test('a group without rows is found at the other end, and nothing is told by absence', async () => {
  const [way = assert.fail()] = WAYS;
  const { value } = await found(way, new Array<number>(SIZE).fill(0), 0, rankOf(way));
  assert.equal(value.length, CELLS);
  atMost(value.filter((v) => v < SIZE - 1).length, 0.05, 'below the last value');
});
