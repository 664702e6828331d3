/** Counts per group, where the groups themselves come from the data: only what survives a noisy threshold is released. */
import type { Random } from '@sluis/base';
import { compareRationals, divideRationals, parseRational, type Rational, rational, rationalText } from '@sluis/math';
import { type BoundedRows, checkContributions, ONE_ROW, withinClaim } from '../data/rows.ts';
import type { Claim, Mechanism, MechanismOptions } from '../mechanism.ts';
import { noiseFor, spent } from '../noise/choice.ts';
import { around } from '../noise/range.ts';
import { gaussianThreshold, truncationFor } from '../noise/thresholds.ts';
import { checkLevel } from '../noise/within.ts';
import { refused } from '../refusal.ts';
import { type CountedGroup, countsSensitivity } from './histogram.ts';

export interface TruncatedOptions extends MechanismOptions {
  readonly epsilon: string;
  readonly delta: string;
}

/**
 * Counts of units in groups that enough units are in, where every unit has at most one row in a group.
 *
 * Claim: for each of a unit's groups (ε/groups, δ/groups), so (ε, δ) in all by basic composition; each group is one event, so
 * that accountants can do better. Proof: noise is discrete Laplace of scale groups/ε, cut off beyond ±k and drawn again, and a
 * count is released if it is above k with its noise. An absent group is never released, as 0 + k is not above k; one with a
 * single unit only for noise k, which `truncationFor` makes at most as likely as δ/groups. Between counts n and n + 1
 * probabilities differ by the factor exp(ε/groups) except at the ends ±k, where one is 0 and the other at most δ/groups.
 * No mechanism with this (ε, δ) releases any group with a larger probability.
 * Interval: of the noise alone; the counts that are released tend to be too high, as small ones are not.
 * Source: Desfontaines, Voss, Gipson & Mandayam 2022, Theorem 1, Definition 4 and Theorem 3.
 */
export function groupsByTruncation(options: TruncatedOptions): Mechanism<BoundedRows<unknown>, CountedGroup[]> {
  const { contributions = ONE_ROW, level = 0.95 } = options;
  checkContributions(contributions);
  if (contributions.rowsPerGroup !== 1)
    throw refused(
      'too-many-contributions',
      'This selection of groups needs at most one row per unit and group.',
      'Bound rowsPerGroup to 1.',
    );
  const groups = rational(BigInt(contributions.groups));
  const [epsilon, delta] = [divideRationals(spent(options.epsilon), groups), divideRationals(probability(options.delta), groups)];
  const scale = divideRationals(rational(1n), epsilon);
  const k = truncationFor(epsilon, delta);
  const noise = noiseFor({ scale: rationalText(scale) }, { of: 'count', l1: 1n, squaredL2: 1n });
  const within = smallest(noise.within(checkLevel(level)), k);
  const claim: Claim = {
    contributions,
    sensitivities: [countsSensitivity(contributions)],
    events: [{ kind: 'guarantee', epsilon: rationalText(epsilon), delta: rationalText(delta), times: contributions.groups }],
  };
  return {
    name: 'groups by truncation',
    claim,
    run: (random, data) =>
      release(withinClaim(data, contributions), (length) => truncated(random, noise.draw, k, length), k + 1n, within, level),
  };
}

export interface ThresholdOptions extends MechanismOptions {
  /** Of the Gaussian noise on the counts. */
  readonly rho: string;
  /** That a group of one unit alone shows. */
  readonly delta: string;
}

/**
 * Counts of rows in groups with many rows, by Gaussian noise and a threshold.
 *
 * Claim: the noise on all counts (ρ), and beside it δ. Proof: take away one unit. Its groups that others are in too keep
 * existing, and their counts change by `countsSensitivity`: that is the Gaussian mechanism on the groups of both tables. The
 * at most `groups` groups that only this unit is in have at most rowsPerGroup rows, and each reaches the threshold with a
 * probability of at most δ/groups (`gaussianThreshold`), so outside an event of probability δ none shows.
 * Interval: as for `groupsByTruncation`. Source: Wilson et al. 2020, §3, with the noise of Canonne, Kamath & Steinke 2020.
 */
export function groupsByThreshold(options: ThresholdOptions): Mechanism<BoundedRows<unknown>, CountedGroup[]> {
  const { contributions = ONE_ROW, level = 0.95 } = options;
  checkContributions(contributions);
  const sensitivity = countsSensitivity(contributions);
  const delta = probability(options.delta);
  const noise = noiseFor({ rho: options.rho }, sensitivity);
  // Half the squared sensitivity over rho: as noiseFor makes it.
  const half = rational(sensitivity.squaredL2, 2n);
  const threshold =
    BigInt(contributions.rowsPerGroup) +
    gaussianThreshold(divideRationals(half, spent(options.rho)), divideRationals(delta, rational(BigInt(contributions.groups))));
  const within = noise.within(checkLevel(level));
  const claim: Claim = {
    contributions,
    sensitivities: [sensitivity],
    events: [noise.event, { kind: 'guarantee', epsilon: '0', delta: rationalText(delta), times: 1 }],
  };
  return {
    name: 'groups by threshold',
    claim,
    run: (random, data) => release(withinClaim(data, contributions), (length) => noise.draw(random, length), threshold, within, level),
  };
}

/** Noisy counts that reach the threshold, by key, so that the order of rows does not show. */
function release(
  rows: readonly { readonly key: string }[],
  draw: (length: number) => readonly bigint[],
  threshold: bigint,
  within: bigint,
  level: number,
): CountedGroup[] {
  const counts = new Map<string, bigint>();
  for (const { key } of rows) counts.set(key, (counts.get(key) ?? 0n) + 1n);
  const keys = [...counts.keys()].sort();
  const draws = draw(keys.length);
  return keys.flatMap((key, i) => {
    const value = (counts.get(key) as bigint) + (draws[i] as bigint);
    return value < threshold ? [] : [{ key, value: Number(value), interval: { ...around(value, within), level } }];
  });
}

/** Draws within ±k: those outside are drawn again. */
function truncated(random: Random, draw: (random: Random, length: number) => bigint[], k: bigint, length: number): bigint[] {
  const out: bigint[] = [];
  while (out.length < length) out.push(...draw(random, length - out.length).filter((x) => x <= k && x >= -k));
  return out;
}

const smallest = (a: bigint, b: bigint): bigint => (a < b ? a : b);

function probability(text: string): Rational {
  const value = parseRational(text);
  if (value.numerator > 0n && compareRationals(value, rational(1n)) < 0) return value;
  throw refused(
    'bad-parameter',
    'Selecting groups that come from the data needs a delta above 0 and below 1.',
    'Give a delta such as 0.000001.',
  );
}
