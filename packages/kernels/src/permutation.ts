/**
 * Permutations of positions. A permutation p stands for "element i of the result is element p[i] of the source" when it
 * is gathered with, and for "element i goes to place p[i]" when it is scattered with.
 *
 * Memory is read and written at places that depend on the permutation: whoever computes with one knows it.
 */
import { identity, shuffleSegment } from './fisher-yates.ts';
import { RandomPieces, type RandomWords } from './random-pieces.ts';
import { randomShuffle } from './shuffle.ts';

/** Beyond this many positions, taking them in buckets is faster. */
const SINGLE = 2 ** 21;

/**
 * A uniformly random permutation of 0 … n − 1: the same one for the same stream, exactly uniform for a uniform stream.
 * To put whole columns in a random order, `randomShuffle` is faster than gathering with a long permutation.
 *
 * Source: Durstenfeld 1964 (Fisher–Yates shuffle); long ones as in `randomShuffle`.
 * Cost: about 4·n bytes of the stream, 6·n for long ones; 5 to 10 nanoseconds per position.
 * @throws RangeError for more than 2^31 positions.
 */
export function randomPermutation(n: number, words: RandomWords): Uint32Array {
  if (!Number.isInteger(n) || n < 0 || n > 2 ** 31) throw new RangeError('a permutation has between 0 and 2^31 positions');
  if (n > SINGLE) return randomShuffle(n, words).order();
  const out = identity(n);
  shuffleSegment(out, 0, n, new RandomPieces(words, n));
  return out;
}

/** q with q[p[i]] = i. Throws RangeError if p is no permutation. */
export function invertPermutation(p: Uint32Array): Uint32Array {
  const n = p.length;
  const out = new Uint32Array(n).fill(0xffff_ffff);
  for (let i = 0; i < n; i++) {
    const to = p[i] as number;
    if (to >= n || out[to] !== 0xffff_ffff) throw new RangeError('not a permutation');
    out[to] = i;
  }
  return out;
}

/** Gathering with the result equals gathering with `first`, and then with `second`: element i is first[second[i]]. */
export function composePermutation(first: Uint32Array, second: Uint32Array): Uint32Array {
  if (first.length !== second.length) throw new RangeError('permutations of one operation have the same length');
  const out = new Uint32Array(second.length);
  for (let i = 0; i < out.length; i++) {
    const at = second[i] as number;
    if (at >= first.length) throw new RangeError('not a permutation');
    out[i] = first[at] as number;
  }
  return out;
}
