/** `../aes-gcm.ts` in a browser. */
import { gcm } from '@noble/ciphers/aes.js';
import { concatBytes } from '@sluis/base';

export const GCM_TAG_BYTES = 16;
export const GCM_NONCE_BYTES = 12;

export function aesGcmSeal(
  key: Uint8Array,
  nonce: Uint8Array,
  plaintext: Uint8Array,
  aad: Uint8Array,
  prefix: Uint8Array = new Uint8Array(0),
): Uint8Array {
  return concatBytes(prefix, gcm(checked(key), nonce, aad).encrypt(plaintext));
}

export function aesGcmOpen(key: Uint8Array, nonce: Uint8Array, box: Uint8Array, aad: Uint8Array): Uint8Array | null {
  if (box.length < GCM_TAG_BYTES) return null;
  const cipher = gcm(checked(key), nonce, aad);
  try {
    return cipher.decrypt(box);
  } catch {
    return null;
  }
}

function checked(key: Uint8Array): Uint8Array {
  if (key.length !== 16 && key.length !== 32) throw new RangeError('an AES key has 16 or 32 bytes');
  return key;
}
