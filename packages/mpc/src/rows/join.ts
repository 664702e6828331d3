/** Joining two secret tables on equal keys. */
import type { Committee, JoinedTable, JoinKind, JoinSide, SecretBits, SecretColumn, SecretTable } from '@sluis/technique';
import { joinRepeated } from './join-repeated.ts';
import { checkUnique, jointOrder } from './join-keys.ts';
import { lowestBits, placeRows } from './placement.ts';
import { runAlong } from './scan.ts';
import { asColumns, fromColumns } from './table-columns.ts';

/**
 * Equi-join. Run by: all three compute parties, in step.
 *
 * Rows of both sides are sorted together, the right side's first among equal keys; its columns run along each key to
 * the left rows, which then go back to their places. With a right side that is declared unique, and for semi and anti
 * joins, the result has one slot per left row, in the left side's order. Otherwise it has `maximumRows` slots.
 * With `distinct` on the left, of rows with equal keys only the first stays: semi joins are then INTERSECT, anti joins EXCEPT.
 * A row whose key is NULL and that a left or anti join must keep: give both sides a first key of one bit that differs.
 *
 * @throws ProtocolError `mpc/keys-not-unique` if a side declared unique is not. RangeError if the keys don't match or
 *   `maximumRows` is missing.
 *
 * Learns: the three compute parties whether the first holds, and nothing else (see `sortRows`, `placeRows`).
 * Cost: sorting l + r rows, an equality and about 2·(columns + 2) products a row, and placing l + r rows; see `rows-cost`.
 * Source: Laur, Talviste & Willemson 2013 (From oblivious AES to efficient and secure database join), for joins by
 * sorting; Krastnikov, Kerschbaum & Stebila 2020 (Efficient oblivious database joins) for repeated keys.
 */
export async function joinRows(
  on: Committee,
  kind: JoinKind,
  left: JoinSide,
  right: JoinSide,
  maximumRows: number | undefined,
): Promise<JoinedTable> {
  for (const side of [left, right]) {
    if (side.valid.length !== side.table.length || side.keys.some((k) => k.column.length !== side.table.length))
      throw new RangeError('all columns of a side have its length');
  }
  if (kind === 'semi' || kind === 'anti' || right.unique) return joinToLeft(on, kind, left, right);
  if (maximumRows === undefined || !Number.isInteger(maximumRows) || maximumRows < 0)
    throw new RangeError('a join with repeated keys needs a maximum number of rows');
  return joinRepeated(on, kind, left, right, maximumRows);
}

/** One slot per left row: what the right side has for its key. */
async function joinToLeft(on: Committee, kind: JoinKind, left: JoinSide, right: JoinSide): Promise<JoinedTable> {
  const [l, r] = [left.table.length, right.table.length];
  const takes = kind === 'inner' || kind === 'left';
  const given = takes ? await asColumns(on, right.table) : [];
  const found = l + r < 2 || l === 0 ? null : await partners(on, left, right, given);
  const placed = found?.columns ?? [...given.map((c) => on.constant(l, c.words, 0n)), on.constant(l, 1, 0n)];
  const matched = lowestBits(placed[given.length] as SecretColumn);
  const valid = kind === 'left' ? left.valid : kind === 'anti' ? on.xor(left.valid, matched) : matched;
  return {
    length: l,
    left: left.table,
    right: fromColumns(l, takes ? right.table : EMPTY, placed.slice(0, -1)),
    valid: found?.again === undefined ? valid : await on.and(valid, on.not(found.again)),
    matched,
    fits: null,
  };
}

const EMPTY: SecretTable = { length: 0, columns: [], bits: [] };

interface Partners {
  /** The right side's columns, and 1 where there is a partner; zeros elsewhere. */
  readonly columns: readonly SecretColumn[];
  /** Of a side whose equal keys stay once: 1 where an earlier row has the keys. */
  readonly again?: SecretBits;
}

/** For each left row. */
async function partners(on: Committee, left: JoinSide, right: JoinSide, given: readonly SecretColumn[]): Promise<Partners> {
  const [l, r] = [left.table.length, right.table.length];
  const order = await jointOrder(on, left, right, given);
  await checkUnique(on, order, left.unique, right.unique);
  // Only rows of the left side take over what stands before them: a right row begins anew, and so does every other key.
  const takesOver = await on.and(order.go, order.isLeft);
  const isRight = await on.inject(on.not(order.isLeft), 1);
  const run = await runAlong(on, [...order.carried, isRight], takesOver);
  const bits = left.distinct === true ? [await repeats(on, takesOver, order.isLeft)] : [];
  const placed = await placeRows(on, { length: l + r, columns: run, bits }, order.number);
  const [again] = placed.bits;
  const columns = placed.columns.map((c) => on.slice(c, r, l));
  return again === undefined ? { columns } : { columns, again: on.sliceBits(again, r, l) };
}

/** 1 at left rows that follow a left row with the same keys. */
async function repeats(on: Committee, goesOn: SecretBits, isLeft: SecretBits): Promise<SecretBits> {
  const pairs = isLeft.length - 1;
  const again = await on.and(on.sliceBits(goesOn, 1, pairs), on.sliceBits(isLeft, 0, pairs));
  return on.concatBits([on.constantBits(1, 0), again]);
}
