/** Stripes of long columns and bits: read from them, and put together again. */
import type { PackedPair, Pair } from './shares.ts';

export const pairOf = (size: number): Pair => ({ mine: new BigUint64Array(size), next: new BigUint64Array(size) });
export const packedPairOf = (size: number): PackedPair => ({ mine: new Uint32Array(size), next: new Uint32Array(size) });

/** Elements `from` to `from + count` of a word-major vector: a view where that is one piece. */
export function cutWords(a: BigUint64Array, words: number, from: number, count: number): BigUint64Array {
  const n = a.length / words;
  if (words === 1 || count === n) return a.subarray(from * words, (from + count) * words);
  const out = new BigUint64Array(count * words);
  for (let j = 0; j < words; j++) out.set(a.subarray(j * n + from, j * n + from + count), j * count);
  return out;
}

export function putWords(out: BigUint64Array, words: number, from: number, stripe: BigUint64Array): void {
  const [n, count] = [out.length / words, stripe.length / words];
  for (let j = 0; j < words; j++) out.set(stripe.subarray(j * count, (j + 1) * count), j * n + from);
}

export const cutPair = (a: Pair, words: number, from: number, count: number): Pair => ({
  mine: cutWords(a.mine, words, from, count),
  next: cutWords(a.next, words, from, count),
});

export function putPair(out: Pair, words: number, from: number, stripe: Pair): void {
  putWords(out.mine, words, from, stripe.mine);
  putWords(out.next, words, from, stripe.next);
}

/** The words of bits `from` to `from + count`; `from` is a multiple of 32. */
export const cutBits = (a: PackedPair, from: number, count: number): PackedPair => ({
  mine: a.mine.subarray(from >>> 5, (from + count + 31) >>> 5),
  next: a.next.subarray(from >>> 5, (from + count + 31) >>> 5),
});

export function putBits(out: PackedPair, from: number, stripe: PackedPair): void {
  out.mine.set(stripe.mine, from >>> 5);
  out.next.set(stripe.next, from >>> 5);
}
