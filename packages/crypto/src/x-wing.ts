/**
 * X-Wing: the hybrid key encapsulation of X25519 and ML-KEM-768 (draft-connolly-cfrg-xwing-kem). Secure as long as
 * either is. Private key: a 32-byte seed. Public key: ML-KEM-768 (1184 bytes), then X25519 (32 bytes).
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  decapsulate as kemDecapsulate,
  diffieHellman,
  encapsulate as kemEncapsulate,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { concatBytes } from '@sluis/base';

export const PUBLIC_KEY_BYTES = 1216;
export const ENCAPSULATION_BYTES = 1120;
const ML_KEM_PUBLIC = 1184;
const ML_KEM_CIPHERTEXT = 1088;
/** `\.//^\` */
const LABEL = Buffer.from('5c2e2f2f5e5c', 'hex');
const X25519_PUBLIC_HEAD = Buffer.from('302a300506032b656e032100', 'hex');
const X25519_PRIVATE_HEAD = Buffer.from('302e020100300506032b656e04220420', 'hex');

const url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
const rawX25519 = (key: KeyObject) => new Uint8Array(key.export({ format: 'der', type: 'spki' }).subarray(-32));
const x25519Public = (raw: Uint8Array) => createPublicKey({ key: Buffer.concat([X25519_PUBLIC_HEAD, raw]), format: 'der', type: 'spki' });
const mlKemPublic = (raw: Uint8Array) => createPublicKey({ key: { kty: 'AKP', alg: 'ML-KEM-768', pub: url(raw) } as never, format: 'jwk' });

interface Expanded {
  readonly mlKem: KeyObject;
  readonly x25519: KeyObject;
  readonly publicKey: Uint8Array;
}

function expand(seed: Uint8Array): Expanded {
  if (seed.length !== 32) throw new RangeError('an X-Wing private key has 32 bytes');
  const bytes = createHash('shake256', { outputLength: 96 }).update(seed).digest();
  const head = Buffer.from('3054020100300b060960864801650304040204428040', 'hex');
  const mlKem = createPrivateKey({ key: Buffer.concat([head, bytes.subarray(0, 64)]), format: 'der', type: 'pkcs8' });
  const x25519 = createPrivateKey({ key: Buffer.concat([X25519_PRIVATE_HEAD, bytes.subarray(64)]), format: 'der', type: 'pkcs8' });
  const jwk = createPublicKey(mlKem).export({ format: 'jwk' }) as { pub?: string };
  return { mlKem, x25519, publicKey: concatBytes(Buffer.from(jwk.pub ?? '', 'base64url'), rawX25519(createPublicKey(x25519))) };
}

export const publicKeyOf = (seed: Uint8Array): Uint8Array => expand(seed).publicKey;

const combine = (m: Uint8Array, x: Uint8Array, ciphertext: Uint8Array, publicKey: Uint8Array) =>
  new Uint8Array(createHash('sha3-256').update(m).update(x).update(ciphertext).update(publicKey).update(LABEL).digest());

/** Run by: the sender. Returns a fresh shared secret and what the receiver needs to get it. Throws on a malformed key. */
export function encapsulate(publicKey: Uint8Array): { readonly sharedSecret: Uint8Array; readonly encapsulation: Uint8Array } {
  if (publicKey.length !== PUBLIC_KEY_BYTES) throw new RangeError('an X-Wing public key has 1216 bytes');
  const theirX = publicKey.slice(ML_KEM_PUBLIC);
  const kem = kemEncapsulate(mlKemPublic(publicKey.subarray(0, ML_KEM_PUBLIC)));
  const ephemeral = generateKeyPairSync('x25519');
  const ours = rawX25519(ephemeral.publicKey);
  const shared = diffieHellman({ privateKey: ephemeral.privateKey, publicKey: x25519Public(theirX) });
  return { sharedSecret: combine(kem.sharedKey, shared, ours, theirX), encapsulation: concatBytes(kem.ciphertext, ours) };
}

/** Run by: the receiver. A wrong encapsulation gives an unrelated secret, not an error (implicit rejection). */
export function decapsulate(seed: Uint8Array, encapsulation: Uint8Array): Uint8Array {
  if (encapsulation.length !== ENCAPSULATION_BYTES) throw new RangeError('an X-Wing encapsulation has 1120 bytes');
  const key = expand(seed);
  const theirs = encapsulation.slice(ML_KEM_CIPHERTEXT);
  const m = kemDecapsulate(key.mlKem, encapsulation.subarray(0, ML_KEM_CIPHERTEXT));
  const x = diffieHellman({ privateKey: key.x25519, publicKey: x25519Public(theirs) });
  return combine(m, x, theirs, key.publicKey.subarray(ML_KEM_PUBLIC));
}
