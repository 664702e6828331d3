/**
 * How many rows off noisy quantiles are, measured in a committee of three, beside what explain says for `WITHIN … ROWS`: in 95
 * of 100 cells at most so many. The control is noise of five times the scale, which leaves that in far more than 5 of 100.
 * Exact binomial bounds, α = 1e-9, 1,000 cells.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rational } from '@sluis/math';
import { probabilityBound } from '@sluis/math/fixtures';
import { constant, NONE, noised, noisyPlan, on } from '../../dp/src/joint/fixtures/noisy-plan.ts';
import { addedNoise } from './noise-parts.ts';
import { rowsOff } from './rows-off.ts';

const [CELLS, ALPHA, SCALE, SIZE] = [1000, 1e-9, 3, 40];
/** Rows one value apart, so that ranks and values are the same but for the rows of one value. */
const EACH = 2;

/** Rows that each cell's quantile is off. */
async function measured(scale: number, at: number): Promise<number[]> {
  const plan = noisyPlan({
    ...{ cells: CELLS, count: NONE, sum: NONE, maximumRows: 10 ** 6 },
    bins: { size: SIZE * 10, on: on(String(scale)), at, continuous: false },
  });
  const given = constant(plan, (kind, _bin, p) => (kind === 'bin' && p === 0 ? BigInt(EACH) : 0n));
  const [, value = []] = (await noised(plan, given)).accumulators;
  const place = (at / 10_000) * EACH * SIZE * 10;
  // Up to v there are 2·(v + 1) rows, below it 2·v.
  return value.map(Number).map((v) => Math.max(EACH * v - place, place - EACH * (v + 1), 0));
}

for (const at of [5000, 2500])
  test(`the quantile at ${at / 10_000} is as many rows off as explain says, and with five times the noise more often`, async () => {
    const added = addedNoise('discrete-laplace', 'shares', rational(BigInt(SCALE)));
    const rows = Number(rowsOff(added, { at, extreme: false, size: SIZE * 10 }, 0.05));
    const beyond = (list: readonly number[]) => list.filter((n) => n > rows).length;
    const [right, wrong] = [await measured(SCALE, at), await measured(5 * SCALE, at)];
    const mean = right.reduce((a, b) => a + b, 0) / CELLS;
    console.log(
      `${at}: ${rows} rows said; ${beyond(right)} of ${CELLS} beyond, mean ${mean.toFixed(1)}; ${beyond(wrong)} with five times the noise`,
    );
    assert.ok(probabilityBound('lower', beyond(right), CELLS, ALPHA) <= 0.05);
    assert.ok(probabilityBound('lower', beyond(wrong), CELLS, ALPHA) > 0.05, `${beyond(wrong)}`);
  });
