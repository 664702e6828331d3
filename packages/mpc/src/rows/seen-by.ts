/** Which items of several organisations' lists stand in at least so many of them: one secret flag for every row of every list. */
import { bitsToCount, type Committee, type SecretBits, type SecretColumn, type SecretKey, type SecretTable } from '@sluis/technique';
import { continues } from './group.ts';
import { count, placeRows } from './placement.ts';
import { runAlong } from './scan.ts';
import { sortLed } from './sort.ts';

/** One organisation's items; rows may repeat an item. */
export interface ItemList {
  readonly keys: readonly SecretKey[];
  /** Rows that hold an item. */
  readonly valid: SecretBits;
}

/**
 * Run by: all three compute parties, in step. All rows are sorted by item and list once; an item's number of lists is how
 * often a list begins in it, and runs back to each of its rows, which then go back to their places.
 *
 * @param lists - keys of equal number and widths in all of them.
 * @param least - a list counts once, whatever it repeats.
 * @returns per list and row whether its item stands in at least `least` lists; 0 for rows that are not valid. Opened to the
 *   list's holder alone, it learns which of its own items others have, and not who.
 * @throws RangeError on keys that do not match, or no list.
 *
 * Learns: nobody anything, nor how many items there are (see `sortRows` and `placeRows`).
 * Cost: a sort of all rows, an equality a row and key, two runs along the rows, a comparison of a few bits, and a placement.
 * Source: sorting and comparing neighbours as in Huang, Evans & Katz 2012 (Private set intersection: are garbled circuits
 * better than custom protocols?), §5, with counts instead of equality of two.
 */
export async function seenByAtLeast(on: Committee, lists: readonly ItemList[], least: number): Promise<SecretBits[]> {
  const n = lists.reduce((rows, l) => rows + l.valid.length, 0);
  checkLists(lists, least);
  if (n === 0) return lists.map(() => on.constantBits(0, 0));
  const { items, of, number, live } = await inOrder(on, lists, n);
  const go = await continues(on, items, live);
  const again = n < 2 ? go : await on.and(go, await sameAsBefore(on, of));
  const begins = on.prefixSums(await on.inject(on.xor(live, again), 1));
  const total = await totalsOf(on, begins, go);
  const bits = bitsToCount(lists.length + 1) + 1;
  const enough = await on.and(
    live,
    on.not(await on.negative(on.addConstant(total, -BigInt(least)), Math.max(bits, bitsToCount(least) + 1) + 1)),
  );
  const placed = await placeRows(on, { length: n, columns: [], bits: [enough] }, number);
  let at = 0;
  return lists.map((l) => {
    at += l.valid.length;
    return on.sliceBits(placed.bits[0] as SecretBits, at - l.valid.length, l.valid.length);
  });
}

function checkLists(lists: readonly ItemList[], least: number): void {
  const [first] = lists;
  if (first === undefined || !Number.isSafeInteger(least) || least < 1)
    throw new RangeError('there is a list, and a least number of lists');
  for (const { keys, valid } of lists) {
    const alike =
      keys.length === first.keys.length &&
      keys.every((k, i) => k.bits === first.keys[i]?.bits && k.column.words === first.keys[i]?.column.words);
    if (!alike || keys.length === 0 || keys.some((k) => k.column.length !== valid.length))
      throw new RangeError('all lists have the same keys, one a row');
  }
}

interface InOrder {
  readonly items: readonly SecretKey[];
  readonly of: SecretKey;
  readonly number: SecretColumn;
  readonly live: SecretBits;
}

/** All rows by item, then by list; those without an item last. */
async function inOrder(on: Committee, lists: readonly ItemList[], n: number): Promise<InOrder> {
  const keys = (lists[0] as ItemList).keys.map(({ bits }, k) => ({
    bits,
    column: on.concat(lists.map((l) => (l.keys[k] as SecretKey).column)),
  }));
  const listOf = BigUint64Array.from(lists.flatMap((l, i) => new Array<bigint>(l.valid.length).fill(BigInt(i))));
  const of: SecretKey = { column: on.publicColumn(listOf, 1), bits: bitsToCount(lists.length) + 1 };
  const valid = on.concatBits(lists.map((l) => l.valid));
  const columns = [...keys.map((k) => k.column), of.column, on.publicColumn(count(n), 1)];
  const table: SecretTable = { length: n, columns, bits: [valid] };
  const sorted = n < 2 ? table : await sortLed(on, table, [...keys, of], on.not(valid));
  return {
    items: keys.map((k, i) => ({ ...k, column: sorted.columns[i] as SecretColumn })),
    of: { ...of, column: sorted.columns[keys.length] as SecretColumn },
    number: sorted.columns[keys.length + 1] as SecretColumn,
    live: sorted.bits[0] as SecretBits,
  };
}

async function sameAsBefore(on: Committee, { column, bits }: SecretKey): Promise<SecretBits> {
  const pairs = column.length - 1;
  const same = await on.equal(on.slice(column, 0, pairs), on.slice(column, 1, pairs), bits);
  return on.concatBits([on.constantBits(1, 0), same]);
}

/** For each row how much a running sum grows over the segment that the row is in. */
async function totalsOf(on: Committee, running: SecretColumn, go: SecretBits): Promise<SecretColumn> {
  const n = running.length;
  const before = on.concat([on.constant(1, 1, 0n), on.slice(running, 0, n - 1)]);
  const [start] = (await runAlong(on, [await on.mask(on.not(go), before)], go)) as [SecretColumn];
  const back = Uint32Array.from({ length: n }, (_, i) => n - 1 - i);
  // Read from the end, a segment begins where the next row starts a new one.
  const goBack = on.gatherBits(on.concatBits([on.sliceBits(go, 1, n - 1), on.constantBits(1, 0)]), back);
  const [end] = (await runAlong(on, [await on.mask(on.not(goBack), on.gather(running, back))], goBack)) as [SecretColumn];
  return on.subtract(on.gather(end, back), start);
}
