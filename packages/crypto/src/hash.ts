/** Hashing and key derivation, always domain-separated. */
import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { lengthPrefixed, utf8 } from '@sluis/base';

export const sha256 = (...parts: readonly Uint8Array[]): Uint8Array => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
};

/** SHA-256 over the tag and the parts, each preceded by its length: no two different lists or tags collide. */
export const taggedHash = (tag: string, ...parts: readonly Uint8Array[]): Uint8Array => sha256(lengthPrefixed(utf8(tag), ...parts));

export const hmacSha256 = (key: Uint8Array, message: Uint8Array): Uint8Array => new Uint8Array(createHmac('sha256', key).update(message).digest());

/** HKDF-SHA256 (RFC 5869). `info` separates domains. */
export const hkdf = (secret: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', secret, salt, info, length));

/** Compares without the time taken telling where they differ; false for different lengths. */
export const constantTimeEqual = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && timingSafeEqual(a, b);
