/** Sealing: HPKE (RFC 9180) in base mode with X-Wing, HKDF-SHA256 and AES-256-GCM, one message per encapsulation. */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { concatBytes, ProtocolError, utf8 } from '@sluis/base';
import { hkdf, hmacSha256 } from './hash.ts';
import { decapsulate, ENCAPSULATION_BYTES, encapsulate, publicKeyOf } from './x-wing.ts';
import { systemRandom } from '@sluis/base';

const NONE = new Uint8Array(0);
const TAG = 16;
const X_WING = 0x647a;
const HKDF_SHA256 = 0x0001;
const AES_256_GCM = 0x0002;

const uint16 = (n: number) => Uint8Array.of(n >> 8, n & 255);
export const suiteId = (kem: number, kdf: number, aead: number): Uint8Array => concatBytes(utf8('HPKE'), uint16(kem), uint16(kdf), uint16(aead));
const SUITE = suiteId(X_WING, HKDF_SHA256, AES_256_GCM);

const extract = (suite: Uint8Array, salt: Uint8Array, label: string, input: Uint8Array) =>
  hmacSha256(salt.length === 0 ? new Uint8Array(32) : salt, concatBytes(utf8('HPKE-v1'), suite, utf8(label), input));

function expand(suite: Uint8Array, secret: Uint8Array, label: string, info: Uint8Array, length: number): Uint8Array {
  const labelled = concatBytes(uint16(length), utf8('HPKE-v1'), suite, utf8(label), info);
  const out: Uint8Array[] = [];
  let block: Uint8Array = NONE;
  for (let i = 1; out.length * 32 < length; i++) {
    block = hmacSha256(secret, concatBytes(block, labelled, Uint8Array.of(i)));
    out.push(block);
  }
  return concatBytes(...out).slice(0, length);
}

/** RFC 9180 §5.1, base mode. Exported for the standard's vectors. */
export function keySchedule(suite: Uint8Array, sharedSecret: Uint8Array, info: Uint8Array, keyBytes: number): { key: Uint8Array; nonce: Uint8Array } {
  const context = concatBytes(Uint8Array.of(0), extract(suite, NONE, 'psk_id_hash', NONE), extract(suite, NONE, 'info_hash', info));
  const secret = extract(suite, sharedSecret, 'secret', NONE);
  return { key: expand(suite, secret, 'key', context, keyBytes), nonce: expand(suite, secret, 'base_nonce', context, 12) };
}

export interface SealingKey {
  readonly seed: Uint8Array;
  readonly publicKey: Uint8Array;
}

export function generateSealingKey(): SealingKey {
  const seed = systemRandom.bytes(32);
  return { seed, publicKey: publicKeyOf(seed) };
}

/**
 * Encrypts to a public key so that only its holder can read it, and only with the same `info`.
 * Run by: the sender. Output: encapsulation, ciphertext, tag: 1136 bytes longer than the plaintext.
 */
export function seal(publicKey: Uint8Array, plaintext: Uint8Array, info: Uint8Array): Uint8Array {
  const { sharedSecret, encapsulation } = encapsulate(publicKey);
  const { key, nonce } = keySchedule(SUITE, sharedSecret, info, 32);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const body = cipher.update(plaintext);
  return concatBytes(encapsulation, body, cipher.final(), cipher.getAuthTag());
}

/** Opens a sealed box. Throws ProtocolError `crypto/cannot-open` if key, info or any byte is not the sealed one. */
export function open(seed: Uint8Array, box: Uint8Array, info: Uint8Array): Uint8Array {
  try {
    if (box.length < ENCAPSULATION_BYTES + TAG) throw new RangeError('too short');
    const { key, nonce } = keySchedule(SUITE, decapsulate(seed, box.subarray(0, ENCAPSULATION_BYTES)), info, 32);
    const decipher = createDecipheriv('aes-256-gcm', key, nonce);
    decipher.setAuthTag(box.subarray(-TAG));
    const body = decipher.update(box.subarray(ENCAPSULATION_BYTES, -TAG));
    decipher.final();
    return new Uint8Array(body.buffer, body.byteOffset, body.length);
  } catch {
    throw new ProtocolError('crypto/cannot-open', {
      stage: 'share',
      message: 'A sealed message could not be opened: it was changed, or sealed for another station, run or step.',
      remedy: 'Ask again; if it repeats, compare the stations\' cards with the agreement.',
    });
  }
}
