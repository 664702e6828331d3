/**
 * The oblivious function of a database and what its outputs are used for: y = F(key, identifier) is RFC 9497's VOPRF, 64
 * pseudorandom bytes. Its first 16 are the entry's locator, of which the publication shows a part; its last 32 are the key
 * of the entry's value. Whoever hasn't asked for an identifier can tell neither from random bytes.
 */
import { lengthPrefixed, utf8 } from '@sluis/base';
import { OPRF_OUTPUT_BYTES, type Oprf, type OprfKeys, textHasher } from '@sluis/crypto';
import { unusable } from './faults.ts';

export const LOCATOR_BYTES = 16;
export const VALUE_KEY_BYTES = 32;
/** Longer identifiers are refused; nobody's are. */
export const LONGEST_IDENTIFIER = 1024;

/** Turns an identifier into the form both sides hash; null if it is none. The default takes it as it is. */
export type Normalise = (identifier: string) => string | null;

/** Unicode in one form and no space at the ends; nothing else. */
export const plainIdentifier: Normalise = (identifier) => {
  const text = identifier.normalize('NFC').trim();
  return text === '' || !text.isWellFormed() ? null : text;
};

/** What goes into the function for an identifier of a database. Throws InvalidError `lookup/identifier`. */
export function functionInput(database: string, identifier: string): Uint8Array {
  const bytes = utf8(identifier);
  if (bytes.length === 0 || bytes.length > LONGEST_IDENTIFIER) {
    throw unusable(
      'identifier',
      `An identifier is empty or has more than ${LONGEST_IDENTIFIER} bytes.`,
      'Check what was given as identifiers.',
    );
  }
  return lengthPrefixed(utf8('sluis/lookup/input/1'), utf8(database), bytes);
}

/** The keys of a database's epoch from the owner's secret of 32 bytes. */
export const epochKeys = (oprf: Oprf, secret: Uint8Array, database: string, epoch: number): OprfKeys =>
  oprf.keys(secret, lengthPrefixed(utf8('sluis/lookup/key/1'), utf8(database), utf8(String(epoch))));

export const locatorOf = (outputs: Uint8Array, i: number): Uint8Array =>
  outputs.subarray(i * OPRF_OUTPUT_BYTES, i * OPRF_OUTPUT_BYTES + LOCATOR_BYTES);

export const valueKeyOf = (outputs: Uint8Array, i: number): Uint8Array =>
  outputs.subarray((i + 1) * OPRF_OUTPUT_BYTES - VALUE_KEY_BYTES, (i + 1) * OPRF_OUTPUT_BYTES);

/** By what an owner recognises identifiers or values it has seen before, in records that don't show them: a keyed hash. */
export function ownersTags(secret: Uint8Array, kind: 'identifier' | 'value'): (text: string) => Uint8Array {
  const hash = textHasher(`sluis/lookup/tag/${kind}/1`, secret);
  return (text) => hash(text).subarray(0, LOCATOR_BYTES);
}
