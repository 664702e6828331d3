/** COUNT(DISTINCT …): groups by key and value, then counts the groups of each key. */
import type { Committee, SecretBits, SecretColumn } from '@sluis/technique';
import { type Grouping, groupRows } from './grouped-rows.ts';
import type { Measured } from './row-facts.ts';
import { widthOf } from './row-values.ts';
import { resized } from './summands.ts';

/**
 * Number of different values per group of `by`, in its order. Run by: all three compute parties, in step.
 *
 * Rows that don't count stay in, under a value of their own that is not counted, so that the groups are those of `by`.
 *
 * @returns also bits that say whether every group had a slot.
 * Learns: nobody anything. Cost: two `groupAggregate`, the second over at most `values` different values a group.
 */
export async function distinctValues(
  committee: Committee,
  measure: Measured,
  by: Grouping,
): Promise<{ readonly values: SecretColumn; readonly fits: readonly SecretBits[] }> {
  const { low, high } = measure;
  const words = widthOf(low, high) > 64 ? 2 : 1;
  const column = await committee.mask(measure.counts, await resized(committee, measure.column, widthOf(low, high), words));
  const counted = await committee.inject(measure.counts, 1);
  const keys = [...by.keys, { column: counted, bits: 2 }, { column, bits: widthOf(low < 0n ? low : 0n, high > 0n ? high : 0n) }];
  const n = by.valid.length;
  const most = (high - low + 2n) * BigInt(by.slots);
  const slots = most < BigInt(n) ? Number(most) : n;
  const values = await groupRows(committee, { keys, valid: by.valid, slots, declared: false }, [], []);
  const groups = by.keys.map((k, i) => ({ ...k, column: values.keys[i] as SecretColumn }));
  const flags = values.keys[by.keys.length] as SecretColumn;
  const found = await groupRows(committee, { ...by, keys: groups, valid: values.valid }, [flags], []);
  return { values: found.sums[0] as SecretColumn, fits: [values.fits, found.fits].filter((b) => b !== null) };
}
