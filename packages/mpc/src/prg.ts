import { createCipheriv, createHash, hkdfSync } from 'node:crypto';
import { lengthPrefixed, utf8 } from '@sluis/base';

export class Prg {
  readonly #cipher;
  constructor(seed: Uint8Array, domain: Uint8Array) {
    const key = new Uint8Array(hkdfSync('sha256', seed, new Uint8Array(0), createHash('sha256').update(domain).digest(), 32));
    this.#cipher = createCipheriv('aes-256-ctr', key, new Uint8Array(16));
  }
  fill(out: Uint8Array): Uint8Array {
    out.set(this.#cipher.update(new Uint8Array(out.length)));
    return out;
  }
}
export const taggedHash = (tag: string, ...parts: Uint8Array[]): Uint8Array =>
  new Uint8Array(createHash('sha256').update(lengthPrefixed(utf8(tag), ...parts)).digest());
