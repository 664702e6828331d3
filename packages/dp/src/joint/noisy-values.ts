/** Which numbers of a plan get noise, gathered so that everything of one distribution is one vector. */
import { floorRational, integerSquareRoot, parseRational, type Rational } from '@sluis/math';
import type { NoiseKind, Plan, PlanNoise, PlanNoiseOn } from '@sluis/model';

/** One column of totals that gets noise in every cell. */
export type NoisyValue =
  | { readonly kind: 'count'; readonly index: number }
  | { readonly kind: 'accumulator'; readonly index: number }
  | { readonly kind: 'bin'; readonly histogram: number; readonly bin: number };

/** Values whose noise has one distribution and one width of ring: their noise is one vector, value by value. */
export interface NoiseGroup {
  readonly parameter: Rational;
  readonly words: number;
  /** Most that one privacy unit changes one cell of any of them. */
  readonly sensitivity: bigint;
  readonly values: readonly NoisyValue[];
}

/** Throws TypeError for a plan without noise: `checkPlan` has refused it. */
export function noiseOf(plan: Plan): PlanNoise {
  if (plan.noise === undefined) throw new TypeError('the plan has no noise');
  return plan.noise;
}

export const isNoisy = (on: PlanNoiseOn | undefined): on is PlanNoiseOn => on !== undefined && on.sensitivity !== '0';

/** All values of the plan that get noise: counts, accumulators, then bins, in the order of their first parameter. */
export function noiseGroups(plan: Plan): NoiseGroup[] {
  const noise = noiseOf(plan);
  const groups = new Map<string, { -readonly [K in keyof NoiseGroup]: NoiseGroup[K] } & { values: NoisyValue[] }>();
  const put = (on: PlanNoiseOn | undefined, words: number, values: readonly NoisyValue[]) => {
    if (!isNoisy(on)) return;
    const key = `${words} ${on.parameter}`;
    const group = groups.get(key) ?? { parameter: parseRational(on.parameter), words, sensitivity: 0n, values: [] };
    groups.set(key, group);
    group.values.push(...values);
    if (BigInt(on.sensitivity) > group.sensitivity) group.sensitivity = BigInt(on.sensitivity);
  };
  plan.contributions.forEach((_, index) => {
    put(noise.counts[index], 1, [{ kind: 'count', index }]);
  });
  plan.accumulators.forEach(({ words }, index) => {
    put(noise.accumulators[index], words, [{ kind: 'accumulator', index }]);
  });
  plan.histograms?.forEach(({ size }, histogram) => {
    const bins = Array.from({ length: size }, (_, bin) => ({ kind: 'bin', histogram, bin }) as const);
    put(noise.histograms[histogram], 1, bins);
  });
  return [...groups.values()];
}

/** How many numbers get noise. */
export const noisyNumbers = (plan: Plan): number => plan.cellCount * noiseGroups(plan).reduce((n, g) => n + g.values.length, 0);

/** In scales or deviations: all parties' noise together exceeds it with a probability below 2^-60, see `reachOf`. */
const LAPLACE_REACH = 50n;
const GAUSSIAN_REACH = 10n;

/**
 * What all compute parties' noise together does not exceed in size, but with a probability below 2^-60.
 *
 * Laplace: the moment generating function of three Pólya shares of 1/2 is below that of four, which are two discrete
 * Laplaces; Chernoff's bound at 0.96/s gives 2·12.8²·e^(−48) < 2^-60. Gaussian: three shares of half the variance are
 * subgaussian with variance 3/2·v (Canonne, Kamath & Steinke 2020, Lemma 8); at 10·√(2v) that is 2·e^(−66) < 2^-94.
 */
export function reachOf(mechanism: NoiseKind, parameter: Rational): bigint {
  const whole = floorRational(parameter) + 1n;
  return mechanism === 'discrete-laplace' ? LAPLACE_REACH * whole : GAUSSIAN_REACH * (integerSquareRoot(2n * whole) + 1n);
}

/** The same for one kind of value; 0 without noise. */
export const reachOn = (mechanism: NoiseKind, on: PlanNoiseOn | undefined): bigint =>
  isNoisy(on) ? reachOf(mechanism, parseRational(on.parameter)) : 0n;
