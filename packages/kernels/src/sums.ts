/** Sums along a column, modulo 2^(64·words). Local; run time depends on lengths only. */
import { eachBlock, loadWide, storeWide, wideBlock } from './blocks.ts';
import { addressOf, elementSlot, kernels } from './module.ts';
import { elements } from './ring.ts';

const [X, Z, TOTAL] = [addressOf(0), addressOf(1), addressOf(2)];

/** Element i of the result is the sum of elements 0 … i. */
export function prefixSums(a: BigUint64Array, words: number): BigUint64Array {
  const n = elements(a, words);
  const out = new BigUint64Array(a.length);
  const size = wideBlock(words);
  elementSlot(2).fill(0n, 0, words);
  eachBlock(n, size, (from, count) => {
    loadWide(0, a, words, from, count, size);
    if (words === 1) kernels.prefixSums(X, Z, TOTAL, count);
    else kernels.prefixSumsWide(X, Z, TOTAL, count, words, 8 * size);
    storeWide(1, out, words, from, count, size);
  });
  return out;
}

/** One element: the sum of all; 0 for an empty column. */
export function sumVector(a: BigUint64Array, words: number): BigUint64Array {
  const n = elements(a, words);
  const size = wideBlock(words);
  elementSlot(2).fill(0n, 0, words);
  eachBlock(n, size, (from, count) => {
    loadWide(0, a, words, from, count, size);
    addUp(count, words, 8 * size);
  });
  return elementSlot(2).slice(0, words);
}

/** Adds the elements in slot 0 to the one in slot 2; slot 1 is overwritten. */
export function addUp(n: number, words: number, stride: number): void {
  if (words === 1) kernels.sum(X, TOTAL, n);
  else kernels.prefixSumsWide(X, Z, TOTAL, n, words, stride);
}
