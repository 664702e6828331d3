/**
 * Logic on packed bits, 128 at a time. `out`, where it is offered, is overwritten and returned; it may be one of the
 * inputs. Run time depends on lengths only.
 */
import { packedWords, maskTail } from './bits.ts';
import { eachBlock, isColumn, loadWordMasks, loadWords, type Masks, storeWords, wordwise } from './blocks.ts';
import { addressOf, BLOCK_WORDS, kernels } from './module.ts';

const [A, C, B, D, M, W, Z] = [0, 1, 2, 3, 4, 5, 6].map(addressOf) as [number, number, number, number, number, number, number];

/** RangeError unless all have one length; the vector to write. */
function resultFor(out: Uint32Array | undefined, first: Uint32Array, ...others: readonly Uint32Array[]): Uint32Array {
  if (others.some((b) => b.length !== first.length) || (out !== undefined && out.length !== first.length))
    throw new RangeError('bit vectors of one operation have the same length');
  return out ?? new Uint32Array(first.length);
}

/** a ^ b. */
export function xorBits(a: Uint32Array, b: Uint32Array, out?: Uint32Array): Uint32Array {
  return wordwise([a, b], resultFor(out, a, b), (bytes) => kernels.xor(A, C, B, bytes));
}

/** Every bit the other way round, tails too. */
export function notBits(a: Uint32Array, out?: Uint32Array): Uint32Array {
  return wordwise([a], resultFor(out, a), (bytes) => kernels.not(A, C, bytes));
}

/** a & b. */
export function andBits(a: Uint32Array, b: Uint32Array, out?: Uint32Array): Uint32Array {
  return wordwise([a, b], resultFor(out, a, b), (bytes) => kernels.and(A, C, B, bytes));
}

/** (a & b) ^ c. */
export function andXorBits(a: Uint32Array, b: Uint32Array, c: Uint32Array, out?: Uint32Array): Uint32Array {
  return wordwise([a, b, c], resultFor(out, a, b, c), (bytes) => kernels.andXor(A, C, B, D, bytes));
}

/** a & b ^ a & d ^ c & b ^ mask: one party's part of a product of replicated sharings (a, c) and (b, d). */
export function crossAnd(
  a: Uint32Array,
  c: Uint32Array,
  b: Uint32Array,
  d: Uint32Array,
  mask: Uint32Array,
  out?: Uint32Array,
): Uint32Array {
  return wordwise([a, c, b, d, mask], resultFor(out, a, c, b, d, mask), (bytes) => kernels.crossAnd(A, C, B, D, M, W, bytes));
}

/**
 * a & b ^ a & d ^ c & b ^ mask0 ^ mask1: as `crossAnd`, with the two halves of a sharing of zero.
 *
 * @param mask0 - packed words, or the stream that would fill them; so too `mask1`. They are different streams.
 */
export function crossAnd2(
  a: Uint32Array,
  c: Uint32Array,
  b: Uint32Array,
  d: Uint32Array,
  mask0: Masks<Uint32Array>,
  mask1: Masks<Uint32Array>,
  out?: Uint32Array,
): Uint32Array {
  const result = resultFor(out, a, c, b, d, ...[mask0, mask1].filter(isColumn));
  eachBlock(result.length, BLOCK_WORDS, (from, count) => {
    loadWords(0, a, from, count);
    loadWords(1, c, from, count);
    loadWords(2, b, from, count);
    loadWords(3, d, from, count);
    loadWordMasks(4, mask0, from, count);
    loadWordMasks(5, mask1, from, count);
    kernels.crossAnd2(A, C, B, D, M, W, Z, 4 * count);
    storeWords(6, result, from, count);
  });
  return result;
}

/** The bits from position `from` to `from + count`; bits beyond are zero. Throws RangeError outside the vector. */
export function slicePacked(bits: Uint32Array, length: number, from: number, count: number): Uint32Array {
  if (!(Number.isInteger(from) && Number.isInteger(count) && from >= 0 && count >= 0 && from + count <= length))
    throw new RangeError('a slice lies outside the bit vector');
  if (bits.length !== packedWords(length)) throw new RangeError('a bit vector has as many words as its length needs');
  const [first, shift, n] = [from >>> 5, from & 31, packedWords(count)];
  if (shift === 0) return maskTail(bits.subarray(first, first + n), count);
  const out = new Uint32Array(n);
  const last = bits.length - 1;
  for (let w = 0; w < n; w++) {
    const high = bits[Math.min(first + w + 1, last)] as number;
    out[w] = ((bits[first + w] as number) >>> shift) | (high << (32 - shift));
  }
  const used = count & 31;
  if (used !== 0) out[n - 1] = (out[n - 1] as number) & (2 ** used - 1);
  return out;
}
