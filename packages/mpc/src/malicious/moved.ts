/** What a verified shuffle moves: vectors of rows over a ring or over bits, with an authenticating column for each kind. */
import { addVectors, gatherPacked, gatherVector, maskTail, packedWords, subtractVectors, xorBits } from '@sluis/kernels';
import type { Vector } from './tags.ts';

/** `ring`: elements of `words` words; `packed`: one bit a row; `wide`: 64 bits a row, added by exclusive or. */
export interface Form {
  readonly kind: 'ring' | 'packed' | 'wide';
  readonly words: number;
  readonly rows: number;
}

/** Both components of one vector. */
export interface Moved {
  readonly form: Form;
  readonly mine: Vector;
  readonly next: Vector;
}

const halves = (a: Vector): Uint32Array => (a instanceof Uint32Array ? a : new Uint32Array(a.buffer, a.byteOffset, a.length * 2));
const wide = (a: Uint32Array): BigUint64Array => new BigUint64Array(a.buffer, a.byteOffset, a.length / 2);

/** Exclusive or of 64-bit words. */
export const xorWords = (a: Vector, b: Vector): BigUint64Array => wide(xorBits(halves(a), halves(b)));

export function plus({ kind, words }: Form, a: Vector, b: Vector): Vector {
  if (kind === 'ring') return addVectors(a as BigUint64Array, b as BigUint64Array, words);
  return kind === 'wide' ? xorWords(a, b) : xorBits(a as Uint32Array, b as Uint32Array);
}

export function minus(form: Form, a: Vector, b: Vector): Vector {
  return form.kind === 'ring' ? subtractVectors(a as BigUint64Array, b as BigUint64Array, form.words) : plus(form, a, b);
}

/** Row i of the result is row order[i]. */
export function gathered({ kind, words, rows }: Form, a: Vector, order: Uint32Array): Vector {
  return kind === 'packed' ? gatherPacked(a as Uint32Array, rows, order) : gatherVector(a as BigUint64Array, order, words);
}

/** Length of one component in 64-bit words, as drawn from a stream. */
export const wordsOf = ({ kind, words, rows }: Form): number => (kind === 'packed' ? Math.ceil(packedWords(rows) / 2) : words * rows);

export const sizeBytes = ({ kind, words, rows }: Form): number => (kind === 'packed' ? 4 * packedWords(rows) : 8 * words * rows);

/** A vector from drawn words; bits beyond the last row are zero in whatever moves, so that nothing hides there. */
export const drawn = (form: Form, words: BigUint64Array<ArrayBuffer>): Vector =>
  form.kind === 'packed' ? maskTail(new Uint32Array(words.buffer, 0, packedWords(form.rows)), form.rows) : words;

/** A vector from a received payload: copied, so that it is aligned and nobody else's. */
export function received(form: Form, payload: Uint8Array): Vector {
  const copy = new Uint8Array(payload).buffer;
  return form.kind === 'packed' ? new Uint32Array(copy) : new BigUint64Array(copy);
}

/** Whether a received vector of bits has zeros beyond the last row. */
export function hasZeroTail({ kind, rows }: Form, payload: Uint8Array): boolean {
  const used = rows & 31;
  if (kind !== 'packed' || used === 0) return true;
  const last = new DataView(payload.buffer, payload.byteOffset, payload.length).getUint32(payload.length - 4, true);
  return last >>> used === 0;
}
