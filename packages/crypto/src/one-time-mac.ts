/**
 * A one-time authenticator for long data between two parties that share a fresh key: GMAC (NIST SP 800-38D) with a fixed
 * nonce. A key authenticates one message and is then thrown away; whoever does not know it makes a second message with
 * the same tag with probability at most (blocks + 1) / 2^128. Ten times as fast as SHA-256 here.
 */
import { createCipheriv, createSecretKey } from 'node:crypto';

export const ONE_TIME_KEY_BYTES = 32;
export const ONE_TIME_TAG_BYTES = 16;
const NONCE = new Uint8Array(12);
/** OpenSSL takes lengths as 32-bit integers. */
const PIECE = 1 << 28;

export class OneTimeMac {
  readonly #cipher;

  /** @param key - 32 uniformly random bytes, used for this message only. Throws RangeError for another length. */
  constructor(key: Uint8Array) {
    if (key.length !== ONE_TIME_KEY_BYTES) throw new RangeError('a one-time key has 32 bytes');
    this.#cipher = createCipheriv('aes-256-gcm', createSecretKey(key), NONCE, { authTagLength: ONE_TIME_TAG_BYTES });
  }

  /** Appends data: how it is cut into pieces makes no difference, so fields need fixed or prefixed lengths. */
  update(data: Uint8Array): this {
    for (let at = 0; at < data.length; at += PIECE) this.#cipher.setAAD(data.subarray(at, at + PIECE));
    return this;
  }

  /** The tag; nothing can be appended afterwards. */
  tag(): Uint8Array {
    this.#cipher.final();
    return new Uint8Array(this.#cipher.getAuthTag());
  }
}
