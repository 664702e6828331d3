/** From packed bits to elements of the ring and back. Run time depends on lengths only. */
import { packedWords } from './bits.ts';
import { eachBlock, loadElements, loadWords, storeElements, storeWords } from './blocks.ts';
import { addressOf, BLOCK, elementSlot, kernels } from './module.ts';

const [BITS, X, Z] = [addressOf(0), addressOf(1), addressOf(2)];

/** The elements of a word-major column where the bit is 1, zero elsewhere. */
export function maskVector(bits: Uint32Array, a: BigUint64Array, words: number): BigUint64Array {
  const n = a.length / words;
  if (!Number.isInteger(n) || bits.length !== packedWords(n)) throw new RangeError('one bit per element is needed');
  const out = new BigUint64Array(a.length);
  eachBlock(n, BLOCK, (from, count) => {
    loadWords(0, bits, from / 32, packedWords(count));
    for (let j = 0; j < words; j++) {
      loadElements(1, a, j * n + from, count);
      kernels.maskElements(BITS, X, Z, count);
      storeElements(2, out, j * n + from, count);
    }
  });
  return out;
}

/** Each bit as an element, 0 or 1, of `words` words. */
export function bitsToVector(bits: Uint32Array, n: number, words: number): BigUint64Array {
  if (bits.length !== packedWords(n)) throw new RangeError('a bit vector has as many words as its length needs');
  const out = new BigUint64Array(n * words);
  eachBlock(n, BLOCK, (from, count) => {
    loadWords(0, bits, from / 32, packedWords(count));
    kernels.spreadBits(BITS, Z, count);
    storeElements(2, out, from, count);
  });
  return out;
}

/** The lowest bit of each word, packed; bits beyond are zero, so that nothing of other columns stands there. */
export function lowBits(a: BigUint64Array): Uint32Array {
  const out = new Uint32Array(packedWords(a.length));
  eachBlock(a.length, BLOCK, (from, count) => {
    loadElements(1, a, from, count);
    elementSlot(1).fill(0n, count, Math.min(BLOCK, 64 * Math.ceil(count / 64)));
    kernels.lowBits(X, BITS, count);
    storeWords(0, out, from / 32, packedWords(count));
  });
  return out;
}
