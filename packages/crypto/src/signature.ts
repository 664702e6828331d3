/**
 * Ed25519 (RFC 8032) over raw 32-byte keys, with purposes that keep signatures of one kind from passing as another.
 * Verifying is strict: small-order or non-canonical keys and R values are refused, so that one signature holds for
 * one message and key only (OpenSSL itself refuses S ≥ L and compares R as bytes, without the cofactor).
 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign as signBytes,
  verify as verifyBytes,
} from 'node:crypto';
import { concatBytes, fromHex, toHex } from '@sluis/base';
import { isGoodPoint, isNoteText, signatureInput } from './signature-form.ts';

export const SIGNATURE_BYTES = 64;
const PRIVATE_PREFIX = fromHex('302e020100300506032b657004220420');
const PUBLIC_PREFIX = fromHex('302a300506032b6570032100');
const CACHED_KEYS = 1024;
export interface SigningKey {
  /** Seed, 32 bytes. */
  readonly privateKey: Uint8Array;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

export function generateSigningKey(): SigningKey {
  const pair = generateKeyPairSync('ed25519');
  const privateKey = new Uint8Array(pair.privateKey.export({ format: 'der', type: 'pkcs8' })).slice(PRIVATE_PREFIX.length);
  const publicKey = new Uint8Array(pair.publicKey.export({ format: 'der', type: 'spki' })).slice(PUBLIC_PREFIX.length);
  return { privateKey, publicKey };
}

/** The public key of a seed. */
export function signingPublicKey(privateKey: Uint8Array): Uint8Array {
  const spki = createPublicKey(privateObject(privateKey)).export({ format: 'der', type: 'spki' });
  return new Uint8Array(spki).slice(PUBLIC_PREFIX.length);
}

/**
 * Signs for a purpose. Checkpoints of the log are signed as they stand, because C2SP signed notes say so; they begin with
 * text, all other purposes with a zero byte (a length), so that neither passes for the other.
 */
export const sign = (privateKey: Uint8Array, purpose: string, message: Uint8Array): Uint8Array =>
  rawSign(privateKey, signatureInput(purpose, message));

/** Whether this is the key's signature for this purpose. Malformed keys and signatures are false, never thrown. */
export function verifySignature(publicKey: Uint8Array, purpose: string, message: Uint8Array, signature: Uint8Array): boolean {
  if (purpose === 'checkpoint' && !isNoteText(message)) return false;
  return rawVerify(publicKey, signatureInput(purpose, message), signature);
}

/** Plain Ed25519 without a purpose: only for standards that fix the signed bytes. */
export function rawSign(privateKey: Uint8Array, message: Uint8Array): Uint8Array {
  return new Uint8Array(signBytes(null, message, privateObject(privateKey)));
}

/** Plain, strict Ed25519 verification without a purpose. */
export function rawVerify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== SIGNATURE_BYTES) return false;
  if (!isGoodPoint(publicKey) || !isGoodPoint(signature.subarray(0, 32))) return false;
  try {
    return verifyBytes(null, message, publicObject(publicKey), signature);
  } catch {
    return false;
  }
}

const publicObjects = new Map<string, KeyObject>();

function publicObject(publicKey: Uint8Array): KeyObject {
  const id = toHex(publicKey);
  const known = publicObjects.get(id);
  if (known !== undefined) return known;
  const made = createPublicKey({ key: Buffer.from(concatBytes(PUBLIC_PREFIX, publicKey)), format: 'der', type: 'spki' });
  // Whoever sends keys must not fill the memory.
  if (publicObjects.size >= CACHED_KEYS) publicObjects.clear();
  publicObjects.set(id, made);
  return made;
}

const privateObjects = new WeakMap<Uint8Array, KeyObject>();

function privateObject(privateKey: Uint8Array): KeyObject {
  if (privateKey.length !== 32) throw new RangeError('an Ed25519 private key has 32 bytes');
  const known = privateObjects.get(privateKey);
  if (known !== undefined) return known;
  const made = createPrivateKey({ key: Buffer.from(concatBytes(PRIVATE_PREFIX, privateKey)), format: 'der', type: 'pkcs8' });
  privateObjects.set(privateKey, made);
  return made;
}
