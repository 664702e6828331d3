/** Minima and maxima of few cells: a knock-out between the halves of the rows, for all cells at once. */
import type { Committee, SecretBits, SecretColumn } from '@sluis/technique';
import type { Extreme } from './summands.ts';

/**
 * One extreme per cell. Run by: all three compute parties, in step.
 *
 * @param cells - per cell, the rows that are in it; null for a single cell with all rows.
 * Learns: nobody anything. Cost: a comparison and two selections per row and cell; ⌈log2 n⌉ times a comparison's rounds.
 */
export async function extremesByHalving(
  committee: Committee,
  extreme: Extreme,
  cells: readonly SecretBits[] | null,
): Promise<SecretColumn> {
  const { column, neutral, kind, bits } = extreme;
  const none = committee.constant(column.length, column.words, neutral);
  let open: SecretColumn[] = [];
  for (const rows of cells ?? [null]) open.push(rows === null ? column : await committee.select(rows, column, none));
  // The difference of two values needs a bit more than the values.
  const width = bits + 1;
  while ((open[0] as SecretColumn).length > 1) {
    const n = (open[0] as SecretColumn).length;
    const half = n >> 1;
    const sides = [0, half].map((from) => committee.concat(open.map((c) => committee.slice(c, from, half))));
    const better = await (kind === 'min' ? committee.minimum(sides, width) : committee.maximum(sides, width));
    open = open.map((c, i) => {
      const won = committee.slice(better, i * half, half);
      return n % 2 === 0 ? won : committee.concat([won, committee.slice(c, n - 1, 1)]);
    });
  }
  return committee.concat(open);
}
