/** Sorting the rows of a table by secret keys. */
import {
  COMPARISON_BATCH,
  type Committee,
  comparisonCost,
  OrderPlan,
  type SecretBits,
  type SecretColumn,
  type SecretTable,
  type SortKey,
  sortsByBits,
} from '@sluis/technique';
import { ItemRecords } from './item-records.ts';
import { ascending, type ItemSet } from './order.ts';
import { gatherRows, partitionRows } from './placement.ts';
import { checkKey, type SortItems, sortItems } from './sort-items.ts';

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
  if (table.length < 2 || (keys.length === 0 && leading === null)) return table;
  for (const key of keys) checkKey(key, table.length);
  const shape = { length: table.length, words: table.columns.map((c) => c.words), bits: table.bits.length };
  const shapes = keys.map((k) => ({ bits: k.bits, words: k.column.words }));
  const byBits = sortsByBits(on.threatModel, shape, shapes, leading !== null);
  return byBits ? sortByBits(on, table, keys, leading) : sortByComparisons(on, table, keys, leading);
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
  const width = items.bits + 1;
  const split = on.threatModel === 'semi-honest' ? on.me : null;
  const set = new OpenedItems(on, width, ItemRecords.of(items.column, width, split));
  return ascending(set, new OrderPlan(comparisonCost(on.threatModel, items.bits)));
}

/** Secret items whose comparisons are opened. */
class OpenedItems implements ItemSet<OpenedItems> {
  readonly length: number;
  readonly #on: Committee;
  readonly #width: number;
  readonly #records: ItemRecords;

  constructor(on: Committee, width: number, records: ItemRecords) {
    this.length = records.length;
    this.#on = on;
    this.#width = width;
    this.#records = records;
  }

  take(places: Uint32Array): OpenedItems {
    return new OpenedItems(this.#on, this.#width, this.#records.take(places));
  }

  async before(mine: Uint32Array, other: OpenedItems, theirs: Uint32Array): Promise<Uint8Array> {
    const out = new Uint8Array(mine.length);
    for (let at = 0; at < out.length; at += COMPARISON_BATCH) {
      const to = at + COMPARISON_BATCH;
      const difference = this.#records.minus(mine.subarray(at, to), other.#records, theirs.subarray(at, to));
      out.set(await this.#on.openBits(await this.#on.negative(difference, this.#width)), at);
      // A verifier may still look at what went into a product; otherwise the next batch takes the same memory.
      if (this.#on.threatModel === 'semi-honest') this.#records.release(difference);
    }
    return out;
  }
}

/**
 * Bit by bit, the least significant first: one stable partition each.
 * Source: Chida et al. 2019 (An efficient secure three-party sorting protocol with an honest majority), §4.
 */
export async function sortByBits(
  on: Committee,
  table: SecretTable,
  keys: readonly SortKey[],
  leading: SecretBits | null,
): Promise<SecretTable> {
  const slices: SecretBits[] = [];
  for (const key of keys.toReversed()) {
    const own = await on.toBits(key.column, key.bits);
    // Signed order is the order of the bits with the top one turned; descending order turns all of them.
    const top = own.length - 1;
    slices.push(...own.map((b, i) => ((i === top) !== (key.descending === true) ? on.not(b) : b)));
  }
  if (leading !== null) slices.push(leading);
  const own = table.bits.length;
  let current: SecretTable = { ...table, bits: [...table.bits, ...slices] };
  for (let left = slices.length; left > 0; left--) {
    const rest = { ...current, bits: current.bits.filter((_, i) => i !== own) };
    current = await partitionRows(on, rest, on.not(current.bits[own] as SecretBits));
  }
  return current;
}
