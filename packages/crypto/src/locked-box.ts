/** Encryption under a secret that a person or a file holds: scrypt (RFC 7914), then AES-256-GCM. */
import { createCipheriv, createDecipheriv, scryptSync } from 'node:crypto';
import { concatBytes, systemRandom } from '@sluis/base';

const SALT = 16;
const NONCE = 12;
const TAG = 16;
/** 2^15 × 8 × 128 bytes = 32 MiB of memory: about 0.1 s, as OWASP advises for interactive use. */
const COST = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };

/** Output: salt, nonce, ciphertext, tag. `context` must be given again to open. */
export function lock(secret: Uint8Array, plaintext: Uint8Array, context: Uint8Array): Uint8Array {
  const salt = systemRandom.bytes(SALT);
  const nonce = systemRandom.bytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', scryptSync(secret, salt, 32, COST), nonce).setAAD(context);
  return concatBytes(salt, nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag());
}

/** Null if the secret is wrong or a byte was changed: the two can't be told apart. */
export function unlock(secret: Uint8Array, box: Uint8Array, context: Uint8Array): Uint8Array | null {
  if (box.length < SALT + NONCE + TAG) return null;
  const key = scryptSync(secret, box.subarray(0, SALT), 32, COST);
  const decipher = createDecipheriv('aes-256-gcm', key, box.subarray(SALT, SALT + NONCE)).setAAD(context);
  decipher.setAuthTag(box.subarray(-TAG));
  try {
    return concatBytes(decipher.update(box.subarray(SALT + NONCE, -TAG)), decipher.final());
  } catch {
    return null;
  }
}
