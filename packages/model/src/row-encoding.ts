/**
 * How one value of a shared table becomes a number that can be shared: the same in a browser, at a station and in a
 * plan. Integers and decimals in units of their scale, dates in days, timestamps in microseconds, booleans 0 and 1,
 * text as its position in the declared domain, or as a hash where no domain is declared. NULL is 0 with its flag 0.
 */

export interface ColumnEncoding {
  readonly column: string;
  readonly kind: 'number' | 'dictionary' | 'hash';
  /** Smallest and largest encoded value. */
  readonly minimum: bigint;
  readonly maximum: bigint;
  /** Width of a signed number that holds both. At most 64. */
  readonly bits: number;
  readonly nullable: boolean;
}

/** One shared vector of one-word elements. A flag is 0 or 1; only its lowest bit is ever used. */
export type RowVector = { readonly column: string; readonly kind: 'value' | 'present' };

/** Vectors of a row share, in order: value and, where nullable, presence of each column; then whether the row takes part. */
export function rowVectors(columns: readonly ColumnEncoding[]): (RowVector | { readonly column: null; readonly kind: 'valid' })[] {
  const vectors = columns.flatMap((c): RowVector[] => [
    { column: c.column, kind: 'value' },
    ...(c.nullable ? [{ column: c.column, kind: 'present' } as const] : []),
  ]);
  return [...vectors, { column: null, kind: 'valid' }];
}

