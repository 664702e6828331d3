/** `../x-wing.ts` in a browser. */
import { x25519 as curve } from '@noble/curves/ed25519.js';
import { sha3_256, shake256 } from '@noble/hashes/sha3.js';
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { concatBytes, fromHex } from '@sluis/base';

const ML_KEM_PUBLIC = 1184;
const ML_KEM_CIPHERTEXT = 1088;
const X25519 = 32;
export const X_WING_PUBLIC_BYTES = ML_KEM_PUBLIC + X25519;
export const X_WING_CIPHERTEXT_BYTES = ML_KEM_CIPHERTEXT + X25519;
/** `\.//^\` */
const LABEL = fromHex('5c2e2f2f5e5c');

function expand(seed: Uint8Array): { mlKem: { publicKey: Uint8Array; secretKey: Uint8Array }; x25519: Uint8Array } {
  if (seed.length !== 32) throw new RangeError('an X-Wing private key has 32 bytes');
  const expanded = shake256(seed, { dkLen: 96 });
  return { mlKem: ml_kem768.keygen(expanded.slice(0, 64)), x25519: expanded.slice(64) };
}

export const x25519 = (privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array => curve.getSharedSecret(privateKey, publicKey);

export function xWingPublicKey(seed: Uint8Array): Uint8Array {
  const keys = expand(seed);
  return concatBytes(keys.mlKem.publicKey, curve.getPublicKey(keys.x25519));
}

const combine = (mlKem: Uint8Array, shared: Uint8Array, ciphertext: Uint8Array, publicKey: Uint8Array): Uint8Array =>
  sha3_256(concatBytes(mlKem, shared, ciphertext, publicKey, LABEL));

export function xWingEncapsulate(publicKey: Uint8Array): { sharedSecret: Uint8Array; ciphertext: Uint8Array } {
  if (publicKey.length !== X_WING_PUBLIC_BYTES) throw new RangeError(`an X-Wing public key has ${X_WING_PUBLIC_BYTES} bytes`);
  const theirs = publicKey.slice(ML_KEM_PUBLIC);
  const inner = ml_kem768.encapsulate(publicKey.slice(0, ML_KEM_PUBLIC));
  const ephemeral = globalThis.crypto.getRandomValues(new Uint8Array(32));
  const mine = curve.getPublicKey(ephemeral);
  const shared = x25519(ephemeral, theirs);
  ephemeral.fill(0);
  return { sharedSecret: combine(inner.sharedSecret, shared, mine, theirs), ciphertext: concatBytes(inner.cipherText, mine) };
}

export function xWingDecapsulate(seed: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  if (ciphertext.length !== X_WING_CIPHERTEXT_BYTES) throw new RangeError(`an X-Wing ciphertext has ${X_WING_CIPHERTEXT_BYTES} bytes`);
  const keys = expand(seed);
  const theirs = ciphertext.slice(ML_KEM_CIPHERTEXT);
  const inner = ml_kem768.decapsulate(ciphertext.slice(0, ML_KEM_CIPHERTEXT), keys.mlKem.secretKey);
  return combine(inner, x25519(keys.x25519, theirs), theirs, curve.getPublicKey(keys.x25519));
}
