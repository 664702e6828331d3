/**
 * Sealing to an organisation: HPKE base mode with X-Wing, HKDF-SHA256 and AES-256-GCM. Anybody can seal to a public key:
 * who sealed is for the channel and the signatures to say. A later theft of the private key opens earlier boxes.
 */
import { ProtocolError, type Random, systemRandom } from '@sluis/base';
import { aesGcmOpen, aesGcmSeal, GCM_TAG_BYTES } from './aes-gcm.ts';
import { AEAD_AES_256_GCM, type HpkeContext, hpkeKeySchedule, hpkeNonce, KEM_X_WING } from './hpke.ts';
import { X_WING_CIPHERTEXT_BYTES, xWingDecapsulate, xWingEncapsulate, xWingPublicKey } from './x-wing.ts';

const NOTHING = new Uint8Array(0);
export const SEALING_OVERHEAD_BYTES = X_WING_CIPHERTEXT_BYTES + GCM_TAG_BYTES;

export interface SealingKey {
  /** Seed, 32 bytes. */
  readonly privateKey: Uint8Array;
  /** ML-KEM-768 (1184 bytes), then X25519 (32 bytes). */
  readonly publicKey: Uint8Array;
}

export function generateSealingKey(random: Random = systemRandom): SealingKey {
  const privateKey = random.bytes(32);
  return { privateKey, publicKey: xWingPublicKey(privateKey) };
}

/** The public key of a seed. */
export const sealingPublicKey = (privateKey: Uint8Array): Uint8Array => xWingPublicKey(privateKey);

/**
 * Seals plaintext to a public key. Run by: any sender.
 *
 * @param info - what the box is for; opening needs the same bytes.
 * @returns encapsulation (1120 bytes), ciphertext, tag (16 bytes).
 * @throws RangeError for a public key of another length; an Error of node:crypto for an invalid one.
 *
 * Learns: nobody but the key's holder anything beyond the length. Source: RFC 9180 §6.1; draft-connolly-cfrg-xwing-kem.
 */
export function seal(publicKey: Uint8Array, plaintext: Uint8Array, info: Uint8Array, aad: Uint8Array = NOTHING): Uint8Array {
  const { sharedSecret, ciphertext } = xWingEncapsulate(publicKey);
  const context = hpkeKeySchedule(KEM_X_WING, AEAD_AES_256_GCM, sharedSecret, info);
  return aesGcmSeal(context.key, hpkeNonce(context, 0), plaintext, aad, ciphertext);
}

/** Opens a box. Throws ProtocolError `crypto/cannot-open` without saying why, so that it is no oracle. */
export function open(privateKey: Uint8Array, box: Uint8Array, info: Uint8Array, aad: Uint8Array = NOTHING): Uint8Array {
  const plain = tryOpen(privateKey, box, info, aad);
  if (plain !== null) return plain;
  throw new ProtocolError('crypto/cannot-open', {
    stage: 'share',
    message: 'A sealed message could not be opened: it was changed, or sealed to another key or for another purpose.',
    remedy: "Check that the sender used this organisation's sealing key of the agreement in force.",
  });
}

function tryOpen(privateKey: Uint8Array, box: Uint8Array, info: Uint8Array, aad: Uint8Array): Uint8Array | null {
  if (box.length < SEALING_OVERHEAD_BYTES) return null;
  let context: HpkeContext;
  try {
    const sharedSecret = xWingDecapsulate(privateKey, box.subarray(0, X_WING_CIPHERTEXT_BYTES));
    context = hpkeKeySchedule(KEM_X_WING, AEAD_AES_256_GCM, sharedSecret, info);
  } catch {
    return null;
  }
  return aesGcmOpen(context.key, hpkeNonce(context, 0), box.subarray(X_WING_CIPHERTEXT_BYTES), aad);
}
