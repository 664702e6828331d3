/**
 * Values under the key that only the function's output gives, all of one length. The pad comes from that key and the
 * segment's fresh salt; a segment holds an entry once, so no pad is used twice. That the bytes are the owner's is shown by
 * the publication's signature, that the key is the right one by the locator.
 */
import { fromUtf8, utf8 } from '@sluis/base';
import { bytesHasher } from '@sluis/crypto';
import { malformed, unusable } from './faults.ts';

/** Length of the text, two bytes before it. */
const HEAD = 2;
const NULL = 0xffff;
export const LONGEST_VALUE = 4096;

/** Bytes of a box for texts of at most `valueBytes`; 0 if there are no values. */
export const boxBytes = (valueBytes: number | null): number => (valueBytes === null ? 0 : valueBytes + HEAD);

/** What one segment's values are encrypted with: gives the pad of a key and block. */
export type Pads = (keyAndBlock: Uint8Array) => Uint8Array;
export const padsOf = (salt: Uint8Array): Pads => bytesHasher('sluis/lookup/value/1', salt);

/** Encrypts one value. Run by: the owner. Throws InvalidError `lookup/value-too-long`. Cost: 2 µs per 32 bytes. */
export function sealValue(value: string | null, valueBytes: number, key: Uint8Array, pads: Pads): Uint8Array {
  const text = value === null ? new Uint8Array(0) : utf8(value);
  if (text.length > valueBytes)
    throw unusable('value-too-long', `A value has more than the declared ${valueBytes} bytes.`, 'Declare longer values, or shorten them.');
  const box = new Uint8Array(boxBytes(valueBytes));
  new DataView(box.buffer).setUint16(0, value === null ? NULL : text.length);
  box.set(text, HEAD);
  return masked(box, key, pads);
}

/** Decrypts one value. Run by: the client. Throws ProtocolError `lookup/malformed` for what no owner makes. */
export function openValue(box: Uint8Array, key: Uint8Array, pads: Pads): string | null {
  const plain = masked(box, key, pads);
  const length = new DataView(plain.buffer, plain.byteOffset).getUint16(0);
  if (length === NULL) return null;
  if (length > plain.length - HEAD || plain.subarray(HEAD + length).some((byte) => byte !== 0)) throw malformed('A value');
  try {
    return fromUtf8(plain.subarray(HEAD, HEAD + length));
  } catch {
    throw malformed('A value');
  }
}

function masked(bytes: Uint8Array, key: Uint8Array, pads: Pads): Uint8Array {
  const out = bytes.slice();
  const input = new Uint8Array(key.length + 4);
  input.set(key);
  for (let at = 0, block = 0; at < out.length; at += 32, block++) {
    new DataView(input.buffer).setUint32(key.length, block);
    const pad = pads(input);
    for (let i = 0; i < 32 && at + i < out.length; i++) out[at + i] = (out[at + i] ?? 0) ^ (pad[i] ?? 0);
  }
  return out;
}
