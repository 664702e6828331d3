/** Values by cell in the form in which they were computed: as text only where they have to be. */

/** A column of the opened cells. Null: not opened, or NULL. */
export type CellColumn =
  | { readonly kind: 'text'; readonly cells: readonly (string | null)[] }
  | { readonly kind: 'double'; readonly cells: readonly (number | null)[] }
  /** Integers / 10^scale. */
  | { readonly kind: 'scaled'; readonly scale: number; readonly cells: readonly (bigint | null)[] };

/** One cell as text that DuckDB casts to the column's type. */
export function cellText(column: CellColumn, cell: number): string | null {
  const value = column.cells[cell] ?? null;
  if (value === null) return null;
  if (typeof value === 'bigint') return decimalText(value, column.kind === 'scaled' ? column.scale : 0);
  return typeof value === 'number' ? numberText(value) : value;
}

/** Text of integer / 10^scale. */
export function decimalText(value: bigint, scale: number): string {
  if (scale === 0) return String(value);
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0');
  return `${value < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

export const numberText = (x: number): string => (Object.is(x, -0) ? '0' : String(x));
