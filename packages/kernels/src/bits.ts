/**
 * Packed bits: bit i stands in word i >> 5 at position i & 31. Bits beyond the length ("tail") are unspecified;
 * whoever shows bits masks them with `maskTail`.
 */

/** 32-bit words that hold `n` bits. */
export const packedWords = (n: number): number => Math.ceil(n / 32);

/** a ^ b. `out` is overwritten and returned; it may be one of the inputs. */
export function xorBits(a: Uint32Array, b: Uint32Array, out: Uint32Array = new Uint32Array(a.length)): Uint32Array {
  if (a.length !== b.length || out.length !== a.length) throw new RangeError('bit vectors of one operation have the same length');
  for (let i = 0; i < out.length; i++) out[i] = (a[i] as number) ^ (b[i] as number);
  return out;
}

/** a & b ^ a & d ^ c & b ^ mask: one party's part of a product of replicated sharings (a, c) and (b, d). */
export function crossAnd(a: Uint32Array, c: Uint32Array, b: Uint32Array, d: Uint32Array, mask: Uint32Array): Uint32Array {
  const n = a.length;
  if (b.length !== n || c.length !== n || d.length !== n || mask.length !== n)
    throw new RangeError('bit vectors of one operation have the same length');
  const out = new Uint32Array(n);
  for (let i = 0; i < n; i++) {
    const y = b[i] as number;
    out[i] = ((a[i] as number) & (y ^ (d[i] as number))) ^ ((c[i] as number) & y) ^ (mask[i] as number);
  }
  return out;
}

/** The same bits with everything beyond `length` zero. */
export function maskTail(bits: Uint32Array, length: number): Uint32Array {
  const out = bits.slice(0, packedWords(length));
  const used = length & 31;
  if (used !== 0) out[out.length - 1] = (out[out.length - 1] as number) & (2 ** used - 1);
  return out;
}

/** Packs bytes 0 and 1. */
export function packBits(values: Uint8Array): Uint32Array {
  const out = new Uint32Array(packedWords(values.length));
  for (let i = 0; i < values.length; i++) out[i >>> 5] = (out[i >>> 5] as number) | (((values[i] as number) & 1) << (i & 31));
  return out;
}

/** One byte, 0 or 1, per bit. */
export function unpackBits(bits: Uint32Array, length: number): Uint8Array {
  if (bits.length !== packedWords(length)) throw new RangeError('a bit vector has as many words as its length needs');
  const out = new Uint8Array(length);
  for (let i = 0; i < length; i++) out[i] = ((bits[i >>> 5] as number) >>> (i & 31)) & 1;
  return out;
}

/** The bits at the given positions. Throws RangeError on a position outside the vector. */
export function gatherPacked(bits: Uint32Array, length: number, index: Uint32Array): Uint32Array {
  const out = new Uint32Array(packedWords(index.length));
  for (let i = 0; i < index.length; i++) {
    const from = index[i] as number;
    if (from >= length) throw new RangeError('a position lies outside the bit vector');
    out[i >>> 5] = (out[i >>> 5] as number) | ((((bits[from >>> 5] as number) >>> (from & 31)) & 1) << (i & 31));
  }
  return out;
}

/** Bit vectors of the given lengths one after the other, without gaps. */
export function concatPacked(parts: readonly { readonly bits: Uint32Array; readonly length: number }[]): Uint32Array {
  const out = new Uint32Array(packedWords(parts.reduce((n, p) => n + p.length, 0)));
  let at = 0;
  for (const part of parts) {
    const source = maskTail(part.bits, part.length);
    const [first, shift] = [at >>> 5, at & 31];
    for (let w = 0; w < source.length; w++) {
      const word = source[w] as number;
      out[first + w] = (out[first + w] as number) | (word << shift);
      if (shift !== 0 && first + w + 1 < out.length) out[first + w + 1] = (out[first + w + 1] as number) | (word >>> (32 - shift));
    }
    at += part.length;
  }
  return out;
}

/** The elements of a word-major column where the bit is 1, zero elsewhere; without branching on a bit. */
export function maskVector(bits: Uint32Array, a: BigUint64Array, words: number): BigUint64Array {
  const n = a.length / words;
  if (!Number.isInteger(n) || bits.length !== packedWords(n)) throw new RangeError('one bit per element is needed');
  const out = new BigUint64Array(a.length);
  const source = new Uint32Array(a.buffer, a.byteOffset, a.length * 2);
  const target = new Uint32Array(out.buffer);
  for (let j = 0; j < words; j++) {
    for (let i = 0, at = 2 * j * n; i < n; i++, at += 2) {
      const keep = -(((bits[i >>> 5] as number) >>> (i & 31)) & 1);
      target[at] = (source[at] as number) & keep;
      target[at + 1] = (source[at + 1] as number) & keep;
    }
  }
  return out;
}
