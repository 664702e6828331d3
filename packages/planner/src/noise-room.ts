/** Room for noise: a sum that wrapped around would be far off, and its noise no longer what the guarantee speaks of. */
import { parseRational } from '@sluis/math';
import { RefusedError } from '@sluis/base';
import {
  type NoiseKind,
  type PlanAccumulator,
  type PlanAggregate,
  type PlanNoise,
  type PlanNoiseOn,
  signedBits,
  wordsForBits,
} from '@sluis/model';
import { decimalOf, isFloat } from './types.ts';

/** Noise beyond so many scales, or standard deviations, is less likely than a fault of all machines at once (below e^−50). */
const SCALES = 60n;

/** A whole number that the noise of all compute parties together does not exceed in size. */
export function tailOf({ sensitivity, parameter }: PlanNoiseOn, mechanism: NoiseKind): bigint {
  if (sensitivity === '0') return 0n;
  const { numerator, denominator } = parseRational(parameter);
  const scale = numerator / denominator + 1n;
  return SCALES * (mechanism === 'discrete-laplace' ? scale : rootOf(scale * 2n) + 1n);
}

/** Largest whole number whose square is at most n. */
function rootOf(n: bigint): bigint {
  if (n < 2n) return n;
  let root = 1n << BigInt(Math.ceil(n.toString(2).length / 2));
  for (;;) {
    const next = (root + n / root) / 2n;
    if (root - next < 1n) return root;
    root = next;
  }
}

const INT64 = 2n ** 62n;

/**
 * Accumulators with words enough for the total of so many inputs and the noise. Throws RefusedError `plan/no-bounds` where
 * counts or shown sums would not fit the types of their columns.
 */
export function withRoom(
  accumulators: readonly PlanAccumulator[],
  aggregates: readonly PlanAggregate[],
  inputs: number,
  noise: PlanNoise,
): PlanAccumulator[] {
  const { mechanism } = noise;
  if ([...noise.counts, ...noise.histograms].some((on) => tailOf(on, mechanism) >= INT64)) throw noRoom('A count');
  return accumulators.map((a, i) => {
    const on = noise.accumulators[i];
    if (on === undefined || on.sensitivity === '0') return a;
    const [low, high] = [-BigInt(a.minimum), BigInt(a.maximum)];
    const most = (high - low > 0n ? high : low) * BigInt(inputs) + tailOf(on, mechanism);
    if (aggregates.some((x) => x.kind === 'sum' && x.accumulators.includes(i) && most >= limitOf(x.type))) throw noRoom(a.sql);
    return { ...a, words: wordsForBits(signedBits(most)) };
  });
}

function limitOf(type: string): bigint {
  if (isFloat(type)) return 2n ** 1000n;
  return decimalOf(type) === null ? 2n ** 127n : 10n ** 38n;
}

const noRoom = (what: string): RefusedError =>
  new RefusedError('plan/no-bounds', {
    stage: 'plan',
    message: `${what} with this much noise does not fit the numbers that answers are made of.`,
    remedy: 'Ask with a larger epsilon, or agree on narrower bounds, fewer rows of a unit, or fewer groups.',
  });
