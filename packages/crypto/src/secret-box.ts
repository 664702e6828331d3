/** Encryption under a secret that people or files hold: scrypt (RFC 7914), then AES-256-GCM. */
import { scryptSync } from 'node:crypto';
import { concatBytes, lengthPrefixed, type Random, systemRandom, utf8 } from '@sluis/base';
import { aesGcmOpen, aesGcmSeal, GCM_NONCE_BYTES } from './aes-gcm.ts';

const MAGIC = utf8('sluis-secret-box/1\n');
const SALT_BYTES = 16;
/** 32 MiB and about 0.1 s. */
const LOG_N = 15;
const HEADER_BYTES = MAGIC.length + 1 + SALT_BYTES + GCM_NONCE_BYTES;

function derive(secret: Uint8Array, salt: Uint8Array): Uint8Array {
  return new Uint8Array(scryptSync(secret, salt, 32, { N: 2 ** LOG_N, r: 8, p: 1, maxmem: 64 * 2 ** 20 }));
}

/** Encrypts; `context` must be given again to decrypt. */
export function encryptWithSecret(
  secret: Uint8Array,
  plaintext: Uint8Array,
  context: Uint8Array,
  random: Random = systemRandom,
): Uint8Array {
  const salt = random.bytes(SALT_BYTES);
  const nonce = random.bytes(GCM_NONCE_BYTES);
  const header = concatBytes(MAGIC, Uint8Array.of(LOG_N), salt, nonce);
  return aesGcmSeal(derive(secret, salt), nonce, plaintext, lengthPrefixed(header, context), header);
}

/** Whether bytes have the outer form of `encryptWithSecret`'s result. */
export function isSecretBox(box: Uint8Array): boolean {
  return box.length >= HEADER_BYTES + 16 && MAGIC.every((b, i) => box[i] === b) && box[MAGIC.length] === LOG_N;
}

/** Null if the secret or context is another, or the box was changed. */
export function decryptWithSecret(secret: Uint8Array, box: Uint8Array, context: Uint8Array): Uint8Array | null {
  if (!isSecretBox(box)) return null;
  const header = box.subarray(0, HEADER_BYTES);
  const salt = header.subarray(MAGIC.length + 1, MAGIC.length + 1 + SALT_BYTES);
  const nonce = header.subarray(HEADER_BYTES - GCM_NONCE_BYTES);
  return aesGcmOpen(derive(secret, salt), nonce, box.subarray(HEADER_BYTES), lengthPrefixed(header, context));
}
