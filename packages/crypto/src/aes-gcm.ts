/** AES-GCM (NIST SP 800-38D) with 12-byte nonces and 16-byte tags. A key must never see a nonce twice. */
import { createCipheriv, createDecipheriv } from 'node:crypto';

export const GCM_TAG_BYTES = 16;
export const GCM_NONCE_BYTES = 12;

const algorithm = (key: Uint8Array) => {
  if (key.length !== 16 && key.length !== 32) throw new RangeError('an AES key has 16 or 32 bytes');
  return key.length === 16 ? 'aes-128-gcm' : 'aes-256-gcm';
};

/** Ciphertext, then tag, written behind `prefix` in one buffer. */
export function aesGcmSeal(
  key: Uint8Array,
  nonce: Uint8Array,
  plaintext: Uint8Array,
  aad: Uint8Array,
  prefix: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const cipher = createCipheriv(algorithm(key), key, nonce, { authTagLength: GCM_TAG_BYTES });
  cipher.setAAD(aad);
  const out = new Uint8Array(prefix.length + plaintext.length + GCM_TAG_BYTES);
  out.set(prefix);
  out.set(cipher.update(plaintext), prefix.length);
  cipher.final();
  out.set(cipher.getAuthTag(), prefix.length + plaintext.length);
  return out;
}

/** Null if the box was changed or belongs to another key, nonce or context. */
export function aesGcmOpen(key: Uint8Array, nonce: Uint8Array, box: Uint8Array, aad: Uint8Array): Uint8Array | null {
  if (box.length < GCM_TAG_BYTES) return null;
  const end = box.length - GCM_TAG_BYTES;
  const decipher = createDecipheriv(algorithm(key), key, nonce, { authTagLength: GCM_TAG_BYTES });
  decipher.setAAD(aad);
  decipher.setAuthTag(box.subarray(end));
  const plain = decipher.update(box.subarray(0, end));
  try {
    decipher.final();
  } catch {
    plain.fill(0);
    return null;
  }
  return new Uint8Array(plain.buffer, plain.byteOffset, plain.length);
}
