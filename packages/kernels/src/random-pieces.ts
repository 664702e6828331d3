/** A stream of random words, taken 32 bits at a time. */

/** The next `count` uniformly random words of a stream; `Prg.words` of `crypto` has this form. */
export type RandomWords = (count: number) => BigUint64Array;

/** Words fetched at once. */
const BATCH = 8192;
const HALF = 2 ** 32;
/** Up to here the product of a bound and 32 random bits is exact in floating point. */
const EXACT = 2 ** 21;

export class RandomPieces {
  readonly #words: RandomWords;
  #expected: number;
  #pieces: Uint32Array = new Uint32Array(0);
  #next = 0;

  /** @param expected - about how many pieces will be taken, so that few are fetched in vain. */
  constructor(words: RandomWords, expected: number) {
    this.#words = words;
    this.#expected = expected;
  }

  /** 32 uniformly random bits. */
  next(): number {
    if (this.#next === this.#pieces.length) this.#fetch();
    const piece = this.#pieces[this.#next] as number;
    this.#next += 1;
    return piece;
  }

  /**
   * A uniformly random number from 0 to `bound` − 1, without bias; 1 ≤ bound ≤ 2^32.
   * Source: Lemire 2019 (Fast random integer generation in an interval), §4: the high half of 32 random bits times the
   * bound, rejecting the few products that would add a bias.
   */
  below(bound: number): number {
    for (;;) {
      const piece = this.next();
      const high = bound <= EXACT ? Math.floor((piece * bound) / HALF) : highProduct(piece, bound);
      // The product modulo 2^32; only where it is below the bound, which is rare, is the exact limit worth a division.
      const low = bound <= EXACT ? piece * bound - high * HALF : Math.imul(piece, bound) >>> 0;
      if (low >= bound || low >= HALF % bound) return high;
    }
  }

  #fetch(): void {
    const count = Math.min(BATCH, Math.max(16, (this.#expected + 1) >> 1));
    const fresh = this.#words(count);
    if (fresh.length === 0) throw new RangeError('a random stream has ended');
    this.#expected = Math.max(0, this.#expected - 2 * fresh.length);
    this.#pieces = new Uint32Array(fresh.buffer, fresh.byteOffset, fresh.length * 2);
    this.#next = 0;
  }
}

/** ⌊a·b / 2^32⌋ for a < 2^32 and b ≤ 2^32, exactly. */
export function highProduct(a: number, b: number): number {
  const low = b * (a & 0xffff);
  return Math.floor((b * (a >>> 16) + Math.floor(low / 65_536)) / 65_536);
}
