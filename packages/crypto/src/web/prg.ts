/** `../prg.ts` in a browser: the same streams. */
import { ctr } from '@noble/ciphers/aes.js';
import { concatBytes, lengthPrefixed, utf8 } from '@sluis/base';
import { hmac } from './hash.ts';

const BLOCK = 16;
const MAXIMUM_BYTES = 2 ** 36 - 32;
const VERSION = utf8('sluis/prg/2');

export class Prg {
  readonly #key: Uint8Array;
  #taken = 0;

  constructor(seed: Uint8Array, domain: string | Uint8Array) {
    if (seed.length !== 32) throw new RangeError('a generator needs a seed of 32 bytes');
    const info = lengthPrefixed(VERSION, typeof domain === 'string' ? utf8(domain) : domain);
    this.#key = hmac(seed, concatBytes(info, Uint8Array.of(1)));
  }

  fill<T extends Uint8Array>(out: T): T {
    if (this.#taken + out.length > MAXIMUM_BYTES) throw new RangeError('a random stream has at most 2^36 - 32 bytes');
    const inside = this.#taken % BLOCK;
    const counter = new Uint8Array(BLOCK);
    new DataView(counter.buffer).setUint32(BLOCK - 4, 2 + (this.#taken - inside) / BLOCK);
    out.set(
      ctr(this.#key, counter)
        .encrypt(new Uint8Array(inside + out.length))
        .subarray(inside),
    );
    this.#taken += out.length;
    return out;
  }

  words(count: number): BigUint64Array<ArrayBuffer> {
    const out = new BigUint64Array(count);
    this.fill(new Uint8Array(out.buffer));
    return out;
  }
}
