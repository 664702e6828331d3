/** Sorting the rows of a table by secret keys. */
import { type Committee, comparisonCost, OrderPlan, type SecretBits, type SecretColumn, type SecretTable, type SortKey } from '@sluis/technique';
import { ItemDifferences } from './item-differences.ts';
import { ascending, type Compare } from './order.ts';
import { gatherRows, partitionRows } from './placement.ts';
import { type SortItems, sortItems } from './sort-items.ts';

/** Comparisons in one call: bounds memory; large enough that rounds don't count. */
const BATCH = 2 ** 19;

/**
 * Rows in order of the keys; equal keys in their original order. Run by: all three compute parties, in step.
 *
 * @throws RangeError if a key has not one element a row, or more bits than its column.
 *
 * Learns: the three compute parties the order of shuffled, distinct items, a uniformly random permutation whatever the
 * keys are: equal keys differ by their original row number, which is attached before the shuffle. Short keys are sorted
 * by radix instead, which opens uniformly random permutations only. Cost: `rows-cost` of `technique`.
 * Source: Hamada et al. 2013 (Practically efficient multi-party sorting protocols from comparison sort algorithms).
 */
export async function sortRows(on: Committee, table: SecretTable, keys: readonly SortKey[]): Promise<SecretTable> {
  return sortLed(on, table, keys, null);
}

/** The same; rows whose `leading` bit is 0 stand before all others, whatever their keys. */
export async function sortLed(
  on: Committee,
  table: SecretTable,
  keys: readonly SortKey[],
  leading: SecretBits | null,
): Promise<SecretTable> {
  if (keys.length === 0 && leading === null) return table;
  return sortByComparisons(on, table, keys, leading);
}

/** Shuffle, then a comparison sort in the open. */
export async function sortByComparisons(
  on: Committee,
  table: SecretTable,
  keys: readonly SortKey[],
  leading: SecretBits | null,
): Promise<SecretTable> {
  if (table.length < 2) return table;
  const items = await sortItems(on, table.length, keys, leading);
  const shuffled = await on.shuffle({ ...table, columns: [...table.columns, items.column] });
  const held = { column: shuffled.columns[table.columns.length] as SecretColumn, bits: items.bits };
  const order = await orderOf(on, held);
  return gatherRows({ ...shuffled, columns: shuffled.columns.slice(0, -1) }, order);
}

/** Places of shuffled, distinct items in ascending order, found by opened comparisons. */
export function orderOf(on: Committee, items: SortItems): Promise<Uint32Array> {
  const all = Uint32Array.from({ length: items.column.length }, (_, i) => i);
  return ascending(all, comparing(on, items), new OrderPlan(comparisonCost(on.threatModel, items.bits)));
}

/** Comparisons of items by their places, opened. */
export function comparing(on: Committee, items: SortItems): Compare {
  const width = items.bits + 1;
  const differences = new ItemDifferences(items.column, width);
  return async (first, second) => {
    const out = new Uint8Array(first.length);
    for (let at = 0; at < first.length; at += BATCH) {
      const difference = differences.of(first.subarray(at, at + BATCH), second.subarray(at, at + BATCH));
      out.set(await on.openBits(await on.negative(difference, width)), at);
    }
    return out;
  };
}

/** Sorts by single bits, the least significant first: one stable partition each. */
export async function sortByBits(on: Committee, table: SecretTable, slices: readonly SecretBits[]): Promise<SecretTable> {
  let current: SecretTable = { ...table, bits: [...table.bits, ...slices] };
  for (let done = 0; done < slices.length; done++) {
    const bit = current.bits[table.bits.length] as SecretBits;
    const rest = { ...current, bits: current.bits.filter((_, i) => i !== table.bits.length) };
    current = await partitionRows(on, rest, on.not(bit));
  }
  return current;
}
