/**
 * Goodness of fit of every sampler, in tables and one by one, and of tables cut so short that blocks, squeezes and tails all
 * matter: χ², α = 1e-9 each, n = 60,000 (20,000 one by one). Each test also rejects noise of 0.7 and 1.3 times the scale, a
 * sampler whose upper tail (from 1.5 scales on) is flipped to the lower one, and one that never leaves the table for its
 * tail: their non-centrality is above 400 where thresholds are below 250, so that the power is above 1 − 1e-9.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as truth from '../fixtures/index.ts';
import { goodnessOfFit, type Probability, seededRandom, testSeed } from '../fixtures/index.ts';
import { parseRational, rational } from '../rational.ts';
import { BlockTable, type Shape } from './block-table.ts';
import { RandomBits } from './random-bits.ts';
import * as samplers from './samplers.ts';
import * as shapes from './shapes.ts';

const random = seededRandom(testSeed);
const N = 60_000;
const N_SLOW = 20_000;

type Sample = (scale: string, length: number) => BigInt64Array;

/** Vectors too short for a table, joined. */
const oneByOne =
  (sample: Sample): Sample =>
  (scale, length) =>
    BigInt64Array.from(Array.from({ length: length / 500 }, () => [...sample(scale, 500)]).flat());

const ofShape =
  (shape: (scale: string) => Shape): Sample =>
  (scale, length) => {
    const [table, bits] = [new BlockTable(shape(scale)), new RandomBits(random, 3 * length)];
    return BigInt64Array.from({ length }, () => BigInt(table.next(bits)));
  };

const times = (text: string, factor: string) => {
  const [a, b] = [parseRational(text), parseRational(factor)];
  const { numerator, denominator } = rational(a.numerator * b.numerator, a.denominator * b.denominator);
  return `${numerator}/${denominator}`;
};

interface Case {
  readonly name: string;
  readonly sample: Sample;
  readonly scales: readonly string[];
  readonly truth: (scale: number) => Probability;
  /** Standard deviation, about, from the parameter. */
  readonly width: (scale: number) => number;
  readonly length?: number;
  /** 2 where the parameter is a variance: then it is multiplied twice. */
  readonly power?: 2;
  readonly oneSided?: true;
}

const laplace: Sample = (s, n) => samplers.discreteLaplace(random, parseRational(s), n);
const gaussian: Sample = (v, n) => samplers.discreteGaussian(random, parseRational(v), n);
const geometric: Sample = (s, n) => samplers.geometric(random, parseRational(s), n);
const share: Sample = (s, n) => samplers.discreteLaplaceShare(random, parseRational(s), 3, n);
const sum: Sample = (s, n) => {
  const shares = [share(s, n), share(s, n), share(s, n)];
  return BigInt64Array.from({ length: n }, (_, i) => shares.reduce((a, v) => a + (v[i] as bigint), 0n));
};
const ofLaplace = { truth: truth.laplaceProbability, width: (s: number) => s * Math.SQRT2 };
const ofGaussian = { truth: truth.gaussianProbability, width: Math.sqrt, power: 2 as const };
const ofGeometric = { truth: truth.geometricProbability, width: (s: number) => s, oneSided: true as const };

const CASES: readonly Case[] = [
  { name: 'discrete Laplace', sample: laplace, scales: ['1/2', '1', '10', '1234.5'], ...ofLaplace },
  { name: 'discrete Gaussian', sample: gaussian, scales: ['1/2', '1', '100', '1000000'], ...ofGaussian },
  { name: 'geometric', sample: geometric, scales: ['1', '20/3', '1000'], ...ofGeometric },
  { name: 'discrete Laplace, one by one', sample: oneByOne(laplace), scales: ['7/3'], length: N_SLOW, ...ofLaplace },
  { name: 'discrete Gaussian, one by one', sample: oneByOne(gaussian), scales: ['1/2', '40'], length: N_SLOW, ...ofGaussian },
  { name: 'geometric, one by one', sample: oneByOne(geometric), scales: ['7/3'], length: N_SLOW, ...ofGeometric },
  {
    name: 'discrete Laplace, short table',
    sample: ofShape((s) => shapes.laplaceShape(parseRational(s), { blocks: 4, reach: 1n })),
    scales: ['30'],
    ...ofLaplace,
  },
  {
    name: 'discrete Gaussian, short table',
    sample: ofShape((v) => shapes.gaussianShape(parseRational(v), { blocks: 4, reach: 1n })),
    scales: ['900'],
    ...ofGaussian,
  },
  {
    name: 'geometric, short table',
    sample: ofShape((s) => shapes.geometricShape(parseRational(s), { blocks: 4, reach: 1n })),
    scales: ['30'],
    ...ofGeometric,
  },
  {
    name: 'Laplace share',
    sample: share,
    scales: ['2', '50'],
    truth: (s) => truth.laplaceShareProbability(s, 3),
    width: (s) => s,
  },
  { name: 'sum of three Laplace shares', sample: sum, scales: ['1/2', '2', '50'], ...ofLaplace },
];

for (const { name, sample, scales, truth: probability, width, length = N, power = 1, oneSided = false } of CASES)
  for (const scale of scales)
    test(`${name} of ${scale} fits, wrong ones do not (seed ${testSeed})`, () => {
      const about = width(Number(parseRational(scale).numerator) / Number(parseRational(scale).denominator));
      const reach = Math.ceil(8 * about) + 3;
      const p = probability(Number(parseRational(scale).numerator) / Number(parseRational(scale).denominator));
      const check = (samples: BigInt64Array) => goodnessOfFit(samples, p, reach);
      const right = sample(scale, length);
      const fit = check(right);
      assert.ok(fit.statistic < fit.threshold, `χ² = ${fit.statistic.toFixed(1)} over ${fit.bins} bins`);
      for (const factor of ['0.7', '1.3']) {
        const wrong = check(sample(power === 2 ? times(times(scale, factor), factor) : times(scale, factor), length));
        assert.ok(wrong.statistic > wrong.threshold, `${factor} times the scale was not noticed: χ² = ${wrong.statistic.toFixed(1)}`);
      }
      const far = BigInt(Math.ceil(1.2 * about));
      const flipped = check(right.map((x) => (x >= far ? (oneSided ? 2n * far - x : -x) : x)));
      assert.ok(flipped.statistic > flipped.threshold, `a flipped tail was not noticed: χ² = ${flipped.statistic.toFixed(1)}`);
      const cut = check(right.filter((x) => x < far && x > -far));
      assert.ok(cut.statistic > cut.threshold, 'a missing tail was not noticed');
    });

test('two of three shares are not enough noise', () => {
  const two = [share('10', N), share('10', N)] as const;
  const wrong = two[0].map((x, i) => x + (two[1][i] as bigint));
  const { statistic, threshold } = goodnessOfFit(wrong, truth.laplaceProbability(10), 100);
  assert.ok(statistic > threshold);
});
