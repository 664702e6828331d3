/**
 * Gathering (element i comes from the given position) and scattering (it goes there). Positions are known to whoever
 * runs this: memory is read or written in their order. Plain loops over 32-bit halves: caches decide the speed here.
 */
import { packedWords } from './bits.ts';
import { elements } from './ring.ts';

const halves = (a: BigUint64Array, from: number, count: number) => new Int32Array(a.buffer, a.byteOffset + 8 * from, 2 * count);

/** The elements at the given positions. Throws RangeError on a position outside the column. */
export function gatherVector(a: BigUint64Array, index: Uint32Array, words: number): BigUint64Array {
  const n = elements(a, words);
  const count = index.length;
  const out = new BigUint64Array(count * words);
  for (let j = 0; j < words; j++) gatherWord(halves(a, j * n, n), index, halves(out, j * count, count), n);
  return out;
}

function gatherWord(source: Int32Array, index: Uint32Array, out: Int32Array, n: number): void {
  for (let i = 0, to = 0; i < index.length; i++, to += 2) {
    const at = index[i] as number;
    if (at >= n) throw new RangeError('a position lies outside the column');
    out[to] = source[2 * at] as number;
    out[to + 1] = source[2 * at + 1] as number;
  }
}

/**
 * out[index[i]] = a[i], with as many elements as `a`. Throws RangeError unless `index` names a position inside for each
 * element. A position that is named by no element holds 0; one that is named twice holds the later element.
 */
export function scatterVector(a: BigUint64Array, index: Uint32Array, words: number): BigUint64Array {
  const n = index.length;
  if (elements(a, words) !== n) throw new RangeError('one position per element is needed');
  const out = new BigUint64Array(a.length);
  for (let j = 0; j < words; j++) scatterWord(halves(a, j * n, n), index, halves(out, j * n, n), n);
  return out;
}

function scatterWord(source: Int32Array, index: Uint32Array, out: Int32Array, n: number): void {
  for (let i = 0, from = 0; i < n; i++, from += 2) {
    const at = index[i] as number;
    if (at >= n) throw new RangeError('a position lies outside the column');
    out[2 * at] = source[from] as number;
    out[2 * at + 1] = source[from + 1] as number;
  }
}

/** The bits at the given positions. Throws RangeError on a position outside the vector. */
export function gatherPacked(bits: Uint32Array, length: number, index: Uint32Array): Uint32Array {
  if (bits.length < packedWords(length)) throw new RangeError('a bit vector has as many words as its length needs');
  const n = index.length;
  const out = new Uint32Array(packedWords(n));
  for (let w = 0, i = 0; w < out.length; w++) {
    let word = 0;
    for (const end = Math.min(n, i + 32); i < end; i++) {
      const from = index[i] as number;
      if (from >= length) throw new RangeError('a position lies outside the bit vector');
      word |= (((bits[from >>> 5] as number) >>> (from & 31)) & 1) << (i & 31);
    }
    out[w] = word;
  }
  return out;
}

/** `scatterVector` for packed bits; a position that is named twice holds the later bit. */
export function scatterPacked(bits: Uint32Array, length: number, index: Uint32Array): Uint32Array {
  if (index.length !== length || bits.length !== packedWords(length)) throw new RangeError('one position per bit is needed');
  const out = new Uint32Array(packedWords(length));
  for (let i = 0; i < length; i++) {
    const to = index[i] as number;
    if (to >= length) throw new RangeError('a position lies outside the bit vector');
    const bit = ((bits[i >>> 5] as number) >>> (i & 31)) & 1;
    const at = to >>> 5;
    out[at] = ((out[at] as number) & ~(1 << (to & 31))) | (bit << (to & 31));
  }
  return out;
}
