/** Keys of rows packed into one number, distinct for every row, by which rows are sorted. */
import {
  bitsToCount,
  type Committee,
  itemBits,
  itemWords,
  type SecretBits,
  type SecretColumn,
  type SortKey,
  wordsBelow,
} from '@sluis/technique';
import { column, columnShare } from '../shares.ts';
import { count } from './placement.ts';

export interface SortItems {
  /** Unsigned numbers below 2^bits. */
  readonly column: SecretColumn;
  readonly bits: number;
}

/**
 * leading · 2^… + key_1 · 2^… + … + key_k · 2^b + number of the row, each key shifted to be non-negative. Rows with equal
 * keys keep their order, and no two items are equal.
 *
 * @param leading - decides before the keys: rows with 0 stand before rows with 1.
 * Learns: nobody anything. Cost: widening of the keys whose columns are narrower than the items (nothing for others),
 * an injection of `leading`.
 */
export async function sortItems(on: Committee, n: number, keys: readonly SortKey[], leading: SecretBits | null): Promise<SortItems> {
  const bits = itemBits(n, keys, leading !== null);
  const words = itemWords(bits);
  let shift = bitsToCount(n);
  let [item, offset] = [on.publicColumn(wide(count(n), words), words), 0n];
  for (const key of keys.toReversed()) {
    checkKey(key, n);
    const fitted = await fit(on, key, words);
    // Descending order of v is ascending order of −v − 1, which has the same range.
    const ascending = key.descending === true ? on.scale(fitted, -1n) : fitted;
    offset += ((key.descending === true ? -1n : 0n) + (1n << BigInt(key.bits - 1))) << BigInt(shift);
    item = on.add(item, on.scale(ascending, 1n << BigInt(shift)));
    shift += key.bits;
  }
  if (leading !== null) {
    // Only the words that the bit reaches are made: it stands on top.
    const below = wordsBelow(shift, words);
    const flag = raised(await on.inject(leading, words - below), below);
    item = on.add(item, on.scale(flag, 1n << BigInt(shift - 64 * below)));
  }
  return { column: on.addConstant(item, offset), bits };
}

/** Throws RangeError unless there is a key for every row, of bits that its column has. */
export function checkKey(key: SortKey, n: number): void {
  if (key.column.length !== n) throw new RangeError('every row needs a key');
  if (!Number.isInteger(key.bits) || key.bits < 1 || key.bits > 64 * key.column.words)
    throw new RangeError('a key has at least one bit, and as many as its column holds at most');
}

/** The key in a ring of `words` words. */
export async function fit(
  on: Committee,
  key: { readonly column: SecretColumn; readonly bits: number },
  words: number,
): Promise<SecretColumn> {
  if (key.column.words === words) return key.column;
  return on.widen(key.column, key.bits, words);
}

/** a · 2^(64·by) in a ring wider by `by` words. Local. */
function raised(a: SecretColumn, by: number): SecretColumn {
  const { mine, next, length, words } = columnShare(a);
  const above = (held: BigUint64Array) => {
    const out = new BigUint64Array(length * (words + by));
    out.set(held, length * by);
    return out;
  };
  return column(words + by, above(mine), above(next));
}

/** Non-negative one-word values as elements of `words` words. */
function wide(values: BigUint64Array, words: number): BigUint64Array {
  const out = new BigUint64Array(values.length * words);
  out.set(values);
  return out;
}
