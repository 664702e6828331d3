/** A pseudorandom generator: AES-256-CTR keystream under a key derived from seed and domain. */
import { type Cipheriv, createCipheriv } from 'node:crypto';
import { hkdf } from './hash.ts';

const PIECE = 64 * 1024;
const ZEROS = new Uint8Array(PIECE);

/** One stream: every call goes on where the last one ended, so no counter is ever reused. */
export class Prg {
  readonly #cipher: Cipheriv;

  /** @param seed - 32 secret bytes. @param domain - what this stream is for; streams of different domains are independent. */
  constructor(seed: Uint8Array, domain: Uint8Array) {
    if (seed.length !== 32) throw new RangeError('a seed has 32 bytes');
    this.#cipher = createCipheriv('aes-256-ctr', hkdf(seed, new Uint8Array(0), domain, 32), new Uint8Array(16));
  }

  /** Fills the whole array with the next bytes of the stream. */
  fill(out: Uint8Array): Uint8Array {
    for (let at = 0; at < out.length; at += PIECE) {
      const size = Math.min(PIECE, out.length - at);
      out.set(this.#cipher.update(size === PIECE ? ZEROS : ZEROS.subarray(0, size)), at);
    }
    return out;
  }

  words(count: number): BigUint64Array {
    const out = new BigUint64Array(count);
    this.fill(new Uint8Array(out.buffer));
    return out;
  }
}
