/**
 * What one holder keeps: its share of the key in force, a next one that is not in force yet, what maps the pseudonyms of
 * the key before, and the history of all keys. Every change is one value after another, so that one file has either.
 */
import { canonicalBytes, parseCanonical, toHex, utf8 } from '@sluis/base';
import type { Ristretto } from '@sluis/crypto';
import { decodeKeyShare, encodeKeyShare, keyId, keyName, type KeyShare, type PublicKey } from '@sluis/pseudonyms';
import { z } from 'zod';

const HOW = ['made', 'rotated', 'reshared'] as const;
/** How a key came to be: made afresh, from the one before times a factor, or the same one shared anew. */
export type How = (typeof HOW)[number];

/** A share that is on the disk; it comes into force once every holder has stored its own. */
export interface Pending {
  readonly how: How;
  readonly share: KeyShare;
  /** What maps the pseudonyms of the key in force to those of this one; null unless it is rotated. */
  readonly factor: KeyShare | null;
}

/** What maps pseudonyms to the key in force, until it is deleted. */
export interface Rotation {
  readonly previous: KeyShare;
  readonly factor: KeyShare;
}

/** What the history tells of one key; nothing secret. */
export interface KeyRecord {
  /** As `nameOf`. */
  readonly key: string;
  readonly how: How;
  readonly epoch: number;
  readonly threshold: number;
  readonly holders: readonly string[];
  /** Milliseconds since 1970: in force here from then on, until then. */
  readonly since: number;
  readonly until: number | null;
  /** When this holder deleted its share; null while it is kept. */
  readonly deleted: number | null;
}

export interface Kept {
  readonly current: KeyShare | null;
  readonly pending: Pending | null;
  readonly rotation: Rotation | null;
  /** Oldest first. */
  readonly history: readonly KeyRecord[];
}

export const NOTHING_KEPT: Kept = { current: null, pending: null, rotation: null, history: [] };

/** Identifies a key however it is shared, hexadecimal; empty without one. It is what people see as the key's id. */
export const nameOf = (key: PublicKey | null | undefined): string => (key ? toHex(keyName(key)) : '');

/** Identifies a key as it is shared, hexadecimal; empty without one. */
export const idOf = (share: PublicKey | null | undefined): string => (share ? toHex(keyId(share)) : '');

/**
 * The pending share is the one in force. A rotated key leaves what maps the old pseudonyms; one shared anew takes the old
 * share's place, and what maps to the same key stays.
 */
export function promoted(kept: Kept, now: number): Kept {
  const { current, pending } = kept;
  if (pending === null) throw new TypeError('nothing is pending');
  const { how, share, factor } = pending;
  const { epoch, threshold, parties } = share;
  const stale = kept.rotation !== null && current?.epoch !== epoch;
  const { rotation, history } = stale ? finished(kept, now) : kept;
  const deleted = factor === null ? now : null;
  const before = history.map((record) => (record.until === null ? { ...record, until: now, deleted } : record));
  const record: KeyRecord = { key: nameOf(share), how, epoch, threshold, holders: parties, since: now, until: null, deleted: null };
  const next = current !== null && factor !== null ? { previous: current, factor } : rotation;
  return { current: share, pending: null, rotation: next, history: [...before, record] };
}

/** Without what maps the pseudonyms of the key before. */
export function finished(kept: Kept, now: number): Kept {
  const { rotation } = kept;
  if (rotation === null) throw new TypeError('no rotation is unfinished');
  const gone = nameOf(rotation.previous);
  const history = kept.history.map((record) => (record.key === gone ? { ...record, deleted: record.deleted ?? now } : record));
  return { ...kept, rotation: null, history };
}

const share = z.string().max(20_000);
const time = z.number().int().min(0);
const keptSchema = z.strictObject({
  sluis_pseudonym_keys: z.literal(1),
  current: share.nullable(),
  pending: z.strictObject({ how: z.enum(HOW), share, factor: share.nullable() }).nullable(),
  rotation: z.strictObject({ previous: share, factor: share }).nullable(),
  history: z.array(
    z.strictObject({
      key: z.string().regex(/^[0-9a-f]{64}$/),
      how: z.enum(HOW),
      epoch: z.number().int().min(1),
      threshold: z.number().int().min(2),
      holders: z.array(z.string()),
      since: time,
      until: time.nullable(),
      deleted: time.nullable(),
    }),
  ),
});

const text = (s: KeyShare): string => new TextDecoder().decode(encodeKeyShare(s));

/** Canonical JSON. It holds secrets: encrypt it before it is written. */
export function encodeKept({ current, pending, rotation, history }: Kept): Uint8Array {
  return canonicalBytes({
    sluis_pseudonym_keys: 1,
    current: current && text(current),
    pending: pending && { how: pending.how, share: text(pending.share), factor: pending.factor && text(pending.factor) },
    rotation: rotation && { previous: text(rotation.previous), factor: text(rotation.factor) },
    history: history.map((record) => ({ ...record, holders: [...record.holders] })),
  });
}

/** Reads it back and checks every share. Throws whatever is wrong with it. */
export function decodeKept(group: Ristretto, bytes: Uint8Array): Kept {
  const { current, pending, rotation, history } = keptSchema.parse(parseCanonical(bytes, 'What a holder keeps'));
  const read = (s: string) => decodeKeyShare(group, utf8(s));
  return {
    current: current === null ? null : read(current),
    pending: pending && { how: pending.how, share: read(pending.share), factor: pending.factor === null ? null : read(pending.factor) },
    rotation: rotation && { previous: read(rotation.previous), factor: read(rotation.factor) },
    history,
  };
}
