/**
 * Whole columns in one random order, with memory used in order. Every element goes to a random bucket, and each bucket,
 * small enough for the cache, is put in random order by itself. Gathering with a random permutation instead waits for
 * memory at every element: beyond a million elements it takes several times as long.
 *
 * Memory is read and written at places that depend on the order: whoever computes with one knows it.
 */
import { packBits, packedWords, unpackBits } from './bits.ts';
import { identity, shuffleSegment } from './fisher-yates.ts';
import { RandomPieces, type RandomWords } from './random-pieces.ts';
import { release } from './release.ts';
import { elements } from './ring.ts';

/** Elements of a bucket, on average, at most (as long as buckets are fewer than the most). */
const BUCKET = 4096;
/** As many places are written to in turn; more would no longer stay near the processor. */
const MOST_BUCKETS = 1024;

export interface Shuffle {
  readonly length: number;
  /** The column in the random order. Throws RangeError on a column of another length. */
  apply(a: BigUint64Array, words: number): BigUint64Array;
  /** Packed bits in the same order; bits beyond the length are zero. */
  applyPacked(bits: Uint32Array): Uint32Array;
  /** The permutation that gathers alike. */
  order(): Uint32Array;
}

/**
 * A uniformly random order of n elements: the same one for the same stream, exactly uniform for a uniform stream (all
 * assignments to buckets are equally likely, and so are all orders within each).
 *
 * Source: Rao 1961 and Sandelius 1962 (shuffling by random digits); Durstenfeld 1964 within buckets.
 * Cost: about 6·n bytes of the stream, 6·n bytes kept; about 5 nanoseconds per word that it is applied to.
 * @param buckets - a power of two up to 2^16; chosen by n unless a test asks for another.
 * @throws RangeError for more than 2^31 elements.
 */
export function randomShuffle(n: number, words: RandomWords, buckets: number = bucketsFor(n)): Shuffle {
  if (!Number.isInteger(n) || n < 0 || n > 2 ** 31) throw new RangeError('a permutation has between 0 and 2^31 positions');
  const random = new RandomPieces(words, Math.ceil(1.5 * n));
  const digits = randomDigits(n, buckets, random);
  const starts = new Uint32Array(buckets + 1);
  for (let i = 0; i < n; i++) starts[(digits[i] as number) + 1] = (starts[(digits[i] as number) + 1] as number) + 1;
  for (let b = 0; b < buckets; b++) starts[b + 1] = (starts[b + 1] as number) + (starts[b] as number);
  // Places within the whole: bucket b holds starts[b] … starts[b + 1] − 1, in random order.
  const places = identity(n);
  for (let b = 0; b < buckets; b++) shuffleSegment(places, starts[b] as number, starts[b + 1] as number, random);
  return new BucketShuffle(digits, starts, places);
}

function bucketsFor(n: number): number {
  let buckets = 1;
  while (buckets < MOST_BUCKETS && buckets * BUCKET < n) buckets *= 2;
  return buckets;
}

/** A uniformly random bucket for each element; the number of buckets is a power of two of at most 16 bits. */
function randomDigits(n: number, buckets: number, random: RandomPieces): Uint16Array {
  const out = new Uint16Array(n);
  if (buckets === 1) return out;
  for (let i = 0; i < n; i += 2) {
    const piece = random.next();
    out[i] = piece & (buckets - 1);
    if (i + 1 < n) out[i + 1] = (piece >>> 16) & (buckets - 1);
  }
  return out;
}

class BucketShuffle implements Shuffle {
  readonly length: number;
  readonly #digits: Uint16Array;
  readonly #starts: Uint32Array;
  readonly #places: Uint32Array;

  constructor(digits: Uint16Array, starts: Uint32Array, places: Uint32Array) {
    this.length = digits.length;
    this.#digits = digits;
    this.#starts = starts;
    this.#places = places;
  }

  apply(a: BigUint64Array, words: number): BigUint64Array {
    const n = this.length;
    if (elements(a, words) !== n) throw new RangeError('a column is as long as its shuffle');
    const out = new BigUint64Array(a.length);
    const between = new Int32Array(2 * n);
    for (let j = 0; j < words; j++) {
      const source = new Int32Array(a.buffer, a.byteOffset + 8 * j * n, 2 * n);
      distributePairs(source, this.#digits, this.#starts.slice(), between);
      gatherPairs(between, this.#places, new Int32Array(out.buffer, 8 * j * n, 2 * n));
    }
    release(between);
    return out;
  }

  applyPacked(bits: Uint32Array): Uint32Array {
    const n = this.length;
    if (bits.length !== packedWords(n)) throw new RangeError('bits are as many as their shuffle has places');
    const single = unpackBits(bits, n);
    const [between, ordered] = [new Uint8Array(n), new Uint8Array(n)];
    distribute(single, this.#digits, this.#starts.slice(), between);
    gather(between, this.#places, ordered);
    const out = packBits(ordered);
    release(single, between, ordered);
    return out;
  }

  order(): Uint32Array {
    const between = new Uint32Array(this.length);
    distribute(identity(this.length), this.#digits, this.#starts.slice(), between);
    const out = new Uint32Array(this.length);
    gather(between, this.#places, out);
    release(between);
    return out;
  }
}

/** Element i goes to the next free place of its bucket; `free` moves on. */
function distribute<V extends Uint8Array | Uint32Array>(source: V, digits: Uint16Array, free: Uint32Array, out: V): void {
  for (let i = 0; i < digits.length; i++) {
    const digit = digits[i] as number;
    const place = free[digit] as number;
    free[digit] = place + 1;
    out[place] = source[i] as number;
  }
}

function gather<V extends Uint8Array | Uint32Array>(source: V, places: Uint32Array, out: V): void {
  for (let i = 0; i < places.length; i++) out[i] = source[places[i] as number] as number;
}

/** The same for elements of 64 bits, as pairs of halves. */
function distributePairs(source: Int32Array, digits: Uint16Array, free: Uint32Array, out: Int32Array): void {
  for (let i = 0, from = 0; i < digits.length; i++, from += 2) {
    const digit = digits[i] as number;
    const place = free[digit] as number;
    free[digit] = place + 1;
    out[2 * place] = source[from] as number;
    out[2 * place + 1] = source[from + 1] as number;
  }
}

function gatherPairs(source: Int32Array, places: Uint32Array, out: Int32Array): void {
  for (let i = 0, to = 0; i < places.length; i++, to += 2) {
    const from = 2 * (places[i] as number);
    out[to] = source[from] as number;
    out[to + 1] = source[from + 1] as number;
  }
}
