/** Who shares a key, for what: agreed by all before anything is sent, and bound into every message. */
import { InvalidError, lengthPrefixed, ProtocolError, RefusedError, uint64be, utf8 } from '@sluis/base';
import { taggedHash } from '@sluis/crypto';

export const MAXIMUM_PARTIES = 50;
const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,62}$/;

export interface Setting {
  /** What the pseudonyms are for. Each purpose has a key of its own. */
  readonly purpose: string;
  /** Organisations, or hosts of one, by name; the order counts. */
  readonly parties: readonly string[];
  /** How many of them are needed: fewer learn nothing, and can do nothing. */
  readonly threshold: number;
  /** What makes this session unlike all others, such as the agreement's id and a fresh number; the same at all parties. */
  readonly session: Uint8Array;
}

/** Throws InvalidError `pseudonyms/setting`. */
export function checkSetting({ purpose, parties, threshold }: Omit<Setting, 'session'>): void {
  const refuse = (message: string, remedy: string) => new InvalidError('pseudonyms/setting', { stage: 'keys', message, remedy });
  if (purpose === '' || purpose.length > 200 || !purpose.isWellFormed()) {
    throw refuse('A key for pseudonyms needs a purpose of at most 200 characters.', 'Say what the pseudonyms are for.');
  }
  if (
    parties.length < 2 ||
    parties.length > MAXIMUM_PARTIES ||
    !parties.every((p) => NAME.test(p)) ||
    new Set(parties).size < parties.length
  ) {
    throw refuse(`A key for pseudonyms is shared by 2 to ${MAXIMUM_PARTIES} parties with different names.`, 'Name each party once.');
  }
  if (!Number.isInteger(threshold) || threshold < 2 || threshold > parties.length) {
    throw refuse('The threshold is not between 2 and the number of parties.', 'Of one party alone the key would be no secret.');
  }
}

export const settingHash = (kind: string, s: Setting): Uint8Array =>
  taggedHash(
    'sluis/pseudonyms/setting/1',
    utf8(kind),
    utf8(s.purpose),
    lengthPrefixed(...s.parties.map(utf8)),
    uint64be(s.threshold),
    s.session,
  );

/** Where a party stands, from 0. Throws InvalidError `pseudonyms/setting`. */
export function placeOf(parties: readonly string[], name: string): number {
  const at = parties.indexOf(name);
  if (at >= 0) return at;
  throw new InvalidError('pseudonyms/setting', {
    stage: 'keys',
    message: 'A party that does not share this key was named.',
    remedy: `Its parties are ${parties.join(', ')}.`,
  });
}

const REASONS = {
  'pseudonyms/malformed': ['sent a message of the wrong form or size', 'Check that all run the same release of Sluis.'],
  'pseudonyms/share-invalid': ['dealt a share that does not fit what it published', 'Start again without this party, or ask it why.'],
  'pseudonyms/proof-invalid': ['sent a proof that does not hold', 'Start again without this party, or ask it why.'],
  'pseudonyms/changed': ['published something else than it had committed to', 'Start again without this party, or ask it why.'],
  'pseudonyms/not-the-same': [
    'saw other messages than this party: somebody sent different ones',
    'Compare what was received, then start again.',
  ],
  'pseudonyms/other-key': ['speaks of another key', 'Check that all use the key in force for this purpose.'],
} as const;
export type Fault = keyof typeof REASONS;

/** A party's message breaks the protocol; it is named, and nothing of the message is. */
export function fault(code: Fault, party: string): ProtocolError {
  const [what, remedy] = REASONS[code];
  return new ProtocolError(code, { stage: 'keys', party, message: `${party} ${what}.`, remedy });
}

/** Throws `pseudonyms/malformed` unless there is one message of `size` bytes from each party. */
export function checkSizes(messages: readonly Uint8Array[], parties: readonly string[], size: number): void {
  if (messages.length !== parties.length) throw new RangeError('one message from each party');
  for (const [i, party] of parties.entries()) if (messages[i]?.length !== size) throw fault('pseudonyms/malformed', party);
}

export const refused = (code: string, message: string, remedy: string): RefusedError =>
  new RefusedError(code, { stage: 'keys', message, remedy });
