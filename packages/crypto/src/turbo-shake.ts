/**
 * TurboSHAKE128 (RFC 9861): an extendable output function of twelve rounds of Keccak, which the VDAF specification uses.
 * node:crypto has none; the implementation is @noble/hashes', in Node and in a browser.
 */
import { turboshake128 } from '@noble/hashes/sha3-addons.js';

/** Takes bytes first, and then gives as many as are wanted. Absorbing after the first output is a TypeError. */
export class TurboShake128 {
  readonly #hash;
  #squeezing = false;

  /** The domain byte, 1 to 127. */
  constructor(domain: number) {
    this.#hash = turboshake128.create({ D: domain });
  }

  absorb(bytes: Uint8Array): this {
    if (this.#squeezing) throw new TypeError('absorbs nothing once bytes have been taken');
    this.#hash.update(bytes);
    return this;
  }

  /** Fills `out` with the next bytes of the output. */
  squeeze(out: Uint8Array): void {
    this.#squeezing = true;
    this.#hash.xofInto(out);
  }
}
