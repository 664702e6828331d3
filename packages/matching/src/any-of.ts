/**
 * Matching by any of several keys, in order of priority: a row matches by the first of its keys that the other side has
 * too. Keys of all kinds may enter one intersection, because their bytes hold the key's name; or each kind its own.
 */
import { concatBytes } from '@sluis/base';
import type { Packed } from './pack.ts';
import type { PreparedKey } from './prepare.ts';

export interface JointKeys extends Packed {
  /** Where the keys of each kind begin; one more than there are kinds. */
  readonly starts: readonly number[];
}

/** Puts the keys of several kinds into one set, one kind after the other. Throws RangeError beyond 4 GiB. */
export function joinKeys(prepared: readonly PreparedKey[]): JointKeys {
  const starts = [0];
  for (const { keys } of prepared) starts.push((starts.at(-1) ?? 0) + keys.offsets.length - 1);
  const offsets = new Uint32Array((starts.at(-1) ?? 0) + 1);
  let at = 0;
  for (const [k, { keys }] of prepared.entries()) {
    if (at + keys.bytes.length > 2 ** 32 - 1) throw new RangeError('more than 4 GiB of keys');
    for (let i = 1; i < keys.offsets.length; i++) offsets[(starts[k] as number) + i] = at + (keys.offsets[i] as number);
    at += keys.bytes.length;
  }
  return { bytes: concatBytes(...prepared.map((p) => p.keys.bytes)), offsets, starts };
}

export interface AnyOfMatches {
  /** For each row, the kind of key (its priority, from 0) by which it matches first, or −1. */
  readonly by: Int8Array;
  /** Rows by the kind that matched first. */
  readonly counts: readonly number[];
  readonly matched: number;
}

/**
 * From keys that matched to rows that matched. Run by: whoever learned which of its own keys the other side has.
 *
 * @param matched - per kind of key, one byte for each of its different keys: 1 if the other side has it.
 */
export function anyOf(prepared: readonly PreparedKey[], matched: readonly Uint8Array[]): AnyOfMatches {
  const rows = prepared[0]?.keyOfRow.length ?? 0;
  const by = new Int8Array(rows).fill(-1);
  const counts = prepared.map(() => 0);
  for (const [k, { keyOfRow }] of prepared.entries()) {
    const hits = matched[k];
    if (hits === undefined || hits.length !== prepared[k]?.report.distinct) throw new RangeError('one byte for each different key');
    for (let row = 0; row < rows; row++) {
      const key = keyOfRow[row] as number;
      if (by[row] !== -1 || key < 0 || hits[key] !== 1) continue;
      by[row] = k;
      counts[k] = (counts[k] ?? 0) + 1;
    }
  }
  return { by, counts, matched: counts.reduce((n, c) => n + c, 0) };
}
