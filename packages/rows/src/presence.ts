/** How many organisations have rows in each cell: one test per organisation and cell, never opened. */
import type { Committee, SecretBits, SecretColumn } from '@sluis/technique';

/** 1 where the column is not 0. */
export async function nonZero(committee: Committee, column: SecretColumn, bits: number): Promise<SecretBits> {
  return committee.not(await committee.isZero(column, bits));
}

/**
 * Of counts per organisation (organisation slow, cell fast), how many are not 0 in each cell.
 * Run by: all three compute parties. Learns: nobody anything. Cost: an equality and an injection per count.
 */
export async function organisationsOf(committee: Committee, perOwner: SecretColumn, cells: number, bits: number): Promise<SecretColumn> {
  if (perOwner.length === 0) return committee.constant(cells, 1, 0n);
  return sumOfParts(committee, await committee.inject(await nonZero(committee, perOwner, bits), 1), cells);
}

/** Adds up equal parts of a column. */
export function sumOfParts(committee: Committee, column: SecretColumn, size: number): SecretColumn {
  const parts = Array.from({ length: column.length / size }, (_, p) => committee.slice(column, p * size, size));
  return committee.sum(parts);
}

/** The disjunction of vectors of bits, by halving. Cost: ⌈log2 n⌉ rounds. */
export async function anyOf(committee: Committee, list: readonly SecretBits[]): Promise<SecretBits> {
  let open = list.map((b) => committee.not(b));
  while (open.length > 1) {
    const half = open.length >> 1;
    const [a, b] = [open.slice(0, half), open.slice(half, 2 * half)];
    const size = (open[0] as SecretBits).length;
    const product = await committee.and(committee.concatBits(a), committee.concatBits(b));
    open = [...a.map((_, i) => committee.sliceBits(product, i * size, size)), ...open.slice(2 * half)];
  }
  return committee.not(open[0] as SecretBits);
}
