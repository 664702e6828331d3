/** An answer as a table for a terminal. */
import type { CellValue, ResultTable, SuppressedGroup } from '@sluis/model';
import type { Messages } from '../messages/index.ts';
import { type Paint, printable, widthOf } from './paint.ts';

/** Suppressed groups shown one by one; the others are counted. */
const SHOWN_SUPPRESSED = 25;
const NUMERIC = /^(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT|UBIGINT|UINTEGER|DOUBLE|FLOAT|DECIMAL)/;

interface Line {
  readonly cells: readonly string[];
  readonly faint: readonly boolean[];
}

/** Rows, then the groups that are suppressed as a whole, with numbers to the right. */
export function renderTable(table: ResultTable, messages: Messages, paint: Paint): string {
  const names = table.columns.map((c) => printable(c.name));
  const right = table.columns.map((c) => NUMERIC.test(c.type));
  const { partial, whole } = sortSuppressed(table);
  const lines = table.rows.map((row) => rowLine(table, row, partial, messages));
  for (const group of whole.slice(0, SHOWN_SUPPRESSED)) lines.push(suppressedLine(table, group, messages));
  const widths = names.map((name, i) => Math.max(widthOf(name), ...lines.map((l) => widthOf(l.cells[i] ?? ''))));
  const pad = (value: string, i: number, toRight: boolean) => {
    const space = ' '.repeat(Math.max(0, (widths[i] ?? 0) - widthOf(value)));
    return toRight ? space + value : value + space;
  };
  const out = [
    names.map((n, i) => paint.bold(pad(n, i, right[i] === true))).join('  '),
    widths.map((w) => '─'.repeat(w)).join('──'),
    ...lines.map((l) =>
      l.cells
        .map((c, i) => (l.faint[i] === true ? paint.dim(pad(c, i, right[i] === true)) : pad(c, i, right[i] === true)))
        .join('  ')
        .trimEnd(),
    ),
  ];
  if (whole.length > SHOWN_SUPPRESSED) out.push(paint.dim(messages.moreSuppressed(whole.length - SHOWN_SUPPRESSED)));
  return out.join('\n');
}

/** Groups with a row of their own (some cells passed), by the identity of that row, and groups without one. */
function sortSuppressed(table: ResultTable): { partial: Map<string, SuppressedGroup>; whole: SuppressedGroup[] } {
  const partial = new Map<string, SuppressedGroup>();
  const whole: SuppressedGroup[] = [];
  const keys = keysOf(table);
  const rows = new Set(keys === null ? [] : table.rows.map((row) => identity(keys.map((k) => row[k] ?? null))));
  for (const group of table.suppressed) {
    const own = identity(Object.values(group.group));
    if (keys !== null && rows.has(own)) partial.set(own, group);
    else whole.push(group);
  }
  return { partial, whole };
}

/** Positions of the grouping columns in the rows, or null if the answer doesn't show all of them. */
function keysOf(table: ResultTable): number[] | null {
  const first = table.suppressed[0];
  if (first === undefined) return null;
  const positions = Object.keys(first.group).map((name) => table.columns.findIndex((c) => c.name === name));
  return positions.includes(-1) ? null : positions;
}

const identity = (values: readonly CellValue[]): string => JSON.stringify(values);

function rowLine(table: ResultTable, row: readonly CellValue[], partial: ReadonlyMap<string, SuppressedGroup>, messages: Messages): Line {
  const keys = keysOf(table);
  const group = keys === null ? undefined : partial.get(identity(keys.map((k) => row[k] ?? null)));
  const hidden = table.columns.map((c, i) => row[i] === null && group?.cells.includes(c.name) === true);
  return {
    cells: row.map((value, i) => (hidden[i] === true ? messages.suppressed : cellText(value))),
    faint: row.map((value, i) => hidden[i] === true || value === null),
  };
}

function suppressedLine(table: ResultTable, group: SuppressedGroup, messages: Messages): Line {
  const cells = table.columns.map((c) => {
    if (group.cells.includes(c.name)) return messages.suppressed;
    const value = group.group[c.name];
    return value === undefined ? '' : cellText(value);
  });
  return { cells, faint: cells.map(() => true) };
}

/** A MAP as DuckDB writes it: {a=1, b=2}. */
export function cellText(value: CellValue): string {
  if (Array.isArray(value)) return `{${value.map(([key, held]) => `${cellText(key)}=${cellText(held)}`).join(', ')}}`;
  return value === null ? 'NULL' : printable(String(value));
}
