/** Tables as lists of columns, where bits are ring elements, and back. */
import type { Committee, SecretColumn, SecretTable } from '@sluis/technique';
import { lowestBits } from './placement.ts';

/** A table's columns, then its bits as columns of one word. */
export async function asColumns(on: Committee, table: SecretTable): Promise<SecretColumn[]> {
  if (table.bits.length === 0 || table.length === 0) return [...table.columns, ...table.bits.map(() => on.constant(table.length, 1, 0n))];
  const injected = await on.inject(on.concatBits(table.bits), 1);
  return [...table.columns, ...table.bits.map((_, i) => on.slice(injected, i * table.length, table.length))];
}

/** The opposite of `asColumns`, for a table shaped like the given one. */
export function fromColumns(length: number, like: SecretTable, columns: readonly SecretColumn[]): SecretTable {
  return { length, columns: columns.slice(0, like.columns.length), bits: columns.slice(like.columns.length).map(lowestBits) };
}
