/** Ed25519 signatures (RFC 8032) over raw 32-byte keys, separated by purpose. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign as nodeSign, verify as nodeVerify } from 'node:crypto';
import { lengthPrefixed, utf8 } from '@sluis/base';

const PUBLIC_HEAD = Buffer.from('302a300506032b6570032100', 'hex');
const PRIVATE_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');
const CACHE = 500;
const publicKeys = new Map<string, KeyObject>();

export interface SigningKey {
  /** 32-byte seed: the private key. */
  readonly seed: Uint8Array;
  readonly publicKey: Uint8Array;
}

export function generateSigningKey(): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    seed: new Uint8Array(privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32)),
    publicKey: new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)),
  };
}

const framed = (purpose: string, message: Uint8Array) => lengthPrefixed(utf8('sluis/signature/1'), utf8(purpose), message);

export function signMessage(seed: Uint8Array, purpose: string, message: Uint8Array): Uint8Array {
  const key = createPrivateKey({ key: Buffer.concat([PRIVATE_HEAD, seed]), format: 'der', type: 'pkcs8' });
  return new Uint8Array(nodeSign(null, framed(purpose, message), key));
}

/** False for a wrong signature, key or purpose, and for malformed ones. */
export function verifySignature(publicKey: Uint8Array, purpose: string, message: Uint8Array, signature: Uint8Array): boolean {
  return verifyEd25519(publicKey, framed(purpose, message), signature);
}

/** Plain Ed25519 for formats that frame their own messages (signed notes). */
export function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  try {
    return nodeVerify(null, message, publicKeyObject(publicKey), signature);
  } catch {
    return false;
  }
}

export function signEd25519(seed: Uint8Array, message: Uint8Array): Uint8Array {
  return new Uint8Array(nodeSign(null, message, createPrivateKey({ key: Buffer.concat([PRIVATE_HEAD, seed]), format: 'der', type: 'pkcs8' })));
}

function publicKeyObject(raw: Uint8Array): KeyObject {
  const id = Buffer.from(raw).toString('hex');
  const known = publicKeys.get(id);
  if (known !== undefined) return known;
  const key = createPublicKey({ key: Buffer.concat([PUBLIC_HEAD, raw]), format: 'der', type: 'spki' });
  if (publicKeys.size >= CACHE) publicKeys.clear();
  publicKeys.set(id, key);
  return key;
}
