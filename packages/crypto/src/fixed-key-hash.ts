/**
 * A tweakable circular correlation-robust hash from AES with one fixed key per session, for garbling and oblivious
 * transfer: H(x, i) = π(π(x) ⊕ i) ⊕ π(x). Plain π(x) ⊕ x with the free-XOR offset is not enough.
 * Source: Guo, Katz, Wang & Yu 2020 ("Efficient and Secure Multiparty Computation from Fixed-Key Block Ciphers"), §7.4 (TMMO).
 */
import { createCipheriv } from 'node:crypto';

const BLOCK = 16;

export class FixedKeyHash {
  readonly #cipher;

  /** @param key - 16 bytes, public, drawn afresh for each session after the inputs of both sides are fixed in meaning. */
  constructor(key: Uint8Array) {
    if (key.length !== BLOCK) throw new RangeError('the key of the permutation has 16 bytes');
    this.#cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false);
  }

  /**
   * Hashes many blocks at once: block k with tweak `firstTweak + k`. Tweaks must not repeat within a session.
   *
   * @param blocks - 4 words (16 bytes) each; unchanged. @returns as many blocks. Cost: two AES calls a block.
   */
  hash(blocks: Uint32Array, firstTweak: number): Uint32Array {
    const count = blocks.length / 4;
    if (!Number.isInteger(count)) throw new RangeError('blocks of 4 words are needed');
    const inner = this.#permute(blocks);
    const tweaked = inner.slice();
    for (let k = 0; k < count; k++) {
      const tweak = firstTweak + k;
      tweaked[4 * k] = (tweaked[4 * k] as number) ^ (tweak >>> 0);
      tweaked[4 * k + 1] = (tweaked[4 * k + 1] as number) ^ Math.floor(tweak / 2 ** 32);
    }
    const out = this.#permute(tweaked);
    for (let w = 0; w < out.length; w++) out[w] = (out[w] as number) ^ (inner[w] as number);
    return out;
  }

  #permute(blocks: Uint32Array): Uint32Array {
    const bytes = new Uint8Array(blocks.buffer, blocks.byteOffset, blocks.byteLength);
    const out = this.#cipher.update(bytes);
    return new Uint32Array(out.buffer.slice(out.byteOffset, out.byteOffset + out.length));
  }
}
