/** Rows that stand several times: as often as a secret number says. */
import { bitsToCount, type Committee, type SecretBits, type SecretColumn, type SecretTable } from '@sluis/technique';
import { latestRows } from './latest.ts';
import { count, lowestBits } from './placement.ts';
import { asColumns, fromColumns } from './table-columns.ts';

export interface ExpandedRows {
  readonly table: SecretTable;
  /** The number of each copy: 0 for the first one of a row, and so on. */
  readonly copy: SecretColumn;
  readonly valid: SecretBits;
  /** One bit: whether all copies have a slot. */
  readonly fits: SecretBits;
}

/**
 * Row i stands `copies[i]` times in the result, in order, from the first slot on; copies beyond the slots are lost. Run
 * by: all three compute parties, in step.
 *
 * @param copies - one word, not negative, below 2^31.
 * @param slots - public length of the result. Slots that are left have `valid` 0 and zeros in every column and bit.
 *
 * Learns: nobody anything. Cost: a comparison a row, sorting the rows and the slots together, about 2·(columns + 3)
 * products each, and moving them; see `rows-cost`.
 * Source: Krastnikov, Kerschbaum & Stebila 2020 (Efficient oblivious database joins), §5.2 (oblivious expansion).
 */
export async function expandRows(on: Committee, table: SecretTable, copies: SecretColumn, slots: number): Promise<ExpandedRows> {
  if (copies.length !== table.length) throw new RangeError('every row needs a number of copies');
  if (!Number.isInteger(slots) || slots < 0) throw new RangeError('the number of slots is a whole number');
  const given = [...(await asColumns(on, table)), on.constant(table.length, 1, 1n), on.constant(table.length, 1, 0n)];
  const { columns, fits } = await expandColumns(on, given, copies, slots, 63);
  const valid = lowestBits(columns.at(-2) as SecretColumn);
  const copy = await on.mask(valid, columns.at(-1) as SecretColumn);
  return { table: fromColumns(slots, table, columns.slice(0, -2)), copy, valid, fits };
}

/**
 * Row i stands `copies[i]` times in the result, in order; the slots that are left hold zeros. To the last column the
 * number of the copy is added, from 0 on.
 *
 * @param bits - width of a signed number that holds all copies together, and the slots.
 * @returns also one bit: whether all copies have a slot. It stays secret: how often one side's keys repeat is its
 *   owner's choice, and whether they still fit would tell it whether the other side has them.
 */
export async function expandColumns(
  on: Committee,
  columns: readonly SecretColumn[],
  copies: SecretColumn,
  slots: number,
  bits: number,
): Promise<{ readonly columns: SecretColumn[]; readonly fits: SecretBits }> {
  const rows = copies.length;
  const ends = on.prefixSums(copies);
  const starts = on.subtract(ends, copies);
  const positions = on.concat([starts, on.total(copies)]);
  const end = on.constant(rows + 1, 1, BigInt(slots));
  const beyond = await on.less(end, positions, bits);
  // What begins behind the last slot begins right there: sorting needs positions of few bits.
  const held = await on.select(beyond, end, positions);
  // A row of zeros behind the last one ends its copies.
  const closed = columns.map((c, i) => on.concat([i === columns.length - 1 ? on.subtract(c, starts) : c, on.constant(1, c.words, 0n)]));
  const position = on.publicColumn(count(slots), 1);
  const found = await latestRows(on, held, closed, position, bitsToCount(slots + 2) + 1);
  return {
    columns: found.map((c, i) => (i === columns.length - 1 ? on.add(c, position) : c)),
    fits: on.not(on.sliceBits(beyond, rows, 1)),
  };
}
