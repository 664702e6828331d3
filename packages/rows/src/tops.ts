/** The largest values per group, for dominance: looked up from the end of each group's sorted values. */
import type { Committee, SecretColumn } from '@sluis/technique';
import type { SortedValues } from './quantiles.ts';
import { elementsAt } from './rank-selection.ts';
import { countWidth } from './summands.ts';

/**
 * For each rank 0 … `top` − 1 one column: the group's value of that rank, largest first; 0 where it has no more values.
 * Run by: all three compute parties, in step.
 *
 * @param sorted - its values are not negative: 0 is no more than any of them.
 * Learns: nobody anything. Cost: a comparison, two selections and `elementsAt` for each rank and group.
 */
export async function topsOf(committee: Committee, sorted: SortedValues, top: number): Promise<SecretColumn[]> {
  const groups = sorted.counts.length;
  if (groups === 0 || top === 0) return Array.from({ length: top }, () => committee.constant(groups, sorted.values.words, 0n));
  const ranks = Array.from({ length: top }, (_, rank) => BigInt(rank));
  const missing = committee.concat(ranks.map((rank) => committee.addConstant(committee.scale(sorted.counts, -1n), rank)));
  const there = await committee.negative(missing, countWidth(sorted.rows + top));
  const last = committee.add(sorted.before, sorted.counts);
  const places = committee.concat(ranks.map((rank) => committee.addConstant(last, -1n - rank)));
  const found = await elementsAt(committee, sorted.values, await committee.mask(there, places));
  const kept = await committee.mask(there, committee.addConstant(found, sorted.low));
  return ranks.map((_, rank) => committee.slice(kept, rank * groups, groups));
}
