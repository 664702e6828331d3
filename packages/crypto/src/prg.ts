/**
 * Pseudorandom generator: the AES-256-CTR keystream of a key that HKDF derives from a seed and a domain. Two domains of
 * one seed give independent streams; one generator only moves forward, so no counter is used twice.
 */
import { createCipheriv } from 'node:crypto';
import { utf8 } from '@sluis/base';
import { hkdf, taggedHash } from './hash.ts';

const CHUNK = 1 << 20;
const ZEROS = new Uint8Array(CHUNK);

export class Prg {
  readonly #cipher;

  /** @param seed - 32 uniformly random bytes. @param domain - what the stream is for: use each (seed, domain) once. */
  constructor(seed: Uint8Array, domain: string | Uint8Array) {
    if (seed.length !== 32) throw new RangeError('a generator needs a seed of 32 bytes');
    const info = taggedHash('sluis/prg/1', typeof domain === 'string' ? utf8(domain) : domain);
    this.#cipher = createCipheriv('aes-256-ctr', hkdf(seed, new Uint8Array(0), info, 32), new Uint8Array(16));
  }

  /** Overwrites `out` with the next bytes of the stream and returns it. */
  fill<T extends Uint8Array>(out: T): T {
    for (let at = 0; at < out.length; at += CHUNK) {
      out.set(this.#cipher.update(ZEROS.subarray(0, Math.min(CHUNK, out.length - at))), at);
    }
    return out;
  }

  /** The next `count` 64-bit words (the platform is little-endian, as the wire format is). */
  words(count: number): BigUint64Array<ArrayBuffer> {
    const out = new BigUint64Array(count);
    this.fill(new Uint8Array(out.buffer));
    return out;
  }
}
