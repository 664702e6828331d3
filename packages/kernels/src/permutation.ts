/**
 * Permutations of positions. A permutation p stands for "element i of the result is element p[i] of the source" when it
 * is gathered with, and for "element i goes to place p[i]" when it is scattered with.
 *
 * Memory is read and written at places that depend on the permutation: whoever computes with one knows it.
 */

/** The next `count` uniformly random words of a stream; `Prg.words` of `crypto` has this form. */
export type RandomWords = (count: number) => BigUint64Array;

/** Words fetched at once. */
const BATCH = 8192;
const HALF = 2 ** 32;
/** Up to here the product of a position count and 32 random bits is exact in floating point. */
const EXACT = 2 ** 21;

/**
 * A uniformly random permutation of 0 … n − 1: the same one for the same stream, exactly uniform for a uniform stream.
 *
 * Source: Durstenfeld 1964 (Fisher–Yates shuffle); positions by Lemire 2019 (Fast random integer generation in an
 * interval, §4): the high half of 32 random bits times the count, rejecting the few products that would add a bias.
 * Cost: about 4·n bytes of the stream; about 5 nanoseconds per position.
 *
 * @throws RangeError for more than 2^31 positions.
 */
export function randomPermutation(n: number, words: RandomWords): Uint32Array {
  if (!Number.isInteger(n) || n < 0 || n > 2 ** 31) throw new RangeError('a permutation has between 0 and 2^31 positions');
  const out = identity(n);
  let pieces: Uint32Array = new Uint32Array(0);
  let next = 0;
  for (let i = n - 1; i > 0; i--) {
    const positions = i + 1;
    for (;;) {
      if (next === pieces.length) {
        const fresh = words(Math.min(BATCH, (i >>> 1) + 1));
        pieces = new Uint32Array(fresh.buffer, fresh.byteOffset, fresh.length * 2);
        next = 0;
      }
      const piece = pieces[next] as number;
      next += 1;
      const place = positions <= EXACT ? Math.floor((piece * positions) / HALF) : highProduct(piece, positions);
      // The product modulo 2^32; only where it is below the count, which is rare, is the exact bound worth a division.
      const low = positions <= EXACT ? piece * positions - place * HALF : Math.imul(piece, positions) >>> 0;
      if (low < positions && low < HALF % positions) continue;
      const kept = out[i] as number;
      out[i] = out[place] as number;
      out[place] = kept;
      break;
    }
  }
  return out;
}

/** ⌊a·b / 2^32⌋ for 32-bit numbers, exactly. */
export function highProduct(a: number, b: number): number {
  const low = b * (a & 0xffff);
  return Math.floor((b * (a >>> 16) + Math.floor(low / 65_536)) / 65_536);
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
