/** Moves blocks of columns and of packed bits between ordinary memory and the kernels' slots. */
import { BLOCK, BLOCK_WORDS, byteSlot, elementSlot, wordSlot } from './module.ts';

/**
 * Where masks come from: a column, or a stream that writes the next bytes over what it is given (such as `Prg` of
 * `crypto`). A stream is written straight into the kernels' memory, in the order of the column it stands for.
 */
export type Masks<V> = V | { fill(out: Uint8Array): unknown };

export const isColumn = <V extends BigUint64Array | Uint32Array>(masks: Masks<V>): masks is V => ArrayBuffer.isView(masks);

/** Calls `run` with the consecutive parts of 0 … n − 1 that fit a block. */
export function eachBlock(n: number, size: number, run: (from: number, count: number) => void): void {
  for (let from = 0; from < n; from += size) run(from, Math.min(size, n - from));
}

/** Runs a kernel that makes each element of `out` from the same elements of the inputs; input i stands in slot i. */
export function elementwise(inputs: readonly BigUint64Array[], out: BigUint64Array, kernel: (n: number) => void): BigUint64Array {
  eachBlock(out.length, BLOCK, (from, count) => {
    for (let i = 0; i < inputs.length; i++) loadElements(i, inputs[i] as BigUint64Array, from, count);
    kernel(count);
    storeElements(inputs.length, out, from, count);
  });
  return out;
}

/** The same for packed words; the kernel is given bytes. */
export function wordwise(inputs: readonly Uint32Array[], out: Uint32Array, kernel: (bytes: number) => void): Uint32Array {
  eachBlock(out.length, BLOCK_WORDS, (from, count) => {
    for (let i = 0; i < inputs.length; i++) loadWords(i, inputs[i] as Uint32Array, from, count);
    kernel(4 * count);
    storeWords(inputs.length, out, from, count);
  });
  return out;
}

export function loadElements(slot: number, a: BigUint64Array, from: number, count: number): void {
  elementSlot(slot).set(count === a.length ? a : a.subarray(from, from + count));
}

export function storeElements(slot: number, out: BigUint64Array, from: number, count: number): void {
  out.set(elementSlot(slot).subarray(0, count), from);
}

export function loadWords(slot: number, a: Uint32Array, from: number, count: number): void {
  wordSlot(slot).set(count === a.length ? a : a.subarray(from, from + count));
}

export function storeWords(slot: number, out: Uint32Array, from: number, count: number): void {
  out.set(wordSlot(slot).subarray(0, count), from);
}

/** The next block of masks: elements of a column from `from`, or of a stream. */
export function loadElementMasks(slot: number, masks: Masks<BigUint64Array>, from: number, count: number): void {
  if (isColumn(masks)) loadElements(slot, masks, from, count);
  else masks.fill(byteSlot(slot).subarray(0, 8 * count));
}

export function loadWordMasks(slot: number, masks: Masks<Uint32Array>, from: number, count: number): void {
  if (isColumn(masks)) loadWords(slot, masks, from, count);
  else masks.fill(byteSlot(slot).subarray(0, 4 * count));
}

/** Elements of several words that fit a block. Throws RangeError on elements larger than a block. */
export function wideBlock(words: number): number {
  if (words > BLOCK) throw new RangeError('an element is larger than a block');
  return Math.floor(BLOCK / words);
}

/** Word j of the elements from `from` goes to place j·size of the slot. */
export function loadWide(slot: number, a: BigUint64Array, words: number, from: number, count: number, size: number): void {
  const n = a.length / words;
  for (let j = 0; j < words; j++) elementSlot(slot).set(a.subarray(j * n + from, j * n + from + count), j * size);
}

export function storeWide(slot: number, out: BigUint64Array, words: number, from: number, count: number, size: number): void {
  const n = out.length / words;
  for (let j = 0; j < words; j++) out.set(elementSlot(slot).subarray(j * size, j * size + count), j * n + from);
}

/** Runs a kernel on elements of several words; it is given the number of elements and the bytes from word to word. */
export function wideElementwise(
  inputs: readonly BigUint64Array[],
  out: BigUint64Array,
  words: number,
  kernel: (n: number, stride: number) => void,
): BigUint64Array {
  const size = wideBlock(words);
  eachBlock(out.length / words, size, (from, count) => {
    for (let i = 0; i < inputs.length; i++) loadWide(i, inputs[i] as BigUint64Array, words, from, count, size);
    kernel(count, 8 * size);
    storeWide(inputs.length, out, words, from, count, size);
  });
  return out;
}
