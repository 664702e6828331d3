/** Tables of secrets: the shapes that the committee's operations on whole rows take and give. */
import type { SecretBits, SecretColumn } from './committee.ts';

/** Columns and bit columns of one length. Row i of each belongs together; order and validity are secret unless stated. */
export interface SecretTable {
  readonly length: number;
  readonly columns: readonly SecretColumn[];
  readonly bits: readonly SecretBits[];
}

/** A signed key of at most `bits` bits (−2^(bits−1) ≤ value < 2^(bits−1)). Fewer bits cost less. */
export interface SecretKey {
  readonly column: SecretColumn;
  readonly bits: number;
}

export interface SortKey extends SecretKey {
  readonly descending?: boolean;
}

export type SecretAggregate =
  /** Sum of the column over the group's rows, in the column's own ring. Columns must be 0 where a row does not count. */
  | { readonly kind: 'sum'; readonly column: SecretColumn }
  | { readonly kind: 'min' | 'max'; readonly column: SecretColumn; readonly bits: number };

export interface GroupedTable {
  /** `slots` long; slots that hold no group have `valid` 0 and every other column 0. Order of slots: by key. */
  readonly slots: number;
  readonly keys: readonly SecretColumn[];
  readonly aggregates: readonly SecretColumn[];
  /** Number of valid rows of the group, one word. */
  readonly counts: SecretColumn;
  readonly valid: SecretBits;
}

export interface JoinSide {
  readonly table: SecretTable;
  readonly keys: readonly SecretKey[];
  /** Rows that take part; a key with NULL is no valid row for an inner join. */
  readonly valid: SecretBits;
  /** Whether no two valid rows have equal keys: declared by the caller, and checked on shares by the join. */
  readonly unique: boolean;
  /** On the left of a semi or anti join: of the rows that take part and have equal keys only the first stays. */
  readonly distinct?: true;
}

export type JoinKind = 'inner' | 'left' | 'semi' | 'anti';

export interface JoinedTable {
  /** Public number of slots: known from the sides' lengths and `maximumRows` alone. */
  readonly length: number;
  readonly left: SecretTable;
  /** Zero where `matched` is 0. Empty for semi and anti joins. */
  readonly right: SecretTable;
  /** Rows that exist in the result. */
  readonly valid: SecretBits;
  /** Whether the right side's columns hold a partner. */
  readonly matched: SecretBits;
  /**
   * One bit: 0 if the join has more rows than slots, so that some are missing. Null where there is always room. Opened,
   * it would tell whose key repeats on one side whether the other side has it: whatever is computed must stay shut
   * instead where it is 0.
   */
  readonly fits: SecretBits | null;
}

export interface TopRows {
  readonly table: SecretTable;
  /** 0 in rows beyond the number of valid ones, whose columns and bits are unspecified there. */
  readonly valid: SecretBits;
}

/** The fraction numerator / denominator of the way through the values; 1 / 2 for the median. */
export interface Fraction {
  readonly numerator: number;
  readonly denominator: number;
}

/**
 * One quantile: with m valid values v_0 ≤ … ≤ v_(m−1), the place (m − 1)·numerator / denominator lies `remainder` /
 * denominator beyond that of `lower`; the interpolated quantile is lower + (upper − lower)·remainder / denominator.
 * All are zero if no value is valid.
 */
export interface Quantile {
  readonly lower: SecretColumn;
  readonly upper: SecretColumn;
  /** 0 … denominator − 1. */
  readonly remainder: SecretColumn;
  /** SQL's quantile_disc: the first value that at least that fraction of the values does not exceed. */
  readonly discrete: SecretColumn;
}
