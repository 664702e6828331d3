/**
 * Confidence intervals hold the exact value as often as they say: exact binomial bounds, α = 1e-9 each, 1,000 runs at the level
 * 0.9. Intervals of half the width are rejected: they hold at most 0.744 of the time, and up to 0.84 is noticed (seven
 * standard deviations more).
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rational } from '@sluis/math';
import { probabilityBound, seededRandom, testSeed } from '@sluis/math/fixtures';
import * as dp from './library.ts';
import { normalQuantile } from './noise/within.ts';

const random = seededRandom(testSeed);
const RUNS = 1000;
const level = 0.9;
const GRID = { lower: '0', upper: '100' };
const values = Array.from({ length: 400 }, (_, i) => (i * 37) % 101);
const rows = dp.rowsAreUnits(values, (x) => String(x % 3));
const same = (x: number) => x;
const n = values.length;
const mean = values.reduce((a, b) => a + b) / n;
const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / n;

interface Case {
  readonly name: string;
  readonly truth: number;
  readonly run: () => dp.Estimate;
  /** Interval arithmetic and intervals for many values at once are wider than they need be. */
  readonly wide?: true;
}

const of = (mechanism: dp.Mechanism<dp.BoundedRows<number>, dp.Estimate>) => () => mechanism.run(random, rows);

const CASES: readonly Case[] = [
  { name: 'count, Laplace', truth: n, run: of(dp.count({ noise: { epsilon: '0.1' }, level })) },
  { name: 'count, Gaussian', truth: n, run: of(dp.count({ noise: { variance: '40' }, level })) },
  { name: 'sum, wide Gaussian', truth: n * mean, run: of(dp.sum({ noise: { rho: '0.1' }, level, ...GRID }, same)) },
  { name: 'mean', truth: mean, run: of(dp.mean({ noise: { epsilon: '1' }, level, ...GRID }, same)), wide: true },
  { name: 'variance', truth: variance, run: of(dp.variance({ noise: { rho: '0.5' }, level, ...GRID }, same)), wide: true },
  {
    name: 'covariance',
    truth: -variance,
    run: of(dp.covariance({ noise: { rho: '0.5' }, level, x: GRID, y: { lower: '-100', upper: '0' } }, same, (x) => -x)),
    wide: true,
  },
  {
    name: 'histogram',
    truth: values.filter((x) => x % 3 === 1).length,
    run: () => dp.histogram({ noise: { epsilon: '0.3' }, level }, ['0', '1', '2']).run(random, rows)[1] as dp.Estimate,
  },
  {
    name: 'relative count',
    truth: n,
    run: () => dp.relativeCount({ least: '0.01', most: '1', error: '0.2', level }).run(random, rows),
    wide: true,
  },
];

for (const { name, truth, run, wide = false } of CASES)
  test(`${name}: the interval holds the truth (seed ${testSeed})`, () => {
    const estimates = Array.from({ length: RUNS }, run);
    const held = (narrower: number) =>
      estimates.filter(({ value, interval: { low, high } }) => {
        const [down, up] = [(value - low) * narrower, (high - value) * narrower];
        return truth >= value - down - 1e-9 && truth <= value + up + 1e-9;
      }).length;
    assert.ok(probabilityBound('upper', held(1), RUNS, 1e-9) >= level, `${held(1)} of ${RUNS}`);
    if (!wide) assert.ok(probabilityBound('upper', held(0.5), RUNS, 1e-9) < level, `half as wide: ${held(0.5)} of ${RUNS}`);
  });

test('bounds on noise are right to the last whole number', () => {
  // P(|x| > t) for Laplace noise of scale 10 is 2q^(t+1)/(1+q).
  const q = Math.exp(-0.1);
  const t = Number(dp.laplaceWithin(rational(10n), 0.95));
  assert.ok((2 * q ** (t + 1)) / (1 + q) <= 0.05 && (2 * q ** t) / (1 + q) > 0.05);
  assert.equal(dp.gaussianWithin(rational(1n), 0.95), 2n);
  assert.equal(dp.gaussianWithin(rational(1n, 100n), 0.95), 0n);
  assert.ok(Math.abs(normalQuantile(0.025) - 1.959963984540054) < 1e-12);
  assert.ok(Math.abs(normalQuantile(1e-9) - 5.9978070150076865) < 1e-9);
});
