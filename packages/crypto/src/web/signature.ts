/** `../signature.ts` in a browser. */
import { ed25519 } from '@noble/curves/ed25519.js';
import { isGoodPoint, isNoteText, signatureInput } from '../signature-form.ts';

export const SIGNATURE_BYTES = 64;

export interface SigningKey {
  readonly privateKey: Uint8Array;
  readonly publicKey: Uint8Array;
}

export function generateSigningKey(): SigningKey {
  const privateKey = globalThis.crypto.getRandomValues(new Uint8Array(32));
  return { privateKey, publicKey: signingPublicKey(privateKey) };
}

export const signingPublicKey = (privateKey: Uint8Array): Uint8Array => ed25519.getPublicKey(privateKey);

export const sign = (privateKey: Uint8Array, purpose: string, message: Uint8Array): Uint8Array =>
  rawSign(privateKey, signatureInput(purpose, message));

export function verifySignature(publicKey: Uint8Array, purpose: string, message: Uint8Array, signature: Uint8Array): boolean {
  if (purpose === 'checkpoint' && !isNoteText(message)) return false;
  return rawVerify(publicKey, signatureInput(purpose, message), signature);
}

export const rawSign = (privateKey: Uint8Array, message: Uint8Array): Uint8Array => ed25519.sign(message, privateKey);

export function rawVerify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== SIGNATURE_BYTES) return false;
  if (!isGoodPoint(publicKey) || !isGoodPoint(signature.subarray(0, 32))) return false;
  try {
    return ed25519.verify(signature, message, publicKey, { zip215: false });
  } catch {
    return false;
  }
}
