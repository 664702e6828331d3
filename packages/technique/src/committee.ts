/**
 * Secret columns and the committee that computes on them. Protections on secrets (`rules`, later `dp`, `psi`) are
 * written against these ports; `mpc` implements them.
 */

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

/** Run by all three compute parties in step: same calls, same order, same shapes. Only `open…` reveals anything. */
export interface Committee {
  readonly me: 0 | 1 | 2;

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
  concat(columns: readonly SecretColumn[]): SecretColumn;
  constantBits(length: number, value: 0 | 1): SecretBits;
  not(a: SecretBits): SecretBits;
  xor(a: SecretBits, b: SecretBits): SecretBits;
  gatherBits(a: SecretBits, index: Uint32Array): SecretBits;
  concatBits(parts: readonly SecretBits[]): SecretBits;

  // Interactive.
  and(a: SecretBits, b: SecretBits): Promise<SecretBits>;
  or(a: SecretBits, b: SecretBits): Promise<SecretBits>;
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

  // Revealing.
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
