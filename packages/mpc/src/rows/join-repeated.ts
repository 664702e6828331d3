/** Joins in which a key may stand in several rows of both sides. */
import {
  bitsToCount,
  type Committee,
  type JoinedTable,
  jointBits,
  type JoinKind,
  type JoinSide,
  type SecretBits,
  type SecretColumn,
} from '@sluis/technique';
import { masked } from './group.ts';
import { checkUnique, jointOrder } from './join-keys.ts';
import { expandColumns } from './expand.ts';
import { latestRows } from './latest.ts';
import { lowestBits, placeRows } from './placement.ts';
import { segmentedSums } from './scan.ts';
import { asColumns, fromColumns } from './table-columns.ts';

/** Where partners stand: `rank` numbers the right rows by key; a left row has `partners` of them from `first` on. */
interface Partners {
  readonly rank: SecretColumn;
  readonly first: SecretColumn;
  readonly partners: SecretColumn;
}

/**
 * Inner or left join to `slots` rows, ordered by left row, then by order of the right rows. Rows beyond
 * the slots are lost. Learns: nobody anything. Cost: three sorts, of l + r, l + slots and slots + r rows.
 * Source: Krastnikov, Kerschbaum & Stebila 2020, §4–6: group sizes, expansion, alignment.
 */
export async function joinRepeated(on: Committee, kind: JoinKind, left: JoinSide, right: JoinSide, slots: number): Promise<JoinedTable> {
  const [l, r] = [left.table.length, right.table.length];
  const found = await findPartners(on, left, right);
  const none = await on.isZero(found.partners, bitsToCount(r + 1) + 1);
  const alone = await on.and(none, left.valid);
  const copies = kind === 'left' ? on.add(found.partners, await on.inject(alone, 1)) : found.partners;
  const flags = await on.inject(on.concatBits([on.not(none), on.constantBits(l, 1)]), 1);
  const given = [...(await asColumns(on, left.table)), on.slice(flags, 0, l), on.slice(flags, l, l)];
  const { columns: expanded, fits } = await expandColumns(on, [...given, found.first], copies, slots, jointBits(l, r, slots));
  const rank = expanded.at(-1) as SecretColumn;
  const [isMatched, isValid] = [expanded.at(-3), expanded.at(-2)].map((c) => lowestBits(c as SecretColumn)) as [SecretBits, SecretBits];
  const columns = await asColumns(on, right.table);
  const fetched = await latestRows(on, found.rank, columns, rank, bitsToCount(Math.max(r, slots) + 2) + 1);
  const matched = await on.and(isMatched, isValid);
  const kept = await masked(on, { length: slots, columns: fetched, bits: [matched] });
  return {
    length: slots,
    left: fromColumns(slots, left.table, expanded.slice(0, -3)),
    right: fromColumns(slots, right.table, kept.columns),
    valid: isValid,
    matched,
    fits,
  };
}

async function findPartners(on: Committee, left: JoinSide, right: JoinSide): Promise<Partners> {
  const [l, r] = [left.table.length, right.table.length];
  const order = await jointOrder(on, left, right, []);
  await checkUnique(on, order, left.unique, right.unique);
  const isRight = await on.inject(on.not(order.isLeft), 1);
  const upTo = on.prefixSums(isRight);
  // The number of right rows before each key, at the key's first row, runs along the key.
  const go = await on.inject(order.go, 1);
  const before = on.subtract(upTo, isRight);
  const atHead = on.subtract(before, await on.multiply(go, before));
  const [first] = (await segmentedSums(on, [atHead], go)) as [SecretColumn];
  const table = { length: l + r, columns: [first, upTo], bits: [] };
  const [placedFirst, placedUpTo] = (await placeRows(on, table, order.number)).columns as [SecretColumn, SecretColumn];
  const ofLeft = (c: SecretColumn) => on.slice(c, r, l);
  return {
    rank: on.addConstant(on.slice(placedUpTo, 0, r), -1n),
    first: ofLeft(placedFirst),
    partners: on.subtract(ofLeft(placedUpTo), ofLeft(placedFirst)),
  };
}
