/**
 * Columns of a declared matching, made from a station's own rows: hashes of keys in normal form, filters, block keys. They
 * leave the station as shares only.
 */
import { fromHex, utf8 } from '@sluis/base';
import { bytesHasher, taggedHash } from '@sluis/crypto';
import type { OwnMatching } from '@sluis/flow';
import { type EncodedRecords, encodeRecords } from '@sluis/linkage';
import { prepareKey, type TextColumn } from '@sluis/matching';
import { type ColumnEncoding, HASH_BITS, MORE_HASH_BITS, type RecordTerms, type TableKey } from '@sluis/model';

/** What rows are hashed for: the same at both sides. */
export interface MatchingContext {
  readonly collaboration: string;
  /** Hash of the plan: filters of two questions can't be compared. */
  readonly plan: string;
}

export interface MadeMatching {
  /** By the column's name: values, and for nullable ones whether the row has one. */
  readonly columns: ReadonlyMap<string, readonly BigUint64Array[]>;
  readonly own: OwnMatching;
}

/**
 * Run by: a provider whose rows are matched, in its own engine. Rows of `texts` are in the order in which they are shared.
 *
 * @param encodings - of the matching's columns, as the plan names them.
 * @throws InvalidError `matching/rejected`, `matching/repeated` where the agreement's conditions are not met.
 */
export function makeMatching(
  { matching, keys, likeness }: RecordTerms,
  encodings: readonly ColumnEncoding[],
  texts: ReadonlyMap<string, TextColumn>,
  context: MatchingContext,
): MadeMatching {
  const column = (name: string): TextColumn => texts.get(name) ?? [];
  const made = new Map<string, readonly BigUint64Array[]>();
  const reports: OwnMatching['keys'][number][] = [];
  const names = encodings.map((e) => e.column).filter((name) => name.startsWith(`${matching}#`));
  const named = (kind: string) => names.filter((name) => name.startsWith(`${matching}#${kind}`));
  const [keyNames, moreNames] = [named('k').filter((n) => !n.endsWith('#2')), named('k').filter((n) => n.endsWith('#2'))];
  for (const [i, key] of keys.entries()) {
    const { vectors, report } = hashedKey(key, key.columns.map(column), context.collaboration);
    made.set(keyNames[i] ?? '', vectors.slice(0, 2));
    made.set(moreNames[i] ?? '', vectors.slice(2));
    reports.push(report);
  }
  if (likeness === null) return { columns: made, own: { matching, keys: reports, empty: 0 } };
  const encoded = encodeRecords(
    likeness.terms,
    { fields: likeness.fields.map(column), blocks: likeness.blocks.map((b) => b.map(column)) },
    filterKey(matching, context),
  );
  addLikeness(made, encoded, named('f'), named('b'));
  return { columns: made, own: { matching, keys: reports, empty: encoded.empty } };
}

/** Key of the filters and block keys: no secret, and another one for each question. */
export const filterKey = (matching: string, { collaboration, plan }: MatchingContext): Uint8Array =>
  taggedHash('sluis/linkage/key/1', utf8(collaboration), utf8(matching), fromHex(plan));

function addLikeness(
  made: Map<string, readonly BigUint64Array[]>,
  { length, filters, blocks }: EncodedRecords,
  filterNames: readonly string[],
  blockNames: readonly string[],
): void {
  for (const [w, name] of filterNames.entries()) made.set(name, [filters.slice(w * length, (w + 1) * length)]);
  for (const [b, name] of blockNames.entries()) {
    const block = blocks[b];
    if (block !== undefined) made.set(name, [block.keys, BigUint64Array.from(block.valid, BigInt)]);
  }
}

/** Both parts of the hash of each row's key, and whether it has one. */
function hashedKey({ definition, conditions }: TableKey, columns: readonly TextColumn[], collaboration: string) {
  const { keys, keyOfRow, report } = prepareKey(definition, columns, conditions);
  const hash = bytesHasher('sluis/matching-key/1', utf8(collaboration));
  const first = new BigUint64Array(keys.offsets.length - 1);
  const more = new BigUint64Array(first.length);
  for (let i = 0; i < first.length; i++) {
    const digest = hash(keys.bytes.subarray(keys.offsets[i], keys.offsets[i + 1]));
    const view = new DataView(digest.buffer, digest.byteOffset, digest.length);
    first[i] = view.getBigUint64(0) >> (64n - HASH_BITS);
    more[i] = view.getBigUint64(8) >> (64n - MORE_HASH_BITS);
  }
  const vectors = [first, null, more].map((of) =>
    BigUint64Array.from(keyOfRow, (k) => (k < 0 ? 0n : of === null ? 1n : (of[k] as bigint))),
  );
  const { key, accepted, rejected, distinct, repeated, reasons } = report;
  return { vectors, report: { key, accepted, rejected, distinct, repeated, reasons: reasons.map((r) => ({ ...r })) } };
}
