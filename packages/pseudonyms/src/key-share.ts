/** One party's share of a key, with what all know of it; and its form in a file, which the caller encrypts. */
import { canonicalBytes, concatBytes, fromHex, InvalidError, lengthPrefixed, parseCanonical, toHex, uint64be, utf8 } from '@sluis/base';
import { constantTimeEqual, type Ristretto, taggedHash } from '@sluis/crypto';
import { at, lagrange, SIZE, weightedSum } from './polynomials.ts';
import { checkSetting, placeOf } from './setting.ts';

/** `key`: makes pseudonyms. `rotation`: maps those of one epoch to the next, and is deleted afterwards. */
export type KeyKind = 'key' | 'rotation';

/** What everybody may know. */
export interface PublicKey {
  readonly kind: KeyKind;
  readonly purpose: string;
  /** 1, and one more with every rotation. A rotation has the epoch that it leads from. */
  readonly epoch: number;
  readonly parties: readonly string[];
  readonly threshold: number;
  /** The generator times the key; 32 bytes. */
  readonly publicKey: Uint8Array;
  /** The generator times each party's share; 32 bytes each. */
  readonly publicShares: Uint8Array;
}

export interface KeyShare extends PublicKey {
  readonly me: string;
  /** Scalar, 32 bytes: secret. */
  readonly secret: Uint8Array;
}

/**
 * Identifies a key however it is shared: what people compare and give each other; 32 bytes. Enough for whoever asks: of
 * shares that belong to another key no proof holds.
 */
export const keyName = (k: PublicKey): Uint8Array =>
  taggedHash('sluis/pseudonyms/key-name/1', utf8(k.kind), utf8(k.purpose), uint64be(k.epoch), k.publicKey);

/** Identifies a key and all that is agreed about it, with how it is shared; 32 bytes. */
export const keyId = (k: PublicKey): Uint8Array =>
  taggedHash(
    'sluis/pseudonyms/key/1',
    utf8(k.kind),
    utf8(k.purpose),
    uint64be(k.epoch),
    lengthPrefixed(...k.parties.map(utf8)),
    uint64be(k.threshold),
    k.publicKey,
    k.publicShares,
  );

/** The part of a share that may be shown. */
export const publicPart = ({ kind, purpose, epoch, parties, threshold, publicKey, publicShares }: PublicKey): PublicKey => ({
  kind,
  purpose,
  epoch,
  parties,
  threshold,
  publicKey,
  publicShares,
});

const invalid = () =>
  new InvalidError('pseudonyms/key-share', {
    stage: 'keys',
    message: 'A file is no share of a key for pseudonyms: its parts do not fit together.',
    remedy: 'Use the file as key generation or rotation wrote it.',
  });

/** Whether the public shares lie on one polynomial of exactly the threshold's degree, with the public key at 0. */
function consistent(group: Ristretto, k: PublicKey): boolean {
  const value = (count: number, x: number) => {
    const first = Array.from({ length: count }, (_, i) => i + 1);
    return weightedSum(
      group,
      first.map((_, i) => at(k.publicShares, i)),
      lagrange(group, first, x),
    );
  };
  // Fewer parties than the threshold says must not be enough.
  if (!constantTimeEqual(value(k.threshold, 0), k.publicKey) || constantTimeEqual(value(k.threshold - 1, 0), k.publicKey)) return false;
  return k.parties.every((_, i) => i < k.threshold || constantTimeEqual(value(k.threshold, i + 1), at(k.publicShares, i)));
}

/** Checks everything that can be checked of a public key. Throws InvalidError `pseudonyms/setting`, `pseudonyms/key-share`. */
export function checkPublicKey(group: Ristretto, k: PublicKey): void {
  checkSetting(k);
  if (!Number.isSafeInteger(k.epoch) || k.epoch < 1 || k.publicKey.length !== SIZE || k.publicShares.length !== SIZE * k.parties.length)
    throw invalid();
  try {
    group.checkElements(concatBytes(k.publicKey, k.publicShares));
    if (consistent(group, k)) return;
  } catch {
    // Malformed elements are told as what they are here: a wrong file.
  }
  throw invalid();
}

/** Checks a share too: that it is the one of its public share. */
export function checkKeyShare(group: Ristretto, share: KeyShare): void {
  checkPublicKey(group, share);
  const mine = at(share.publicShares, placeOf(share.parties, share.me));
  let made: Uint8Array;
  try {
    made = group.multiplyGenerator(share.secret);
  } catch {
    throw invalid();
  }
  if (!constantTimeEqual(made, mine)) throw invalid();
}

/** Canonical JSON. It holds the secret: encrypt it before it is written (`encryptWithSecret` of `@sluis/crypto`). */
export const encodeKeyShare = (s: KeyShare): Uint8Array =>
  canonicalBytes({
    sluis_pseudonyms: 1,
    ...publicPart(s),
    publicKey: toHex(s.publicKey),
    publicShares: toHex(s.publicShares),
    me: s.me,
    secret: toHex(s.secret),
  });

const TEXTS = ['kind', 'purpose', 'publicKey', 'publicShares', 'me', 'secret'] as const;

/** Reads a share back and checks it. Throws InvalidError `pseudonyms/key-share` or `pseudonyms/setting`. */
export function decodeKeyShare(group: Ristretto, bytes: Uint8Array): KeyShare {
  const json = parseCanonical(bytes, 'A share of a key') as Record<string, unknown> | null;
  if (json === null || typeof json !== 'object' || json['sluis_pseudonyms'] !== 1) throw invalid();
  if (!TEXTS.every((name) => typeof json[name] === 'string') || !Array.isArray(json['parties'])) throw invalid();
  const text = (name: (typeof TEXTS)[number]) => json[name] as string;
  const kind = text('kind');
  const parties = json['parties'] as unknown[];
  if ((kind !== 'key' && kind !== 'rotation') || !parties.every((p) => typeof p === 'string')) throw invalid();
  let share: KeyShare;
  try {
    share = {
      kind,
      purpose: text('purpose'),
      epoch: Number(json['epoch']),
      parties,
      threshold: Number(json['threshold']),
      publicKey: fromHex(text('publicKey')),
      publicShares: fromHex(text('publicShares')),
      me: text('me'),
      secret: fromHex(text('secret')),
    };
  } catch {
    throw invalid();
  }
  checkKeyShare(group, share);
  return share;
}
