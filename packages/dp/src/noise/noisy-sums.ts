/** Several sums over the same rows, each with noise for its own sensitivity: what means, variances and regressions are made of. */
import type { Random } from '@sluis/base';
import { affordable } from '@sluis/budget';
import { multiplyRationals, rational, rationalText } from '@sluis/math';
import { checkContributions, type Contributions, ONE_ROW } from '../data/rows.ts';
import type { Claim, MechanismOptions, Sensitivity } from '../mechanism.ts';
import { type ChosenNoise, type Noise, noiseFor, spent, splitNoise } from './choice.ts';
import { around, type Range } from './range.ts';
import { checkLevel } from './within.ts';

export interface SumOptions extends MechanismOptions {
  readonly noise: Noise;
}

/** A sum over rows; one row adds at most `each`, in absolute value. */
export interface Summed {
  readonly of: string;
  readonly each: bigint;
}

export interface NoisySum {
  readonly value: bigint;
  /** Holds the exact sum; all of them at once with a probability of at least the level. */
  readonly range: Range;
}

export interface NoisySums {
  readonly claim: Claim;
  readonly contributions: Contributions;
  readonly level: number;
  add(random: Random, exact: readonly bigint[]): NoisySum[];
  /** Noise of the same kind on every sum, so many times: to simulate what noise does to what is computed from the sums. */
  simulate(random: Random, times: number): bigint[][];
}

/**
 * Claim: one unit has at most groups·rowsPerGroup rows, so it changes a sum by at most `each` times as much, in L1 and in L2.
 * Every sum gets an equal part of what may be lost; an accountant composes the parts.
 */
export function noisySums(options: SumOptions, sums: readonly Summed[]): NoisySums {
  const { contributions = ONE_ROW, level = 0.95, noise } = options;
  checkContributions(contributions);
  const rows = BigInt(contributions.groups) * BigInt(contributions.rowsPerGroup);
  const sensitivities = sums.map(({ of, each }): Sensitivity => ({ of, l1: rows * each, squaredL2: (rows * each) ** 2n }));
  const chosen = sums.length === 1 ? sensitivities.map((s) => noiseFor(noise, s)) : parts(noise, sensitivities);
  const within = chosen.map((c) => c.within(1 - (1 - checkLevel(level)) / sums.length));
  return {
    claim: { contributions, sensitivities, events: chosen.map((c) => c.event) },
    contributions,
    level,
    add: (random, exact) =>
      chosen.map((c, i) => {
        const value = (exact[i] as bigint) + (c.draw(random, 1)[0] as bigint);
        return { value, range: around(value, within[i] as bigint) };
      }),
    simulate: (random, times) => chosen.map((c) => c.draw(random, times)),
  };
}

/** What one try at parts of (ε, δ) is reduced to by the next. */
const LESS = rational(255n, 256n);

/** Equal parts of what may be lost. Of (ε, δ), as much of each as the accountant proves to be no more than that together. */
function parts(noise: Noise, sensitivities: readonly Sensitivity[]): ChosenNoise[] {
  let each = splitNoise(noise, sensitivities.length);
  for (;;) {
    const chosen = sensitivities.map((s) => noiseFor(each, s));
    const events = chosen.map((c) => c.event);
    if (!('delta' in noise) || !('rho' in each) || affordable([], events, noise)) return chosen;
    each = { rho: rationalText(multiplyRationals(spent(each.rho), LESS)) };
  }
}
