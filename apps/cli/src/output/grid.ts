/** Plain lists with headings, for station and agreement commands. */
import { type Paint, printable, widthOf } from './paint.ts';

export function renderGrid(headings: readonly string[], rows: readonly (readonly string[])[], paint: Paint): string {
  const clean = rows.map((row) => row.map(printable));
  const widths = headings.map((h, i) => Math.max(widthOf(h), ...clean.map((row) => widthOf(row[i] ?? ''))));
  const line = (cells: readonly string[]) =>
    cells
      .map((c, i) => c + ' '.repeat(Math.max(0, (widths[i] ?? 0) - widthOf(c))))
      .join('  ')
      .trimEnd();
  return [paint.bold(line(headings)), ...clean.map(line)].join('\n');
}
