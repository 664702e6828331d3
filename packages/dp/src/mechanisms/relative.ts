/** Counts and sums as exact as a relative error asks for, and no more: noise is reduced until it is small beside the value. */
import {
  compareRationals,
  discreteLaplacePath,
  divideRationals,
  multiplyRationals,
  type Rational,
  rational,
  rationalText,
} from '@sluis/math';
import type { PrivacyEvent } from '@sluis/model';
import { Grid, type GridOptions } from '../data/grid.ts';
import { type BoundedRows, checkContributions, type Contributions, type Keyed, ONE_ROW, withinClaim } from '../data/rows.ts';
import type { Estimate, Mechanism, MechanismOptions } from '../mechanism.ts';
import { spent } from '../noise/choice.ts';
import { around, scaled } from '../noise/range.ts';
import { checkLevel, laplaceWithin, toNumber } from '../noise/within.ts';
import { refused } from '../refusal.ts';
import { exactSum } from './sums.ts';

export interface RelativeOptions extends MechanismOptions {
  /** Of the first try, and of the last: what is charged before. */
  readonly least: string;
  readonly most: string;
  /** Relative error to reach, for instance "0.1". */
  readonly error: string;
}

export interface RelativeEstimate extends Estimate {
  /** Whether the error was reached; otherwise `most` was spent. */
  readonly met: boolean;
  /** What was lost in the end. Whoever composes pure ε by addition may charge this instead of the claim, afterwards. */
  readonly spent: PrivacyEvent;
}

/** Each try spends a third more than the one before. */
const MORE = rational(4n, 3n);
const TRIES = 64;

/**
 * The number of rows, up to a relative error.
 *
 * Claim: (most, 0), with an after-the-fact loss of what the last try spent. Proof: noise of the tries is one path
 * (`discreteLaplacePath`), so all tries together tell what the last one does; whether to go on is decided by the noisy value
 * and the public size of the noise alone, so it costs nothing more (Ligett et al. pay AboveThreshold for conditions on exact
 * values; here none is needed). The loss of each outcome is at most that of its last try (their Definition 3.1), so
 * reserving `most` and settling `spent` keeps every outcome within a pure-ε budget.
 * Interval: holds at whichever try it stops, by a union bound over tries; so does the error, where it says it is met.
 * Source: Ligett, Neel, Roth, Waggoner & Wu 2017, §3; Koufogiannis, Han & Pappas 2015.
 */
export function relativeCount(options: RelativeOptions): Mechanism<BoundedRows<unknown>, RelativeEstimate> {
  return gradual('relative count', options, 1n, rational(1n), () => 1n);
}

/**
 * The sum of one number of each row, up to a relative error; a sum near 0 will not meet it. Claim, proof and interval as for
 * `relativeCount`, sensitivity as for `sum`.
 */
export function relativeSum<T>(
  options: RelativeOptions & GridOptions,
  value: (row: T) => unknown,
): Mechanism<BoundedRows<T>, RelativeEstimate> {
  const grid = new Grid(options);
  return gradual('relative sum', options, grid.farthest, grid.step, ({ row }) => grid.steps(value(row)));
}

function gradual<T>(
  name: string,
  options: RelativeOptions,
  each: bigint,
  step: Rational,
  steps: (row: Keyed<T>) => bigint,
): Mechanism<BoundedRows<T>, RelativeEstimate> {
  const { contributions = ONE_ROW, level = 0.95 } = options;
  checkContributions(contributions);
  const error = toNumber(spent(options.error));
  const l1 = rowsOf(contributions) * each;
  const tries = epsilons(spent(options.least), spent(options.most));
  const scales = tries.map((epsilon) => divideRationals(rational(l1), epsilon));
  const within = scales.map((scale) => laplaceWithin(scale, 1 - (1 - checkLevel(level)) / scales.length));
  const guarantee = (epsilon: Rational): PrivacyEvent => ({ kind: 'guarantee', epsilon: rationalText(epsilon), delta: '0', times: 1 });
  return {
    name,
    claim: { contributions, sensitivities: [{ of: name, l1, squaredL2: l1 * l1 }], events: [guarantee(tries.at(-1) as Rational)] },
    run(random, data) {
      const exact = exactSum(withinClaim(data, contributions), steps);
      const noise = discreteLaplacePath(random, scales);
      for (let t = 0; ; t++) {
        const [value, bound] = [exact + (noise[t] as bigint), within[t] as bigint];
        const sure = (value < 0n ? -value : value) - bound;
        const met = sure > 0n && Number(bound) <= error * Number(sure);
        if (!met && t + 1 < tries.length) continue;
        const interval = { ...scaled(around(value, bound), toNumber(step)), level };
        return { value: toNumber(multiplyRationals(rational(value), step)), interval, met, spent: guarantee(tries[t] as Rational) };
      }
    },
  };
}

const rowsOf = ({ groups, rowsPerGroup }: Contributions): bigint => BigInt(groups) * BigInt(rowsPerGroup);

function epsilons(least: Rational, most: Rational): Rational[] {
  const out: Rational[] = [];
  for (let e = least; compareRationals(e, most) < 0; e = multiplyRationals(e, MORE)) out.push(e);
  if (out.length >= TRIES)
    throw refused('bad-parameter', 'There are too many tries between the least and the most epsilon.', 'Raise the least.');
  return [...out, most];
}
