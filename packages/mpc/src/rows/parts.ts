/** The vectors of a table as one list: columns over the ring and packed bits, with the few operations that moving rows needs. */
import {
  addVectors,
  gatherPacked,
  gatherVector,
  packedWords,
  scatterPacked,
  type Shuffle,
  scatterVector,
  subtractVectors,
  xorBits,
} from '@sluis/kernels';
import type { SecretTable } from '@sluis/technique';
import { bitShare, bits, columnShare, column } from '../shares.ts';

/** A plain vector: one party's summand of a column or of packed bits. */
export type Part = BigUint64Array<ArrayBufferLike> | Uint32Array<ArrayBufferLike>;

/** Shape of one vector of a table: words per element, or 0 for packed bits. */
export interface Shape {
  readonly length: number;
  readonly words: number;
}

/** Both components of one vector. */
export interface Held {
  readonly shape: Shape;
  readonly mine: Part;
  readonly next: Part;
}

/** Throws RangeError unless every vector has the table's length. */
export function vectorsOf(table: SecretTable): Held[] {
  const columns = table.columns.map((c) => ({ shape: { length: c.length, words: c.words }, ...components(columnShare(c)) }));
  const packed = table.bits.map((b) => ({ shape: { length: b.length, words: 0 }, ...components(bitShare(b)) }));
  const all = [...columns, ...packed];
  if (all.some((v) => v.shape.length !== table.length)) throw new RangeError('all columns of a table have its length');
  return all;
}

const components = (a: { readonly mine: Part; readonly next: Part }) => ({ mine: a.mine, next: a.next });

/** The table again, from vectors in the order of `vectorsOf`. */
export function tableOf(length: number, vectors: readonly Held[]): SecretTable {
  const columns = vectors.filter((v) => v.shape.words > 0);
  const packed = vectors.filter((v) => v.shape.words === 0);
  return {
    length,
    columns: columns.map((v) => column(v.shape.words, v.mine as BigUint64Array, v.next as BigUint64Array)),
    bits: packed.map((v) => bits(v.shape.length, v.mine as Uint32Array, v.next as Uint32Array)),
  };
}

/** Bytes of one component. */
export const sizeBytes = ({ length, words }: Shape): number => (words === 0 ? 4 * packedWords(length) : 8 * words * length);

export const partFrom = (shape: Shape, bytes: Uint8Array<ArrayBuffer>): Part =>
  shape.words === 0 ? new Uint32Array(bytes.buffer) : new BigUint64Array(bytes.buffer);

export const plus = ({ words }: Shape, a: Part, b: Part): Part =>
  words === 0 ? xorBits(a as Uint32Array, b as Uint32Array) : addVectors(a as BigUint64Array, b as BigUint64Array, words);

export const minus = ({ words }: Shape, a: Part, b: Part): Part =>
  words === 0 ? xorBits(a as Uint32Array, b as Uint32Array) : subtractVectors(a as BigUint64Array, b as BigUint64Array, words);

/** Element i of the result is element index[i]. */
export const gathered = ({ length, words }: Shape, a: Part, index: Uint32Array): Part =>
  words === 0 ? gatherPacked(a as Uint32Array, length, index) : gatherVector(a as BigUint64Array, index, words);

/** The elements in a random order. */
export const shuffled = ({ words }: Shape, a: Part, order: Shuffle): Part =>
  words === 0 ? order.applyPacked(a as Uint32Array) : order.apply(a as BigUint64Array, words);

/** Element i goes to place index[i]. */
export const scattered = ({ length, words }: Shape, a: Part, index: Uint32Array): Part =>
  words === 0 ? scatterPacked(a as Uint32Array, length, index) : scatterVector(a as BigUint64Array, index, words);
