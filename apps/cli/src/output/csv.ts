/** An answer as CSV (RFC 4180): NULL and suppressed cells are empty, an empty text is `""`, a MAP is JSON. */
import type { CellValue, ResultTable } from '@sluis/model';

export function renderCsv(table: ResultTable): string {
  const lines = [table.columns.map((c) => field(c.name)), ...table.rows.map((row) => row.map(field))];
  return lines.map((line) => `${line.join(',')}\r\n`).join('');
}

function field(value: CellValue): string {
  if (value === null) return '';
  const text = Array.isArray(value) ? JSON.stringify(value) : String(value);
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
