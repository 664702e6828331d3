/** Whether shared rows keep the bounds that all later widths rely on, without showing which value does not. */
import { type ColumnEncoding, rowVectors } from '@sluis/model';
import type { Committee, RowsPart, SecretBits, SecretColumn } from '@sluis/technique';
import { blockOf, blocksOf } from './row-blocks.ts';
import { anyOf } from './presence.ts';

/** Elements that are compared at a time: bounds memory, whatever the number of rows. */
const MOST_COMPARED = 2 ** 20;

/**
 * One bit for each part: whether every value of its rows that take part, unless it is NULL, lies within its encoding's
 * bounds. Run by: all three compute parties, in step. Parts are checked together: however many there are, it takes as many
 * rounds as their rows in one part.
 *
 * What is tested is a 64-bit word of any content, not a number that is known to be small: v − minimum, read without sign,
 * is at most maximum − minimum.
 *
 * @param parts - their vectors in the order of `rowVectors(encodings)`.
 * Learns: the compute parties, that one bit of each part. Cost: two comparisons of 64 bits a value; as many rounds as one
 * comparison needs, and a few more, for every million values, and ⌈log2(rows of the largest part)⌉ at the end.
 */
export async function withinBounds(
  committee: Committee,
  encodings: readonly ColumnEncoding[],
  parts: readonly RowsPart[],
): Promise<boolean[]> {
  const vectors = rowVectors(encodings);
  if (parts.some((p) => p.columns.length !== vectors.length)) throw new RangeError('rows have the vectors that their encodings ask for');
  const checked = encodings.filter((e) => sizeOf(e) < 1n << 64n);
  const rows = parts.reduce((n, p) => n + p.length, 0);
  if (checked.length === 0 || rows === 0) return parts.map(() => true);
  const good: SecretBits[] = [];
  for (const block of blocksOf(parts, blockRows(checked.length))) {
    const columns = vectors.map((_, v) => blockOf(committee, block, v));
    const place = (column: string | null, kind: string) =>
      columns[vectors.findIndex((f) => f.column === column && f.kind === kind)] as SecretColumn;
    good.push(await rowsWithin(committee, checked, place));
  }
  const opened = await committee.openBits(await committee.allOf(committee.concatBits(good), groupsOf(parts)));
  return Array.from(opened, (bit) => bit === 1);
}

/** Rows of so many columns that are looked at together: a multiple of 32, so that bits of blocks are joined word by word. */
export const blockRows = (columns: number): number => Math.max(32, Math.floor(MOST_COMPARED / (2 * columns) / 32) * 32);

type Place = (column: string | null, kind: string) => SecretColumn;

/** For each row, whether it keeps all bounds or takes no part. */
async function rowsWithin(committee: Committee, encodings: readonly ColumnEncoding[], place: Place): Promise<SecretBits> {
  const nullable = encodings.filter((e) => e.nullable);
  const flags = [...nullable.map((e) => place(e.column, 'present')), place(null, 'valid')];
  const n = place(null, 'valid').length;
  const [bits] = await committee.toBits(committee.concat(flags), 1);
  const flag = (i: number) => committee.sliceBits(bits as SecretBits, i * n, n);
  const outside = await outsideOf(committee, encodings, place, n);
  const always = outside.filter((_, c) => encodings[c]?.nullable !== true);
  const sometimes = outside.filter((_, c) => encodings[c]?.nullable === true);
  const found = [...always];
  if (sometimes.length > 0) {
    const present = committee.concatBits(sometimes.map((_, i) => flag(i)));
    const masked = await committee.and(committee.concatBits(sometimes), present);
    found.push(...sometimes.map((_, i) => committee.sliceBits(masked, i * n, n)));
  }
  return committee.not(await committee.and(await anyOf(committee, found), flag(nullable.length)));
}

const sizeOf = ({ minimum, maximum }: ColumnEncoding): bigint => maximum - minimum + 1n;

/** Per column, which words are outside its bounds; all columns are compared at once. */
async function outsideOf(committee: Committee, encodings: readonly ColumnEncoding[], place: Place, n: number): Promise<SecretBits[]> {
  const offsets = encodings.map((e) => committee.addConstant(place(e.column, 'value'), -e.minimum));
  const over = encodings.map((e, c) => committee.addConstant(offsets[c] as SecretColumn, -sizeOf(e)));
  const signs = await committee.negative(committee.concat([...offsets, ...over]), 64);
  const sign = (i: number) => committee.sliceBits(signs, i * n, n);
  // Without sign: up to 2^63 a set top bit is already too much; beyond, only both tests together tell.
  const pairs = encodings.map((e, c): readonly [SecretBits, SecretBits, boolean] => {
    const [top, below] = [sign(c), sign(encodings.length + c)];
    if (sizeOf(e) > 1n << 63n) return [top, committee.not(below), false];
    return [committee.not(top), sizeOf(e) === 1n << 63n ? committee.constantBits(n, 1) : below, true];
  });
  const both = await committee.and(committee.concatBits(pairs.map((p) => p[0])), committee.concatBits(pairs.map((p) => p[1])));
  return pairs.map(([, , means], c) => {
    const bits = committee.sliceBits(both, c * n, n);
    return means ? committee.not(bits) : bits;
  });
}

/** Positions of each part's rows among all. */
function groupsOf(parts: readonly RowsPart[]): Uint32Array[] {
  let at = 0;
  return parts.map(({ length }) => {
    const first = at;
    at += length;
    return Uint32Array.from({ length }, (_, i) => first + i);
  });
}
