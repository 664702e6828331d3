/** Uniform bits from a source of random bytes, fetched many at a time. */
import { type Random, StationError } from '@sluis/base';

const MOST_WORDS = 16_384;

/** Rejections in a row after which the source must be broken: a working one gets there with a probability below 2^-128. */
const TRIES = 2_000;

/** What is fetched and not used is thrown away: two calls never share bits. */
export class RandomBits {
  readonly #random: Random;
  readonly #chunk: number;
  #words = new Uint32Array(0);
  #at = 0;

  /** @param expected - 32-bit words that will probably be used. */
  constructor(random: Random, expected = 8) {
    this.#random = random;
    this.#chunk = Math.max(8, Math.min(MOST_WORDS, Math.ceil(expected)));
  }

  /** 32 uniform bits. */
  word(): number {
    if (this.#at === this.#words.length) this.#fetch();
    return this.#words[this.#at++] as number;
  }

  /** A uniform whole number of so many bits. */
  bits(count: number): bigint {
    let out = 0n;
    for (let left = count; left > 0; left -= 32) {
      const width = Math.min(32, left);
      out = (out << BigInt(width)) | BigInt(this.word() >>> (32 - width));
    }
    return out;
  }

  /** A uniform whole number below a positive one, by rejection. */
  below(limit: bigint): bigint {
    const width = (limit - 1n).toString(2).length;
    if (limit <= 1n) return 0n;
    for (let tries = 0; tries < TRIES; tries++) {
      const value = width <= 32 ? BigInt(this.word() >>> (32 - width)) : this.bits(width);
      if (value < limit) return value;
    }
    throw stuck();
  }

  #fetch(): void {
    if (this.#words.length === 0) this.#words = new Uint32Array(this.#chunk);
    // A copy, because bytes of a source need not be aligned.
    new Uint8Array(this.#words.buffer).set(this.#random.bytes(4 * this.#chunk));
    this.#at = 0;
    // Eight words or more that are all the same happen with a probability below 2^-223, unless the source is broken.
    if (this.#words.every((word) => word === this.#words[0])) throw stuck();
  }
}

/** The error where only a broken source of randomness leads. */
export const stuck = () =>
  new StationError('math/random-stuck', {
    stage: 'mechanism',
    message: 'The source of randomness gives bytes that are not random.',
    remedy: "Check this machine's random number generator before anything is released.",
  });

/** Calls until there is a result. Throws StationError `math/random-stuck` where that can only be the source's fault. */
export function untilAccepted<T>(attempt: () => T | null): T {
  for (let tries = 0; tries < TRIES; tries++) {
    const result = attempt();
    if (result !== null) return result;
  }
  throw stuck();
}

/** How often something happened before it failed; same error. */
export function successes(happens: (nth: number) => boolean): number {
  let count = 0;
  while (happens(count)) if (++count > TRIES) throw stuck();
  return count;
}
