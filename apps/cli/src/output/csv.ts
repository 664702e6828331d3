/** An answer as CSV (RFC 4180): NULL and suppressed cells are empty, an empty text is `""`, a MAP is JSON. */
import type { CellValue, ResultTable } from '@sluis/model';

export function renderCsv(table: ResultTable): string {
  return [table.columns.map((c) => c.name), ...table.rows].map(csvLine).join('');
}

/** One line with its end. */
export const csvLine = (cells: readonly CellValue[]): string => `${cells.map(field).join(',')}\r\n`;

function field(value: CellValue): string {
  if (value === null) return '';
  const text = Array.isArray(value) ? JSON.stringify(value) : String(value);
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
