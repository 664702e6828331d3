/**
 * From columns to the keys that enter an intersection, with the report that an organisation reads before it runs: how
 * many rows were read, accepted and rejected and why, and which of its own rows have equal keys.
 */
import { InvalidError, type Random, systemRandom } from '@sluis/base';
import { type Distinct, distinctKeys, onlyDistinct, repeatedRows } from './duplicates.ts';
import { type KeyDefinition, keyReader } from './key.ts';
import { type Packed, packKeys, type PackedKeys, type Rejections, type TextColumn } from './pack.ts';
import type { Reason } from './recipe.ts';

export interface KeyReport {
  readonly key: string;
  readonly read: number;
  readonly accepted: number;
  readonly rejected: number;
  /** Rows by part of the key, recipe and reason; a row counts at the first part that rejects it. */
  readonly reasons: readonly { readonly part: number; readonly recipe: string; readonly reason: Reason; readonly rows: number }[];
  /** Different keys among the accepted rows. */
  readonly distinct: number;
  /** Keys that stand in several rows, and the rows beyond the first of each. */
  readonly repeated: number;
  readonly surplus: number;
}

export interface PreparedKey {
  readonly definition: KeyDefinition;
  /** Different keys, in the order in which they first occur. */
  readonly keys: Packed;
  /** For each row of the table, its key (index into `keys`), or −1 if it has none. */
  readonly keyOfRow: Int32Array;
  /** Counts only: may be logged. */
  readonly report: KeyReport;
  /** Row numbers, for the organisation's own people; never for a log or a peer. */
  readonly rejectedRows: readonly Rejections[];
  readonly repeatedRows: readonly Uint32Array[];
}

export interface Conditions {
  /** What happens if values give no key: nothing more than a report, or nothing at all runs. */
  readonly rejected?: 'leave-out' | 'refuse';
  /** What happens if rows have equal keys: the key counts once, and the report says so; or nothing runs. */
  readonly repeated?: 'once' | 'refuse';
}

function keyOfRow(packed: PackedKeys, { which }: Distinct): Int32Array {
  const out = new Int32Array(packed.read).fill(-1);
  for (let i = 0; i < which.length; i++) out[packed.rows[i] as number] = which[i] as number;
  return out;
}

function reportOf(name: string, packed: PackedKeys, distinct: Distinct): KeyReport {
  return {
    key: name,
    read: packed.read,
    accepted: packed.rows.length,
    rejected: packed.read - packed.rows.length,
    reasons: packed.rejections.map(({ part, recipe, reason, rows }) => ({ part, recipe, reason, rows: rows.length })),
    distinct: distinct.first.length,
    repeated: distinct.repeated,
    surplus: distinct.surplus,
  };
}

function refuseUnmet(report: KeyReport, { rejected = 'leave-out', repeated = 'refuse' }: Conditions): void {
  const { key } = report;
  // A row without a value is no mistake: it has nothing to match by.
  const wrong = report.reasons.reduce((n, r) => n + (r.reason === 'missing' ? 0 : r.rows), 0);
  if (rejected === 'refuse' && wrong > 0) {
    throw new InvalidError('matching/rejected', {
      stage: 'dataset',
      message: `${wrong} of ${report.read} rows have values that are no valid key "${key}", and the agreement accepts none.`,
      remedy: 'Mend the rows that the report names, or leave them out of the table.',
    });
  }
  if (repeated === 'refuse' && report.repeated > 0) {
    throw new InvalidError('matching/repeated', {
      stage: 'dataset',
      message: `${report.repeated} keys "${key}" stand in several rows, and the agreement wants each once.`,
      remedy: 'Merge the rows that the report names, or agree on "repeated: once".',
    });
  }
}

/**
 * Makes the set of keys that enters an intersection. Run by: each side, on its own rows.
 *
 * @param columns - one for each part, all equally long.
 * @throws InvalidError `matching/rejected`, `matching/repeated` where the conditions say so; the report of what was wrong
 *   is to be had without conditions.
 *
 * Learns: nobody else anything. Cost: about a microsecond a value.
 */
export function prepareKey(
  definition: KeyDefinition,
  columns: readonly TextColumn[],
  conditions: Conditions = {},
  random: Random = systemRandom,
): PreparedKey {
  const packed = packKeys(keyReader(definition), columns);
  const distinct = distinctKeys(packed, random);
  const report = reportOf(definition.name, packed, distinct);
  refuseUnmet(report, conditions);
  return {
    definition,
    keys: onlyDistinct(packed, distinct),
    keyOfRow: keyOfRow(packed, distinct),
    report,
    rejectedRows: packed.rejections,
    repeatedRows: repeatedRows(packed, distinct),
  };
}
