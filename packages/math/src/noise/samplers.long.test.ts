/**
 * Goodness of fit at full power: χ² on 10 million draws of each sampler, α = 1e-9 each. Noise one percent too small or too
 * large (of shares, three percent) is rejected: statistics lie seven standard deviations or more above the threshold.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as truth from '../fixtures/index.ts';
import { goodnessOfFit, type Probability, seededRandom, testSeed } from '../fixtures/index.ts';
import { rational } from '../rational.ts';
import * as samplers from './samplers.ts';

const random = seededRandom(testSeed);
const N = 10_000_000;
const TEN = rational(10n);

const CASES: readonly [name: string, draw: () => BigInt64Array, truth: (factor: number) => Probability, reach: number, off?: number][] = [
  ['discrete Laplace', () => samplers.discreteLaplace(random, TEN, N), (f) => truth.laplaceProbability(10 * f), 160],
  ['discrete Gaussian', () => samplers.discreteGaussian(random, rational(100n), N), (f) => truth.gaussianProbability(100 * f * f), 60],
  [
    'wide discrete Gaussian',
    () => samplers.discreteGaussian(random, rational(10n ** 6n), N),
    (f) => truth.gaussianProbability(1e6 * f * f),
    5000,
  ],
  ['geometric', () => samplers.geometric(random, TEN, N), (f) => truth.geometricProbability(10 * f), 170],
  [
    'Laplace share of two',
    () => samplers.discreteLaplaceShare(random, TEN, 2, N),
    (f) => truth.laplaceShareProbability(10 * f, 2),
    160,
    0.03,
  ],
  [
    'Laplace share of seven',
    () => samplers.discreteLaplaceShare(random, TEN, 7, N),
    (f) => truth.laplaceShareProbability(10 * f, 7),
    160,
    0.03,
  ],
];

for (const [name, draw, probability, reach, off = 0.01] of CASES)
  test(`${name}: 10 million draws fit, and not ${100 * off} percent off (seed ${testSeed})`, () => {
    const samples = draw();
    const fit = (factor: number) => goodnessOfFit(samples, probability(factor), reach);
    const { statistic, threshold, bins } = fit(1);
    assert.ok(statistic < threshold, `χ² = ${statistic.toFixed(1)} over ${bins} bins`);
    for (const factor of [1 - off, 1 + off]) {
      const wrong = fit(factor);
      assert.ok(wrong.statistic > wrong.threshold, `${factor}: χ² = ${wrong.statistic.toFixed(1)} of ${wrong.threshold.toFixed(1)}`);
    }
  });
