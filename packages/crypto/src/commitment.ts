/** Salted hash commitments: hiding by a 32-byte random salt, binding by SHA-256. */
import { taggedHash } from './hash.ts';

export function commit(tag: string, salt: Uint8Array, ...data: readonly Uint8Array[]): Uint8Array {
  if (salt.length !== 32) throw new RangeError('a commitment\'s salt has 32 bytes');
  return taggedHash(tag, salt, ...data);
}
