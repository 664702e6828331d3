/** Counts per group, where the groups are declared, and how many different groups there are. */
import { checkContributions, type BoundedRows, type Contributions, ONE_ROW, withinClaim } from '../data/rows.ts';
import type { Claim, Estimate, Mechanism, Sensitivity } from '../mechanism.ts';
import { noiseFor } from '../noise/choice.ts';
import { noisySums, type SumOptions } from '../noise/noisy-sums.ts';
import { around } from '../noise/range.ts';
import { checkLevel } from '../noise/within.ts';
import { refused } from '../refusal.ts';

export interface CountedGroup extends Estimate {
  readonly key: string;
}

/**
 * What one unit changes: at most rowsPerGroup in each of at most `groups` counts, so groups·rowsPerGroup in L1 and
 * groups·rowsPerGroup² in squared L2.
 */
export function countsSensitivity({ groups, rowsPerGroup }: Contributions): Sensitivity {
  const [g, r] = [BigInt(groups), BigInt(rowsPerGroup)];
  return { of: 'counts of groups', l1: g * r, squaredL2: g * r * r };
}

/**
 * How many rows each declared group has. Rows of other groups are left out. Declared groups without rows are released like
 * any other, with noise, so that no group reveals anything by its absence.
 *
 * @param keys - of all groups to release, in this order; they must not come from the data.
 *
 * Claim: `countsSensitivity`, for all counts together. Proof: a unit's rows are in at most `groups` groups, at most
 * rowsPerGroup in each, and leaving out rows changes no count by more.
 * Interval: of each count alone. Source: Dwork, McSherry, Nissim & Smith 2006, Example 3.
 */
export function histogram(options: SumOptions, keys: readonly string[]): Mechanism<BoundedRows<unknown>, CountedGroup[]> {
  const { contributions = ONE_ROW, level = 0.95 } = options;
  checkContributions(contributions);
  if (new Set(keys).size !== keys.length || keys.length === 0)
    throw refused('bad-keys', 'Declared groups must be different from each other, and at least one.', 'Correct the list of groups.');
  const sensitivity = countsSensitivity(contributions);
  const noise = noiseFor(options.noise, sensitivity, keys.length);
  const within = noise.within(checkLevel(level));
  const claim: Claim = { contributions, sensitivities: [sensitivity], events: [noise.event] };
  return {
    name: 'histogram',
    claim,
    run(random, data) {
      const counts = new Map(keys.map((key) => [key, 0n]));
      for (const { key } of withinClaim(data, contributions)) {
        const before = counts.get(key);
        if (before !== undefined) counts.set(key, before + 1n);
      }
      const draws = noise.draw(random, keys.length);
      return keys.map((key, i) => {
        const value = (counts.get(key) as bigint) + (draws[i] as bigint);
        return { key, value: Number(value), interval: { ...around(value, within), level } };
      });
    },
  };
}

/**
 * How many different groups the rows are in.
 *
 * Claim: one unit changes it by at most `groups`. Proof: a group appears or vanishes only with rows of the unit, which are in
 * at most so many. To count different values, bound rows with the value as key.
 * Interval: of the noise alone. Source: Dwork, McSherry, Nissim & Smith 2006, by sensitivity.
 */
export function countDistinct(options: SumOptions): Mechanism<BoundedRows<unknown>, Estimate> {
  const { contributions = ONE_ROW } = options;
  const sums = noisySums({ ...options, contributions: { groups: contributions.groups, rowsPerGroup: 1 } }, [
    { of: 'different groups', each: 1n },
  ]);
  return {
    name: 'count distinct',
    claim: { ...sums.claim, contributions },
    run(random, data) {
      const exact = BigInt(new Set(withinClaim(data, contributions).map(({ key }) => key)).size);
      const [noisy] = sums.add(random, [exact]);
      if (noisy === undefined) throw new TypeError('a count has one value');
      return { value: Number(noisy.value), interval: { ...noisy.range, level: sums.level } };
    },
  };
}
