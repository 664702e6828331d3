/**
 * Permutations of positions. A permutation p stands for "element i of the result is element p[i] of the source" when it
 * is gathered with, and for "element i goes to place p[i]" when it is scattered with.
 *
 * Memory is read and written at places that depend on the permutation: whoever computes with one knows it.
 */

/** The next `count` uniformly random words of a stream; `Prg.words` of `crypto` has this form. */
export type RandomWords = (count: number) => BigUint64Array;

/** Random 32-bit pieces fetched at once. */
const BATCH = 8192;

/**
 * A uniformly random permutation of 0 … n − 1: the same one for the same stream, exactly uniform for a uniform stream.
 *
 * Source: Durstenfeld 1964 (Fisher–Yates shuffle); positions by rejection within the next power of two, so no bias.
 * Cost: about 5.5·n bytes of the stream.
 */
export function randomPermutation(n: number, words: RandomWords): Uint32Array {
  if (!Number.isInteger(n) || n < 0 || n > 2 ** 31) throw new RangeError('a permutation has between 0 and 2^31 positions');
  const out = identity(n);
  let pieces: Uint32Array = new Uint32Array(0);
  let next = 0;
  for (let i = n - 1; i > 0; i--) {
    const mask = 0xffff_ffff >>> Math.clz32(i);
    let place = i + 1;
    while (place > i) {
      if (next === pieces.length) {
        const fresh = words(Math.min(BATCH, i + 1));
        pieces = new Uint32Array(fresh.buffer, fresh.byteOffset, fresh.length * 2);
        next = 0;
      }
      place = ((pieces[next] as number) & mask) >>> 0;
      next += 1;
    }
    const kept = out[i] as number;
    out[i] = out[place] as number;
    out[place] = kept;
  }
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

function identity(n: number): Uint32Array {
  const out = new Uint32Array(n);
  for (let i = 0; i < n; i++) out[i] = i;
  return out;
}
