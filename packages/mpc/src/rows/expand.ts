/** Rows that stand several times: as often as a secret number says. */
import { ProtocolError } from '@sluis/base';
import { bitsToCount, type Committee, type SecretBits, type SecretColumn, type SecretTable } from '@sluis/technique';
import { latestRows } from './latest.ts';
import { count, lowestBits } from './placement.ts';
import { asColumns, fromColumns } from './table-columns.ts';

/**
 * Row i stands `copies[i]` times in the result, in order, from the first slot on. Run by: all three compute parties, in
 * step.
 *
 * @param copies - one word, not negative, below 2^31.
 * @param slots - public length of the result. Slots that are left have `valid` 0 and zeros in every column and bit.
 * @returns also the number of each copy: 0 for the first one of a row, and so on.
 * @throws ProtocolError `mpc/join-too-large` if the copies are more than the slots.
 *
 * Learns: the three compute parties whether the copies fit the slots, one bit. Cost: sorting the rows and the slots
 * together, about 2·(columns + 3) products each, and moving them; see `rows-cost`.
 * Source: Krastnikov, Kerschbaum & Stebila 2020 (Efficient oblivious database joins), §5.2 (oblivious expansion).
 */
export async function expandRows(
  on: Committee,
  table: SecretTable,
  copies: SecretColumn,
  slots: number,
): Promise<{ readonly table: SecretTable; readonly copy: SecretColumn; readonly valid: SecretBits }> {
  if (copies.length !== table.length) throw new RangeError('every row needs a number of copies');
  if (!Number.isInteger(slots) || slots < 0) throw new RangeError('the number of slots is a whole number');
  const given = [...(await asColumns(on, table)), on.constant(table.length, 1, 1n), on.constant(table.length, 1, 0n)];
  const found = await expandColumns(on, given, copies, slots);
  const valid = lowestBits(found.at(-2) as SecretColumn);
  const copy = await on.mask(valid, found.at(-1) as SecretColumn);
  return { table: fromColumns(slots, table, found.slice(0, -2)), copy, valid };
}

/**
 * Row i stands `copies[i]` times in the result, in order; the slots that are left hold zeros. To the last column the
 * number of the copy is added, from 0 on.
 *
 * @throws ProtocolError `mpc/join-too-large` if the copies are more than the slots (one opened bit).
 */
export async function expandColumns(
  on: Committee,
  columns: readonly SecretColumn[],
  copies: SecretColumn,
  slots: number,
): Promise<SecretColumn[]> {
  const ends = on.prefixSums(copies);
  const starts = on.subtract(ends, copies);
  const all = on.total(copies);
  const [tooMany] = await on.openBits(await on.less(on.constant(1, 1, BigInt(slots)), all, 63));
  if (tooMany !== 0) throw tooLarge(slots);
  // A row of zeros behind the last one ends its copies.
  const closed = columns.map((c, i) => on.concat([i === columns.length - 1 ? on.subtract(c, starts) : c, on.constant(1, c.words, 0n)]));
  const position = on.publicColumn(count(slots), 1);
  const found = await latestRows(on, on.concat([starts, all]), closed, position, bitsToCount(slots + 2) + 1);
  return found.map((c, i) => (i === columns.length - 1 ? on.add(c, position) : c));
}

const tooLarge = (slots: number) =>
  new ProtocolError('mpc/join-too-large', {
    stage: 'aggregate',
    message: `A join with repeated keys has more than the ${slots} rows that were planned for it.`,
    remedy: 'Ask with a larger maximum number of joined rows, or join on keys that repeat less.',
  });
