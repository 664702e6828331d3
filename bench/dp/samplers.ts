/** Samples per second of CPU time on one core, tables included; beside it the same distribution drawn one by one. */
import { systemRandom } from '@sluis/base';
import * as math from '@sluis/math';
import type { BenchmarkOptions, Figure } from '../figure.ts';

const GOAL = 1e6;
/** Vectors shorter than a thousand are drawn one by one. */
const SHORT = 500;

interface Sampler {
  readonly name: string;
  readonly draw: (length: number) => BigInt64Array;
  readonly goal?: number;
  readonly oneByOne?: true;
}

const of = (n: bigint, d = 1n) => math.rational(n, d);

const SAMPLERS: readonly Sampler[] = [
  { name: 'discrete Laplace, scale 10', draw: (n) => math.discreteLaplace(systemRandom, of(10n), n), goal: GOAL, oneByOne: true },
  { name: 'discrete Laplace, scale 10^6', draw: (n) => math.discreteLaplace(systemRandom, of(10n ** 6n), n), goal: GOAL },
  { name: 'discrete Gaussian, deviation 1', draw: (n) => math.discreteGaussian(systemRandom, of(1n), n), goal: GOAL, oneByOne: true },
  { name: 'discrete Gaussian, deviation 100', draw: (n) => math.discreteGaussian(systemRandom, of(10n ** 4n), n), goal: GOAL },
  { name: 'discrete Gaussian, deviation 10^6', draw: (n) => math.discreteGaussian(systemRandom, of(10n ** 12n), n), goal: GOAL },
  { name: 'geometric, scale 10', draw: (n) => math.geometric(systemRandom, of(10n), n), oneByOne: true },
  { name: 'Laplace share of 3, scale 10', draw: (n) => math.discreteLaplaceShare(systemRandom, of(10n), 3, n) },
  { name: 'Laplace share of 3, scale 10^6', draw: (n) => math.discreteLaplaceShare(systemRandom, of(10n ** 6n), 3, n) },
];

export function samplerFigures(options: BenchmarkOptions): Figure[] {
  return SAMPLERS.filter(({ name }) => options.only === null || name.includes(options.only)).map((sampler) => figure(sampler, options));
}

function figure({ name, draw, goal, oneByOne }: Sampler, options: BenchmarkOptions): Figure {
  const value = perSecond(() => draw(1_000_000).length, options);
  const missed = goal !== undefined && value < goal ? { missed: `${(goal / value).toFixed(2)}×` } : {};
  const peerValue = oneByOne === true ? perSecond(() => draw(SHORT).length, options) : null;
  return {
    name,
    value,
    unit: 'samples/CPU-s',
    ...(goal === undefined ? {} : { goal: '≥ 1,000,000' }),
    ...missed,
    ...(peerValue === null ? {} : { peer: 'drawn one by one', peerValue, ratio: value / peerValue }),
  };
}

/** The best of several runs, since other programs only ever slow one down. */
function perSecond(draw: () => number, { quick }: BenchmarkOptions): number {
  const once = () => {
    const before = process.cpuUsage();
    let drawn = 0;
    let seconds = 0;
    while (seconds < 0.05) {
      drawn += draw();
      const { user, system } = process.cpuUsage(before);
      seconds = (user + system) / 1e6;
    }
    return drawn / seconds;
  };
  once();
  return Math.max(...Array.from({ length: quick ? 3 : 7 }, once));
}
