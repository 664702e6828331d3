/**
 * X-Wing: the hybrid key encapsulation of ML-KEM-768 and X25519 (draft-connolly-cfrg-xwing-kem). Secure as long as one of
 * the two holds. Known weakness: none that is not of both parts; it is not authenticated.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  decapsulate,
  diffieHellman,
  encapsulate,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { concatBytes, fromHex } from '@sluis/base';

const ML_KEM_PUBLIC = 1184;
const ML_KEM_CIPHERTEXT = 1088;
const X25519 = 32;
export const X_WING_PUBLIC_BYTES = ML_KEM_PUBLIC + X25519;
export const X_WING_CIPHERTEXT_BYTES = ML_KEM_CIPHERTEXT + X25519;
/** `\.//^\` */
const LABEL = fromHex('5c2e2f2f5e5c');
const ML_KEM_SEED_PREFIX = fromHex('3054020100300b060960864801650304040204428040');
const ML_KEM_PUBLIC_PREFIX = fromHex('308204b2300b0609608648016503040402038204a100');
const X25519_PRIVATE_PREFIX = fromHex('302e020100300506032b656e04220420');
const X25519_PUBLIC_PREFIX = fromHex('302a300506032b656e032100');

const privateObject = (prefix: Uint8Array, key: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.from(concatBytes(prefix, key)), format: 'der', type: 'pkcs8' });
const publicObject = (prefix: Uint8Array, key: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.from(concatBytes(prefix, key)), format: 'der', type: 'spki' });
/** The raw key at the end of a SubjectPublicKeyInfo. */
const rawPublic = (key: KeyObject, length: number): Uint8Array => {
  const spki = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'der', type: 'spki' });
  return new Uint8Array(spki.subarray(spki.length - length));
};

function expand(seed: Uint8Array): { mlKem: KeyObject; x25519: KeyObject } {
  if (seed.length !== 32) throw new RangeError('an X-Wing private key has 32 bytes');
  const expanded = new Uint8Array(createHash('shake256', { outputLength: 96 }).update(seed).digest());
  return {
    mlKem: privateObject(ML_KEM_SEED_PREFIX, expanded.subarray(0, 64)),
    x25519: privateObject(X25519_PRIVATE_PREFIX, expanded.subarray(64)),
  };
}

const sharedX25519 = (mine: KeyObject, theirs: Uint8Array): Uint8Array =>
  diffieHellman({ privateKey: mine, publicKey: publicObject(X25519_PUBLIC_PREFIX, theirs) });

/** X25519 (RFC 7748) as it is used here; throws on a key that gives nothing but zeros. */
export const x25519 = (privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array =>
  new Uint8Array(sharedX25519(privateObject(X25519_PRIVATE_PREFIX, privateKey), publicKey));

/** Public key of a 32-byte seed: ML-KEM-768 (1184 bytes), then X25519 (32 bytes). */
export function xWingPublicKey(seed: Uint8Array): Uint8Array {
  const keys = expand(seed);
  return concatBytes(rawPublic(keys.mlKem, ML_KEM_PUBLIC), rawPublic(keys.x25519, X25519));
}

const combine = (mlKem: Uint8Array, x25519: Uint8Array, ciphertext: Uint8Array, publicKey: Uint8Array): Uint8Array =>
  new Uint8Array(createHash('sha3-256').update(mlKem).update(x25519).update(ciphertext).update(publicKey).update(LABEL).digest());

/** A fresh shared secret and its encapsulation. Throws on a public key of another length or with an invalid part. */
export function xWingEncapsulate(publicKey: Uint8Array): { sharedSecret: Uint8Array; ciphertext: Uint8Array } {
  if (publicKey.length !== X_WING_PUBLIC_BYTES) throw new RangeError(`an X-Wing public key has ${X_WING_PUBLIC_BYTES} bytes`);
  const theirs = publicKey.subarray(ML_KEM_PUBLIC);
  const inner = encapsulate(publicObject(ML_KEM_PUBLIC_PREFIX, publicKey.subarray(0, ML_KEM_PUBLIC)));
  const ephemeral = generateKeyPairSync('x25519');
  const shared = sharedX25519(ephemeral.privateKey, theirs);
  const mine = rawPublic(ephemeral.publicKey, X25519);
  return { sharedSecret: combine(inner.sharedKey, shared, mine, theirs), ciphertext: concatBytes(inner.ciphertext, mine) };
}

/** The shared secret of an encapsulation. A ciphertext for another key gives an unrelated secret (implicit rejection). */
export function xWingDecapsulate(seed: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  if (ciphertext.length !== X_WING_CIPHERTEXT_BYTES) throw new RangeError(`an X-Wing ciphertext has ${X_WING_CIPHERTEXT_BYTES} bytes`);
  const keys = expand(seed);
  const theirs = ciphertext.subarray(ML_KEM_CIPHERTEXT);
  const inner = decapsulate(keys.mlKem, ciphertext.subarray(0, ML_KEM_CIPHERTEXT));
  const shared = sharedX25519(keys.x25519, theirs);
  return combine(inner, shared, theirs, rawPublic(keys.x25519, X25519));
}
