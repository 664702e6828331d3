/** What a deposit's record says, and the digests of what is kept of it. */
import { canonicalBytes, canonicalText, fromHex, lengthPrefixed, toHex, uint64be } from '@sluis/base';
import { taggedHash } from '@sluis/crypto';
import {
  type DepositManifest,
  type DepositView,
  giverOf,
  type LedgerEvent,
  manifestHash,
  type SignedManifest,
  signedManifestSchema,
} from '@sluis/model';
import type { EncryptedShares } from './deposit-shares.ts';
import type { DepositRecord, PieceRecord } from './deposit-store.ts';
import type { DepositedBatch } from './ports.ts';

/** The party whose component this one holds beside its own. */
export const nextSeat = (party: 0 | 1 | 2) => ((party + 1) % 3) as 0 | 1 | 2;

const manifests = new WeakMap<DepositRecord, DepositManifest>();

/** What the contributor signed; parsed once a record. */
export function manifestOf(record: DepositRecord): DepositManifest {
  const known = manifests.get(record);
  if (known !== undefined) return known;
  const { statement } = signedManifestSchema.parse(JSON.parse(record.manifest));
  manifests.set(record, statement);
  return statement;
}

/** The record of a deposit that begins. `newKey` makes the sealed data key for its place. */
export function newRecord(
  signed: SignedManifest,
  now: number,
  newKey: (place: Pick<DepositRecord, 'batch' | 'collaboration' | 'agreement' | 'table'>) => string,
): DepositRecord {
  const { batch, collaboration, agreement, table, anonymous, rows } = signed.statement;
  const place = { batch, collaboration, agreement, table };
  const spent = () => toHex(taggedHash('sluis/spent-token/1', fromHex(agreement), fromHex(anonymous?.token ?? '')));
  return {
    ...place,
    giver: giverOf(signed.statement),
    token: anonymous === null ? null : spent(),
    rows,
    manifest: canonicalText(signed),
    state: 'uploading',
    reason: null,
    successor: null,
    checked: false,
    key: newKey(place),
    createdAt: now,
    updatedAt: now,
  };
}

type DepositEvent = 'deposit.accepted' | 'deposit.replaced' | 'deposit.withdrawn' | 'deposit.rejected' | 'deposit.expired';

/** What the log says of a step: identifiers and counts. */
export function entryOf(
  kind: DepositEvent,
  record: DepositRecord,
  reason: string | null,
  more: Readonly<Record<string, string>> = {},
): LedgerEvent {
  const { batch, collaboration, agreement, table, giver, rows } = record;
  const manifest = manifestHash(manifestOf(record));
  return { kind, details: { deposit: batch, collaboration, agreement, table, contributor: giver, rows, manifest, reason, ...more } };
}

/** What its contributor is shown. */
export function viewOf(record: DepositRecord): DepositView {
  const { batch, collaboration, agreement, table, giver, rows, state, reason, successor, checked, updatedAt } = record;
  const { mode, pieces } = manifestOf(record);
  return {
    batch,
    collaboration,
    agreement,
    table,
    contributor: giver,
    mode,
    rows,
    pieces: pieces.length,
    state,
    reason,
    successor,
    checked,
    at: new Date(updatedAt).toISOString(),
  };
}

/** What digests are bound to; both holders of a component make the same. */
export const componentContext = (record: DepositRecord, piece: number): Uint8Array =>
  canonicalBytes({ purpose: 'sluis/deposit-component/1', batch: record.batch, agreement: record.agreement, table: record.table, piece });

const batchDigest = (record: DepositRecord, pieces: readonly string[]): string =>
  toHex(
    taggedHash(
      'sluis/deposit-digest/1',
      fromHex(record.batch),
      fromHex(record.agreement),
      uint64be(pieces.length),
      lengthPrefixed(...pieces.map(fromHex)),
    ),
  );

/** A deposit for use in a run; pieces are read when they are opened. */
export function batchOf(record: DepositRecord, stored: readonly PieceRecord[], me: 0 | 1 | 2, shares: EncryptedShares): DepositedBatch {
  const joined = (side: 0 | 1) =>
    batchDigest(
      record,
      stored.map((p) => p.digests[side]),
    );
  const digests = new Map<number, string>([
    [me, joined(0)],
    [nextSeat(me), joined(1)],
  ]);
  return {
    batch: record.batch,
    contributor: record.giver,
    rows: record.rows,
    checked: record.checked,
    successor: record.successor,
    digest(which) {
      const found = digests.get(which);
      if (found === undefined) throw new RangeError('a party has no digest of the component it lacks');
      return found;
    },
    pieces: manifestOf(record).pieces.map(({ rows }, piece) => ({ rows, open: () => shares.get(record, record.key ?? '', piece) })),
  };
}
