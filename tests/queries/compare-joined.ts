/** Compares an answer over joined tables with DuckDB's rows: numbers within 1e-9, everything else by text. */
import type { ResultTable } from '@sluis/model';

/** What differs, in words; empty if nothing does. */
export function compareJoined(result: ResultTable, wanted: readonly (readonly unknown[])[]): string[] {
  if (result.rows.length !== wanted.length) return [`${result.rows.length} rows instead of ${wanted.length}`];
  return result.rows.flatMap((row, r) =>
    row.flatMap((value, c) => {
      const expected = wanted[r]?.[c] ?? null;
      const [a, b] = [Number(value), Number(expected)];
      const near = value !== null && expected !== null && Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));
      const text = (v: unknown): string =>
        String(v)
          .replace(' ', 'T')
          .replace(/T00:00:00$/, '');
      return near || text(value) === text(expected) || (expected === 'NaN' && value === null)
        ? []
        : [`row ${r}, column ${c}: ${value} instead of ${expected}`];
    }),
  );
}
