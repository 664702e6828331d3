/** The largest of declared groups, by how many rows they have. */
import { type BoundedRows, checkContributions, ONE_ROW, withinClaim } from '../data/rows.ts';
import type { Mechanism, MechanismOptions } from '../mechanism.ts';
import { spent } from '../noise/choice.ts';
import { refused, wholeNumber } from '../refusal.ts';
import { divideRationals, rational, rationalText } from '@sluis/math';
import { permuteAndFlip } from './choose.ts';

export interface TopOptions extends MechanismOptions {
  readonly epsilon: string;
  readonly top: number;
  /** All groups there can be; they must not come from the data. */
  readonly keys: readonly string[];
}

export interface TopGroups {
  /** The largest first, as far as noise lets one tell. */
  readonly keys: readonly string[];
  /** Each key's count is at most so much below that of the largest group not named before it, all with this level. */
  readonly rowsWithin: number;
  readonly level: number;
}

/**
 * The `top` declared groups with the most rows; their counts are not released.
 *
 * Claim: (ε, 0): `top` choices of ε/top each. Proof: adding a unit never lowers a count and raises each by at most
 * rowsPerGroup, however many groups the unit is in, so counts are monotonic scores of that sensitivity; candidates left after
 * earlier choices depend on these only. Composition is the accountant's.
 * Source: McKenna & Sheldon 2020 (permute-and-flip), peeled as in Durfee & Rogers 2019, §2.
 */
export function topGroups(options: TopOptions): Mechanism<BoundedRows<unknown>, TopGroups> {
  const { contributions = ONE_ROW, level = 0.95, keys } = options;
  checkContributions(contributions);
  const top = wholeNumber(options.top, 'The number of groups to name', keys.length);
  if (new Set(keys).size !== keys.length)
    throw refused('bad-keys', 'Declared groups must be different from each other.', 'Correct the list of groups.');
  const sensitivity = BigInt(contributions.rowsPerGroup);
  const epsilon = rationalText(divideRationals(spent(options.epsilon), rational(BigInt(top))));
  const choice = permuteAndFlip({ epsilon, sensitivity, monotonic: true });
  return {
    name: 'top groups',
    claim: {
      contributions,
      sensitivities: [{ of: 'each count', l1: sensitivity, squaredL2: sensitivity ** 2n }],
      events: [{ kind: 'guarantee', epsilon, delta: '0', times: top }],
    },
    run(random, data) {
      const counts = new Map(keys.map((key) => [key, 0n]));
      for (const { key } of withinClaim(data, contributions)) if (counts.has(key)) counts.set(key, (counts.get(key) as bigint) + 1n);
      const named: string[] = [];
      while (named.length < top) {
        const left = [...counts];
        const [key] = left[
          choice.choose(
            random,
            left.map(([, n]) => n),
          )
        ] as [string, bigint];
        named.push(key);
        counts.delete(key);
      }
      return { keys: named, rowsWithin: choice.within(1 - (1 - level) / top, keys.length), level };
    },
  };
}
