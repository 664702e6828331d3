/** Moving rows by permutations: public ones locally, secret ones by shuffling first. */
import { ProtocolError } from '@sluis/base';
import { gatherRecords, interleave, invertPermutation, lowBits, release } from '@sluis/kernels';
import type { Committee, SecretBits, SecretColumn, SecretTable } from '@sluis/technique';
import { bits, columnShare } from '../shares.ts';
import { gathered, type Held, tableOf, vectorsOf } from './parts.ts';

/** Rows from which on columns no longer stay in the processor's cache. */
const LONG = 2 ** 16;

/** Row i of the result is row index[i]. Local. */
export function gatherRows(table: SecretTable, index: Uint32Array): SecretTable {
  const vectors = vectorsOf(table);
  const rings = vectors.filter((v) => v.shape.words > 0);
  const moved = rings.length > 0 && table.length >= LONG ? gatherTogether(rings, index) : rings.map((v) => gatherHeld(v, index));
  const packed = vectors.filter((v) => v.shape.words === 0).map((v) => gatherHeld(v, index));
  return tableOf(index.length, [...moved, ...packed]);
}

const gatherHeld = ({ shape, mine, next }: Held, index: Uint32Array): Held => ({
  shape: { length: index.length, words: shape.words },
  mine: gathered(shape, mine, index),
  next: gathered(shape, next, index),
});

/** All words of all columns side by side: one wait for memory a row. */
function gatherTogether(vectors: readonly Held[], index: Uint32Array): Held[] {
  const words = vectors.flatMap(({ shape, mine, next }) =>
    [mine, next].flatMap((held) => Array.from({ length: shape.words }, (_, j) => wordOf(held, shape, j))),
  );
  const records = interleave(words);
  const found = gatherRecords(records, words.length, index);
  release(records);
  let at = 0;
  const take = (count: number) => {
    at += count;
    return joined(found.slice(at - count, at));
  };
  return vectors.map(({ shape }) => ({
    shape: { length: index.length, words: shape.words },
    mine: take(shape.words),
    next: take(shape.words),
  }));
}

const wordOf = (held: Held['mine'], { length }: Held['shape'], j: number) =>
  (held as BigUint64Array).subarray(j * length, (j + 1) * length);

/** The words of a column as one vector. */
function joined(words: readonly BigUint64Array[]): BigUint64Array {
  const [first] = words;
  if (words.length === 1 && first !== undefined) return first;
  const length = first?.length ?? 0;
  const out = new BigUint64Array(length * words.length);
  for (const [j, word] of words.entries()) out.set(word, j * length);
  release(...words);
  return out;
}

/**
 * Row i goes to place `destination[i]`; the destinations are a secret permutation of 0 … n − 1. Run by: all three
 * compute parties, in step.
 *
 * @throws ProtocolError `mpc/bad-order` if the opened destinations are no permutation: somebody deviated.
 *
 * Learns: the three compute parties a uniformly random permutation, which says nothing: rows are shuffled together with
 * their destinations before these are opened. Cost: a shuffle of the table and one more column, and an opening of one
 * word a row. Source: Laur, Willemson & Zhang 2011, §4; Hamada et al. 2013 (shuffled destinations).
 */
export async function placeRows(on: Committee, table: SecretTable, destination: SecretColumn): Promise<SecretTable> {
  if (table.length !== destination.length) throw new RangeError('every row needs a destination');
  if (table.length < 2) return table;
  const shuffled = await on.shuffle({ ...table, columns: [...table.columns, on.narrow(destination, 1)] });
  const places = await on.openColumn(shuffled.columns[table.columns.length] as SecretColumn);
  return gatherRows({ ...shuffled, columns: shuffled.columns.slice(0, -1) }, orderFrom(places));
}

/** The rows by place, from the place of each row. */
function orderFrom(places: BigUint64Array): Uint32Array {
  const halves = new Uint32Array(places.buffer, places.byteOffset, places.length * 2);
  const to = new Uint32Array(places.length);
  let high = 0;
  for (let i = 0; i < to.length; i++) {
    to[i] = halves[2 * i] as number;
    high |= halves[2 * i + 1] as number;
  }
  try {
    if (high === 0) return invertPermutation(to);
  } catch {
    // Falls through: the same failure, said below.
  }
  throw new ProtocolError('mpc/bad-order', {
    stage: 'aggregate',
    message: 'The opened order of shuffled rows names a place twice: a compute party did not follow the protocol.',
    remedy: 'Compare the logs of the three stations, then ask again.',
  });
}

/**
 * Rows whose bit is 1 first; both parts keep their order. Run by: all three compute parties, in step.
 *
 * Learns: nobody anything (see `placeRows`). Cost: an injection and a product of one word a row, and `placeRows`.
 * Source: Chida et al. 2019 (An efficient secure three-party sorting protocol), §4: one step of the radix sort.
 */
export async function partitionRows(on: Committee, table: SecretTable, first: SecretBits): Promise<SecretTable> {
  const n = table.length;
  if (first.length !== n) throw new RangeError('every row needs a bit');
  if (n < 2) return table;
  const chosen = await on.inject(first, 1);
  const upTo = on.prefixSums(chosen);
  const all = on.gather(upTo, new Uint32Array(n).fill(n - 1));
  const position = on.publicColumn(count(n), 1);
  // A row that is chosen goes to upTo − 1, another one to all + position − upTo.
  const behind = on.subtract(on.add(all, position), upTo);
  const jump = on.subtract(on.addConstant(upTo, -1n), behind);
  return placeRows(on, table, on.add(behind, await on.multiply(chosen, jump)));
}

/** 0 … n − 1, one word each. */
export function count(n: number, from = 0): BigUint64Array {
  const out = new BigUint64Array(n);
  const low = new Uint32Array(out.buffer);
  for (let i = 0; i < n; i++) low[2 * i] = from + i;
  return out;
}

/** The lowest bit of each element. Local: it is the exclusive or of the components' lowest bits. */
export function lowestBits(a: SecretColumn): SecretBits {
  const { length, mine, next } = columnShare(a);
  return bits(length, lowBits(mine.subarray(0, length)), lowBits(next.subarray(0, length)));
}

/** Rows of the first table, then those of the second, which has the same columns. Local. */
export function stackTables(on: Committee, first: SecretTable, second: SecretTable): SecretTable {
  return {
    length: first.length + second.length,
    columns: first.columns.map((c, i) => on.concat([c, second.columns[i] as SecretColumn])),
    bits: first.bits.map((b, i) => on.concatBits([b, second.bits[i] as SecretBits])),
  };
}

/** Rows from `from` to `from + length`. Local. */
export function sliceRows(on: Committee, table: SecretTable, from: number, length: number): SecretTable {
  return {
    length,
    columns: table.columns.map((c) => on.slice(c, from, length)),
    bits: table.bits.map((b) => on.sliceBits(b, from, length)),
  };
}
