/** What is signed, and which keys and signatures are looked at: the same wherever Ed25519 comes from. */
import { lengthPrefixed, toHex, utf8 } from '@sluis/base';

/** y coordinates of the points whose order divides 8. */
const SMALL_ORDER = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
]);

/** The bytes that a signature for a purpose covers. */
export function signatureInput(purpose: string, message: Uint8Array): Uint8Array {
  if (purpose !== 'checkpoint') return lengthPrefixed(utf8('sluis/signature/1'), utf8(purpose), message);
  if (!isNoteText(message)) throw new RangeError('a checkpoint begins with text');
  return message;
}

export const isNoteText = (message: Uint8Array): boolean => (message[0] ?? 0) >= 0x20;

/** Canonical (y < 2^255 − 19) and not of small order. Whether it is on the curve is OpenSSL's to check. */
export function isGoodPoint(encoded: Uint8Array): boolean {
  const y = encoded.slice(0, 32);
  y[31] = (y[31] ?? 0) & 0x7f;
  if (SMALL_ORDER.has(toHex(y))) return false;
  const top = y[31] === 0x7f && y.subarray(1, 31).every((b) => b === 0xff);
  return !(top && (y[0] ?? 0) >= 0xed);
}
