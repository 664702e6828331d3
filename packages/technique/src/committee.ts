/**
 * Secret columns and the committee that computes on them. Protections on secrets (`rules`, later `dp`, `psi`) are
 * written against these ports; `mpc` implements them.
 */

import type {
  Fraction,
  GroupedTable,
  JoinedTable,
  JoinKind,
  JoinSide,
  Quantile,
  SecretAggregate,
  SecretKey,
  SecretTable,
  SortKey,
  TopRows,
} from './secret-tables.ts';

declare const secretColumn: unique symbol;
declare const secretBits: unique symbol;

/** `length` secret signed integers in Z_2^(64·words), two's complement. */
export interface SecretColumn {
  readonly [secretColumn]: true;
  readonly length: number;
  readonly words: number;
}

/** `length` secret bits. */
export interface SecretBits {
  readonly [secretBits]: true;
  readonly length: number;
}

/** Numbers that a compute party knows, word-major. */
export interface OwnVector {
  readonly values: BigUint64Array;
  readonly words: number;
}

/** Who may be corrupted how: `malicious` detects every deviation of one compute party before anything is opened, and aborts. */
export type ThreatModel = 'semi-honest' | 'malicious';

/** Run by all three compute parties in step: same calls, same order, same shapes. Only `open…` reveals anything. */
export interface Committee {
  readonly me: 0 | 1 | 2;
  readonly threatModel: ThreatModel;

  // Local: no communication.
  constant(length: number, words: number, value: bigint): SecretColumn;
  add(a: SecretColumn, b: SecretColumn): SecretColumn;
  subtract(a: SecretColumn, b: SecretColumn): SecretColumn;
  sum(columns: readonly SecretColumn[]): SecretColumn;
  scale(a: SecretColumn, factor: bigint): SecretColumn;
  addConstant(a: SecretColumn, value: bigint): SecretColumn;
  /** Sign-extension is not possible on shares: widening is for columns dealt wide enough; narrowing keeps the low words. */
  narrow(a: SecretColumn, words: number): SecretColumn;
  gather(a: SecretColumn, index: Uint32Array): SecretColumn;
  /** Elements from `from` to `from + length`. */
  slice(a: SecretColumn, from: number, length: number): SecretColumn;
  sliceBits(a: SecretBits, from: number, length: number): SecretBits;
  /** Element i becomes the sum of elements 0 … i. */
  prefixSums(a: SecretColumn): SecretColumn;
  /** One element: the sum of all. */
  total(a: SecretColumn): SecretColumn;
  /** Public values (word-major, `words` words an element) as secrets. */
  publicColumn(values: BigUint64Array, words: number): SecretColumn;
  /** Public bits, one byte each. */
  publicBits(values: Uint8Array): SecretBits;
  concat(columns: readonly SecretColumn[]): SecretColumn;
  constantBits(length: number, value: 0 | 1): SecretBits;
  not(a: SecretBits): SecretBits;
  xor(a: SecretBits, b: SecretBits): SecretBits;
  gatherBits(a: SecretBits, index: Uint32Array): SecretBits;
  concatBits(parts: readonly SecretBits[]): SecretBits;

  // What parties bring themselves.
  /** Shares what party `owner` knows: it gives signed values, or a vector, the others null. One element of one word by default. */
  input(owner: 0 | 1 | 2, values: BigUint64Array | readonly bigint[] | null, length?: number, words?: number): Promise<SecretColumn>;
  /** Every party brings vectors of the same shapes: for each, the sum of what the three brought. One message for all. */
  sumOfInputs(own: readonly OwnVector[]): Promise<SecretColumn[]>;
  /** Uniformly random bits that no compute party knows. Nothing is sent. */
  randomBits(length: number): Promise<SecretBits>;

  // Interactive.
  and(a: SecretBits, b: SecretBits): Promise<SecretBits>;
  or(a: SecretBits, b: SecretBits): Promise<SecretBits>;
  /** Element-wise product modulo 2^(64·words). */
  multiply(a: SecretColumn, b: SecretColumn): Promise<SecretColumn>;
  /** Element-wise Σ_k a_k·b_k; costs as much as one product. */
  sumOfProducts(a: readonly SecretColumn[], b: readonly SecretColumn[]): Promise<SecretColumn>;
  /** One element: Σ_i a_i·b_i; sends one element. */
  innerProduct(a: SecretColumn, b: SecretColumn): Promise<SecretColumn>;
  /** 0 or 1 in Z_2^(64·words) for each bit. */
  inject(a: SecretBits, words: number): Promise<SecretColumn>;
  /** bit ? a : 0, element by element. */
  mask(c: SecretBits, a: SecretColumn): Promise<SecretColumn>;
  /** The low `bits` bits of two's complement, least significant first. */
  toBits(a: SecretColumn, bits: number): Promise<SecretBits[]>;
  /** Signed number of the given two's complement bits, least significant first. */
  fromBits(slices: readonly SecretBits[], words: number): Promise<SecretColumn>;
  /** The same signed value of at most `bits` bits in a wider ring. */
  widen(a: SecretColumn, bits: number, words: number): Promise<SecretColumn>;
  /** 1 where a = b; both signed values of at most `bits` bits. */
  equal(a: SecretColumn, b: SecretColumn, bits: number): Promise<SecretBits>;
  /** 1 where a = 0, for a signed value of at most `bits` bits. */
  isZero(a: SecretColumn, bits: number): Promise<SecretBits>;
  /** a / 2^shift rounded towards minus infinity, exactly; a has at most `bits` bits. */
  shiftRight(a: SecretColumn, shift: number, bits: number): Promise<SecretColumn>;
  /** Quotient rounded towards zero as SQL's // does, exactly, of signed values of at most `bits` bits; 0 where b = 0. */
  divide(a: SecretColumn, b: SecretColumn, bits: number): Promise<SecretColumn>;
  /** a / divisor for a public divisor > 0, rounded half away from zero (as DECIMAL casts do), exactly; a has at most `bits` bits. */
  rescale(a: SecretColumn, divisor: bigint, bits: number): Promise<SecretColumn>;
  /** 1 where a < 0, for a signed value of at most `bits` bits (−2^(bits−1) ≤ a < 2^(bits−1)); bits ≤ 64·words. */
  negative(a: SecretColumn, bits: number): Promise<SecretBits>;
  /** 1 where a < b, for |a − b| < 2^(bits−1). */
  less(a: SecretColumn, b: SecretColumn, bits: number): Promise<SecretBits>;
  /** c ? a : b, element by element. */
  select(c: SecretBits, a: SecretColumn, b: SecretColumn): Promise<SecretColumn>;
  /** Element-wise minimum or maximum over the columns; any two values a, b of an element have |a − b| < 2^(bits−1). */
  minimum(columns: readonly SecretColumn[], bits: number): Promise<SecretColumn>;
  maximum(columns: readonly SecretColumn[], bits: number): Promise<SecretColumn>;
  /** The n largest over the given columns, element-wise, in descending order; `bits` as for `less`. */
  largest(columns: readonly SecretColumn[], n: number, bits: number): Promise<SecretColumn[]>;
  /** For each group of positions, the AND of the bits at those positions (1 for an empty group). */
  allOf(a: SecretBits, groups: readonly Uint32Array[]): Promise<SecretBits>;

  // Whole rows. Nothing is revealed unless stated.
  /** A uniformly random order that nobody knows. */
  shuffle(table: SecretTable): Promise<SecretTable>;
  /** Rows in order of the keys; equal keys in their original order. Opens only comparisons among shuffled, distinct items. */
  sort(table: SecretTable, keys: readonly SortKey[]): Promise<SecretTable>;
  /** Stable: rows whose bit is 1 first, order kept within both parts. */
  partition(table: SecretTable, first: SecretBits): Promise<SecretTable>;
  /**
   * Groups the valid rows by key. `slots` is public and at least the number of groups (else the surplus is lost: choose
   * the number of rows unless a domain bounds it).
   */
  groupAggregate(
    keys: readonly SecretKey[],
    valid: SecretBits,
    aggregates: readonly SecretAggregate[],
    slots: number,
  ): Promise<GroupedTable>;
  /**
   * Equi-join. With a unique right side the result has one slot per left row. Otherwise `maximumRows` slots are made;
   * if the join has more rows, the rest is lost, and the secret bit `fits` says so.
   * A side declared unique that is not fails with `mpc/keys-not-unique` (one opened bit).
   */
  join(kind: JoinKind, left: JoinSide, right: JoinSide, maximumRows?: number): Promise<JoinedTable>;
  /** One element: the number of different keys among the valid rows. */
  distinctCount(keys: readonly SecretKey[], valid: SecretBits): Promise<SecretColumn>;
  /** The first `k` valid rows in order of the keys (the largest ones with `descending`). */
  topRows(table: SecretTable, keys: readonly SortKey[], valid: SecretBits, k: number): Promise<TopRows>;
  /** Quantiles of the valid values, of which even the number is secret; denominators below 2^20. */
  quantiles(values: SecretKey, valid: SecretBits, fractions: readonly Fraction[]): Promise<Quantile[]>;
  /** How many valid values lie below the first of the public, ascending boundaries, between them, and from the last one on. */
  histogram(values: SecretKey, valid: SecretBits, boundaries: readonly bigint[]): Promise<SecretColumn>;

  // Revealing.
  /** Opens a column to the three compute parties, word-major. */
  openColumn(a: SecretColumn): Promise<BigUint64Array>;
  /** Opens bits to the three compute parties, one byte (0 or 1) each. */
  openBits(a: SecretBits): Promise<Uint8Array>;
  /** Fresh components of the same secret, independent of the earlier ones. */
  rerandomise(a: SecretColumn): Promise<SecretColumn>;
  /** The two components this party holds: number `me` and number `(me + 1) mod 3`; their sum with the third is the secret. */
  components(a: SecretColumn): { readonly mine: BigUint64Array; readonly next: BigUint64Array };
}

/** What one provider shared, as secret columns in the order of the plan's layout. */
export interface SecretVectors {
  readonly organisation: string;
  readonly columns: readonly SecretColumn[];
}
