/** Aggregates of secret rows by key where cells are many or secret: sorting, in `Committee.groupAggregate`. */
import type { Committee, GroupedTable, SecretAggregate, SecretBits, SecretColumn, SecretKey } from '@sluis/technique';
import type { Extreme } from './summands.ts';

/** Rows by key, and which groups there are to be. */
export interface Grouping {
  readonly keys: readonly SecretKey[];
  readonly valid: SecretBits;
  /** Public number of groups, or an upper bound. */
  readonly slots: number;
  /** Whether the only key is the number of a cell and every one of 0 … slots − 1 is wanted, in that order. */
  readonly declared: boolean;
}

export interface Grouped {
  /** Rows of each group that are valid, whether or not they count for anything. */
  readonly rows: SecretColumn;
  readonly keys: readonly SecretColumn[];
  /** Slots that hold a group. */
  readonly valid: SecretBits;
  readonly sums: readonly SecretColumn[];
  readonly extremes: readonly SecretColumn[];
  /** One bit: whether every group has a slot; null where that is certain. */
  readonly fits: SecretBits | null;
}

/**
 * Sums and extremes per group, in the order of the keys. Run by: all three compute parties, in step. Declared cells get a
 * row of their own each, so that every one of them is a group.
 *
 * Groups beyond the slots are lost, which `fits` says. Learns: nobody anything. Cost: `Committee.groupAggregate`.
 */
export async function groupRows(
  committee: Committee,
  by: Grouping,
  sums: readonly SecretColumn[],
  extremes: readonly Extreme[],
): Promise<Grouped> {
  const extra = by.declared ? by.slots : 0;
  const pad = (column: SecretColumn, value: bigint) =>
    extra === 0 ? column : committee.concat([column, committee.constant(extra, column.words, value)]);
  const numbers = () =>
    committee.publicColumn(
      BigUint64Array.from({ length: extra }, (_, i) => BigInt(i)),
      1,
    );
  const keys = by.declared ? by.keys.map((k) => ({ ...k, column: committee.concat([k.column, numbers()]) })) : by.keys;
  const valid = by.declared ? committee.concatBits([by.valid, committee.constantBits(extra, 1)]) : by.valid;
  const aggregates = [
    ...sums.map((column): SecretAggregate => ({ kind: 'sum', column: pad(column, 0n) })),
    ...extremes.map((e): SecretAggregate => ({ kind: e.kind, column: pad(e.column, e.neutral), bits: e.bits })),
  ];
  const grouped = await committee.groupAggregate(keys, valid, aggregates, by.slots);
  return {
    rows: by.declared ? committee.addConstant(grouped.counts, -1n) : grouped.counts,
    keys: grouped.keys,
    valid: grouped.valid,
    sums: grouped.aggregates.slice(0, sums.length),
    extremes: grouped.aggregates.slice(sums.length),
    fits: !by.declared && by.slots < valid.length ? await allInGroups(committee, valid, grouped) : null,
  };
}

/** One bit: whether all valid rows are in some group, so that none was lost. */
async function allInGroups(committee: Committee, valid: SecretBits, grouped: GroupedTable): Promise<SecretBits> {
  const rows = committee.total(await committee.inject(valid, 1));
  return committee.equal(rows, committee.total(grouped.counts), 64);
}

/** One column that numbers a cell by its digits, first one slowest. */
export function cellNumbers(
  committee: Committee,
  digits: readonly { readonly column: SecretColumn; readonly size: number }[],
  length: number,
): SecretColumn {
  return digits.reduce((sum, d) => committee.add(committee.scale(sum, BigInt(d.size)), d.column), committee.constant(length, 1, 0n));
}
