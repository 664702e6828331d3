/** Whether shared rows keep the bounds that all later widths rely on, without showing which value does not. */
import type { Committee, SecretBits, SecretRows } from '@sluis/technique';
import { anyOf } from './presence.ts';
import { columnKey, type TableColumn, tableOf } from './row-table.ts';

/**
 * One bit: whether every value of a row that takes part, unless it is NULL, lies within its encoding's bounds.
 * Run by: all three compute parties, in step.
 *
 * What is tested is a 64-bit word of any content, not a number that is known to be small: v − minimum, read without sign,
 * is at most maximum − minimum.
 *
 * Learns: the compute parties, that one bit. Cost: two comparisons of 64 bits a value.
 */
export async function withinBounds(committee: Committee, rows: SecretRows): Promise<boolean> {
  const wanted = new Set(rows.encodings.map((e) => columnKey(0, e.column)));
  const table = await tableOf(committee, 0, rows, wanted, false);
  const outside: SecretBits[] = [];
  for (const column of table.columns.values()) {
    const bad = await outsideOf(committee, column);
    if (bad !== null) outside.push(await committee.and(bad, column.present ?? table.valid));
  }
  if (outside.length === 0) return true;
  const anyInRow = await committee.and(await anyOf(committee, outside), table.valid);
  const [found] = await committee.openBits(await anyBit(committee, anyInRow));
  return found === 0;
}

/** Null where every word is within the bounds. */
async function outsideOf(committee: Committee, { values, low, high }: TableColumn): Promise<SecretBits | null> {
  const size = high - low + 1n;
  if (size >= 1n << 64n) return null;
  const offset = committee.addConstant(values, -low);
  const over = committee.addConstant(offset, -size);
  const top = await committee.negative(offset, 64);
  if (size === 1n << 63n) return top;
  const below = await committee.negative(over, 64);
  // Without sign: up to 2^63 a set top bit is already too much; beyond, only both tests together tell.
  if (size < 1n << 63n) return committee.or(top, committee.not(below));
  return committee.and(top, committee.not(below));
}

/** One bit: whether any is 1. Cost: ⌈log2 n⌉ rounds, n bits in all. */
async function anyBit(committee: Committee, bits: SecretBits): Promise<SecretBits> {
  let open = bits;
  while (open.length > 1) {
    const half = open.length >> 1;
    const joined = await committee.or(committee.sliceBits(open, 0, half), committee.sliceBits(open, half, half));
    open = open.length % 2 === 0 ? joined : committee.concatBits([joined, committee.sliceBits(open, open.length - 1, 1)]);
  }
  return open;
}
