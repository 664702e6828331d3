/** The key schedule of HPKE (RFC 9180), base mode, HKDF-SHA256, AES-GCM; the KEM's shared secret comes from outside. */
import { concatBytes, utf8 } from '@sluis/base';
import { hkdfExpand, hkdfExtract } from './hash.ts';

const MODE_BASE = 0;
const KDF_HKDF_SHA256 = 0x0001;
export const AEAD_AES_128_GCM = 0x0001;
export const AEAD_AES_256_GCM = 0x0002;
/** X-Wing's code point in the registry of KEMs. */
export const KEM_X_WING = 0x647a;
const NONCE_BYTES = 12;
const NOTHING = new Uint8Array(0);

export interface HpkeContext {
  readonly key: Uint8Array;
  readonly baseNonce: Uint8Array;
}

const uint16 = (n: number): Uint8Array => Uint8Array.of(n >> 8, n & 0xff);

/** KeySchedule of RFC 9180 §5.1 for mode_base. */
export function hpkeKeySchedule(kemId: number, aeadId: number, sharedSecret: Uint8Array, info: Uint8Array): HpkeContext {
  if (aeadId !== AEAD_AES_128_GCM && aeadId !== AEAD_AES_256_GCM) throw new RangeError('unknown AEAD');
  const suite = concatBytes(utf8('HPKE'), uint16(kemId), uint16(KDF_HKDF_SHA256), uint16(aeadId));
  const label = (text: string, data: Uint8Array) => concatBytes(utf8('HPKE-v1'), suite, utf8(text), data);
  const extract = (salt: Uint8Array, text: string, data: Uint8Array) => hkdfExtract(salt, label(text, data));
  const context = concatBytes(Uint8Array.of(MODE_BASE), extract(NOTHING, 'psk_id_hash', NOTHING), extract(NOTHING, 'info_hash', info));
  const secret = extract(sharedSecret, 'secret', NOTHING);
  const expand = (text: string, length: number) => hkdfExpand(secret, concatBytes(uint16(length), label(text, context)), length);
  return { key: expand('key', aeadId === AEAD_AES_128_GCM ? 16 : 32), baseNonce: expand('base_nonce', NONCE_BYTES) };
}

/** ComputeNonce of RFC 9180 §5.2. */
export function hpkeNonce(context: HpkeContext, sequence: number): Uint8Array {
  const nonce = context.baseNonce.slice();
  const counter = new DataView(new ArrayBuffer(NONCE_BYTES));
  counter.setBigUint64(NONCE_BYTES - 8, BigInt(sequence));
  for (let i = 0; i < NONCE_BYTES; i++) nonce[i] = (nonce[i] ?? 0) ^ counter.getUint8(i);
  return nonce;
}
