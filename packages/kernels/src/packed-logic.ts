/**
 * Logic on packed bits, word by word, and the change between bits and elements. `out`, where it is offered, is
 * overwritten and returned; it may be one of the inputs. Run time depends on lengths only.
 */
import { maskTail, packedWords } from './bits.ts';

function sameLength(out: Uint32Array, ...inputs: readonly Uint32Array[]): number {
  if (inputs.some((a) => a.length !== out.length)) throw new RangeError('bit vectors of one operation have the same length');
  return out.length;
}

/** a & b. */
export function andBits(a: Uint32Array, b: Uint32Array, out: Uint32Array = new Uint32Array(a.length)): Uint32Array {
  const n = sameLength(out, a, b);
  for (let i = 0; i < n; i++) out[i] = (a[i] as number) & (b[i] as number);
  return out;
}

/** (a & b) ^ c. */
export function andXorBits(a: Uint32Array, b: Uint32Array, c: Uint32Array, out: Uint32Array = new Uint32Array(a.length)): Uint32Array {
  const n = sameLength(out, a, b, c);
  for (let i = 0; i < n; i++) out[i] = ((a[i] as number) & (b[i] as number)) ^ (c[i] as number);
  return out;
}

/** a & b ^ a & d ^ c & b ^ mask0 ^ mask1: as `crossAnd`, with the two halves of a sharing of zero. */
export function crossAnd2(
  a: Uint32Array,
  c: Uint32Array,
  b: Uint32Array,
  d: Uint32Array,
  mask0: Uint32Array,
  mask1: Uint32Array,
  out: Uint32Array = new Uint32Array(a.length),
): Uint32Array {
  const n = sameLength(out, a, c, b, d, mask0, mask1);
  for (let i = 0; i < n; i++) {
    const y = b[i] as number;
    out[i] = ((a[i] as number) & (y ^ (d[i] as number))) ^ ((c[i] as number) & y) ^ (mask0[i] as number) ^ (mask1[i] as number);
  }
  return out;
}

/** The bits from position `from` to `from + count`; bits beyond are zero. Throws RangeError outside the vector. */
export function slicePacked(bits: Uint32Array, length: number, from: number, count: number): Uint32Array {
  if (!(Number.isInteger(from) && Number.isInteger(count) && from >= 0 && count >= 0 && from + count <= length))
    throw new RangeError('a slice lies outside the bit vector');
  if (bits.length !== packedWords(length)) throw new RangeError('a bit vector has as many words as its length needs');
  const [first, shift, n] = [from >>> 5, from & 31, packedWords(count)];
  if (shift === 0) return maskTail(bits.subarray(first, first + n), count);
  const out = new Uint32Array(n);
  for (let w = 0; w < n; w++) out[w] = ((bits[first + w] as number) >>> shift) | ((bits[first + w + 1] ?? 0) << (32 - shift));
  return maskTail(out, count);
}

/** Each bit as an element, 0 or 1, of `words` words. */
export function bitsToVector(bits: Uint32Array, n: number, words: number): BigUint64Array {
  if (bits.length !== packedWords(n)) throw new RangeError('a bit vector has as many words as its length needs');
  const out = new BigUint64Array(n * words);
  const low = new Uint32Array(out.buffer);
  for (let i = 0; i < n; i++) low[2 * i] = ((bits[i >>> 5] as number) >>> (i & 31)) & 1;
  return out;
}

/** The lowest bit of each word, packed. */
export function lowBits(a: BigUint64Array): Uint32Array {
  const low = new Uint32Array(a.buffer, a.byteOffset, a.length * 2);
  const out = new Uint32Array(packedWords(a.length));
  for (let i = 0; i < a.length; i++) out[i >>> 5] = (out[i >>> 5] as number) | (((low[2 * i] as number) & 1) << (i & 31));
  return out;
}
