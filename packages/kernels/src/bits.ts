/**
 * Packed bits: bit i stands in word i >> 5 at position i & 31. Bits beyond the length ("tail") are unspecified;
 * whoever shows bits masks them with `maskTail`.
 */
import { eachBlock, loadWords, storeWords } from './blocks.ts';
import { addressOf, byteSlot, kernels } from './module.ts';

/** Bytes of a block that is changed to bits or back. */
const BYTES = 65_536;

/** 32-bit words that hold `n` bits. */
export const packedWords = (n: number): number => Math.ceil(n / 32);

/** The same bits with everything beyond `length` zero. */
export function maskTail(bits: Uint32Array, length: number): Uint32Array {
  const out = bits.slice(0, packedWords(length));
  const used = length & 31;
  if (used !== 0) out[out.length - 1] = (out[out.length - 1] as number) & (2 ** used - 1);
  return out;
}

/** Packs the lowest bits of bytes. */
export function packBits(values: Uint8Array): Uint32Array {
  const out = new Uint32Array(packedWords(values.length));
  eachBlock(values.length, BYTES, (from, count) => {
    byteSlot(0).set(values.subarray(from, from + count));
    kernels.bytesToBits(addressOf(0), addressOf(1), count);
    storeWords(1, out, from / 32, packedWords(count));
  });
  const used = values.length & 31;
  if (used !== 0) out[out.length - 1] = (out[out.length - 1] as number) & (2 ** used - 1);
  return out;
}

/** One byte, 0 or 1, per bit. */
export function unpackBits(bits: Uint32Array, length: number): Uint8Array {
  if (bits.length !== packedWords(length)) throw new RangeError('a bit vector has as many words as its length needs');
  const out = new Uint8Array(length);
  eachBlock(length, BYTES, (from, count) => {
    loadWords(0, bits, from / 32, packedWords(count));
    kernels.bitsToBytes(addressOf(0), addressOf(1), count);
    out.set(byteSlot(1).subarray(0, count), from);
  });
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
