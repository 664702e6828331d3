/** Elements of a secret column at secret places. */
import type { Committee, SecretBits, SecretColumn } from '@sluis/technique';
import { widthOf } from './row-values.ts';

/** Products that looking up every place in every row may cost; beyond it, places are joined with the rows. */
const MOST_PRODUCTS = 2 ** 28;
/** Products of one call: bounds memory. */
const PRODUCTS_AT_ONCE = 2 ** 21;

/**
 * For each place its element; 0 for the place just behind the last. Run by: all three compute parties, in step.
 *
 * A place is written as (row, column) of a square, and each as a vector with a single 1, so that an element is a bilinear
 * form of the two: only about 3·√n elements are sent for a place. With very many places, they are joined with the rows.
 *
 * @param places - one word, 0 … n.
 * Learns: nobody anything.
 */
export async function elementsAt(committee: Committee, values: SecretColumn, places: SecretColumn): Promise<SecretColumn> {
  if (looksUpByJoin(places.length, values.length)) return joined(committee, values, places);
  const square = squareOf(values.length + 1);
  const bits = await committee.toBits(places, square.bits + 1);
  const columnBits = bits.slice(0, square.columnBits);
  const rowBits = bits.slice(square.columnBits, square.bits);
  const columns = await indicators(committee, columnBits, places.length, square.columns, values.words);
  const rows = await indicators(committee, rowBits, places.length, square.rows, values.words);
  const padded = committee.concat([values, committee.constant(square.columns * square.rows - values.length, values.words, 0n)]);
  const slices = Array.from({ length: square.columns }, (_, s) =>
    committee.gather(
      padded,
      Uint32Array.from({ length: square.rows }, (_, r) => r * square.columns + s),
    ),
  );
  const found: SecretColumn[] = [];
  const atOnce = placesAtOnce(square);
  for (let from = 0; from < places.length; from += atOnce) {
    const count = Math.min(atOnce, places.length - from);
    found.push(await lookUp(committee, slices, columns, rows, from, count));
  }
  return committee.concat(found);
}

/** Whether so many places are joined with so many rows. */
export const looksUpByJoin = (places: number, rows: number): boolean => places * rows > MOST_PRODUCTS;

export const placesAtOnce = ({ columns, rows }: Square): number => Math.max(1, Math.floor(PRODUCTS_AT_ONCE / (columns * rows)));

export interface Square {
  readonly bits: number;
  readonly columnBits: number;
  readonly columns: number;
  readonly rows: number;
}

export function squareOf(length: number): Square {
  const bits = Math.max(1, Math.ceil(Math.log2(length)));
  const columnBits = bits >> 1;
  const columns = 2 ** columnBits;
  return { bits, columnBits, columns, rows: Math.ceil(length / columns) };
}

/** Per value 0 … size − 1: 1 where the bits spell it. */
async function indicators(
  committee: Committee,
  bits: readonly SecretBits[],
  length: number,
  size: number,
  words: number,
): Promise<SecretColumn[]> {
  let open: SecretBits[] = [committee.constantBits(length, 1)];
  for (const bit of [...bits].reverse()) {
    const both = await committee.and(committee.concatBits(open), committee.concatBits(open.map(() => bit)));
    open = open.flatMap((o, i) => {
      const one = committee.sliceBits(both, i * length, length);
      return [committee.xor(o, one), one];
    });
  }
  const used = open.slice(0, size);
  const ring = await committee.inject(committee.concatBits(used), words);
  return used.map((_, i) => committee.slice(ring, i * length, length));
}

async function lookUp(
  committee: Committee,
  slices: readonly SecretColumn[],
  columns: readonly SecretColumn[],
  rows: readonly SecretColumn[],
  from: number,
  count: number,
): Promise<SecretColumn> {
  const size = rows.length;
  const spread = Uint32Array.from({ length: count * size }, (_, i) => from + Math.floor(i / size));
  const repeated = Uint32Array.from({ length: count * size }, (_, i) => i % size);
  const left = slices.map((slice) => (count === 1 ? slice : committee.gather(slice, repeated)));
  const right = columns.map((c) => committee.gather(c, spread));
  const byRow = await committee.sumOfProducts(left, right);
  const ofRow = rows.map((_, r) =>
    committee.gather(
      byRow,
      Uint32Array.from({ length: count }, (_, q) => q * size + r),
    ),
  );
  const chosen = rows.map((c) => committee.slice(c, from, count));
  return committee.sumOfProducts(ofRow, chosen);
}

/** Places as the left side, rows with their public numbers as the right one. */
async function joined(committee: Committee, values: SecretColumn, places: SecretColumn): Promise<SecretColumn> {
  const bits = widthOf(0n, BigInt(values.length));
  const numbers = committee.publicColumn(
    BigUint64Array.from({ length: values.length }, (_, i) => BigInt(i)),
    1,
  );
  const table = await committee.join(
    'left',
    {
      table: { length: places.length, columns: [], bits: [] },
      keys: [{ column: places, bits }],
      valid: committee.constantBits(places.length, 1),
      unique: false,
    },
    {
      table: { length: values.length, columns: [values], bits: [] },
      keys: [{ column: numbers, bits }],
      valid: committee.constantBits(values.length, 1),
      unique: true,
    },
  );
  return table.right.columns[0] as SecretColumn;
}
