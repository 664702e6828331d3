/** `../hash.ts` in a browser. */
import { hmac as hmacOf } from '@noble/hashes/hmac.js';
import { sha256 as sha256Of } from '@noble/hashes/sha2.js';
import { concatBytes, lengthPrefixed, uint64be, utf8 } from '@sluis/base';

export const HASH_BYTES = 32;

export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = new Sha256();
  for (const part of parts) hash.update(part);
  return hash.digest();
}

export class Sha256 {
  readonly #hash = sha256Of.create();

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  digest(): Uint8Array {
    return this.#hash.digest();
  }
}

export const taggedHash = (tag: string, ...parts: readonly Uint8Array[]): Uint8Array =>
  sha256(lengthPrefixed(utf8(tag)), ...parts.flatMap((part) => [uint64be(part.length), part]));

export const textHasher =
  (tag: string, ...parts: readonly Uint8Array[]) =>
  (text: string): Uint8Array =>
    taggedHash(tag, ...parts, utf8(text));

export const bytesHasher =
  (tag: string, ...parts: readonly Uint8Array[]) =>
  (bytes: Uint8Array): Uint8Array =>
    taggedHash(tag, ...parts, bytes);

export const hmac = (key: Uint8Array, data: Uint8Array): Uint8Array => hmacOf(sha256Of, key, data);

export const hkdfExtract = (salt: Uint8Array, secret: Uint8Array): Uint8Array =>
  hmac(salt.length === 0 ? new Uint8Array(HASH_BYTES) : salt, secret);

export function hkdfExpand(key: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  if (!Number.isInteger(length) || length < 0 || length > 255 * HASH_BYTES) throw new RangeError('HKDF gives at most 8,160 bytes');
  const out = new Uint8Array(length);
  let block: Uint8Array = new Uint8Array(0);
  for (let at = 0, counter = 1; at < length; at += HASH_BYTES, counter++) {
    block = hmac(key, concatBytes(block, info, Uint8Array.of(counter)));
    out.set(block.subarray(0, Math.min(HASH_BYTES, length - at)), at);
  }
  return out;
}

export const hkdf = (secret: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array =>
  hkdfExpand(hkdfExtract(salt, secret), info, length);

export function constantTimeEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number);
  return difference === 0;
}

export function commit(tag: string, salt: Uint8Array, ...data: readonly Uint8Array[]): Uint8Array {
  if (salt.length !== HASH_BYTES) throw new RangeError('a commitment needs a salt of 32 bytes');
  return taggedHash(tag, salt, ...data);
}
