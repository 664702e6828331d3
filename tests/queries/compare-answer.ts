/** Compares an answer with the reference, cell for cell: exact types by text, floating results within 1e-9, relatively. */
import type { CellValue, ResultTable } from '@sluis/model';
import type { Reference } from '../reference/pooled-answer.ts';

export const RELATIVE_TOLERANCE = 1e-9;
/** Below this, a floating difference is cancellation of rounding errors. */
const ABSOLUTE_TOLERANCE = 1e-9;

/**
 * What differs, in words; empty if nothing does. Suppressed groups are compared as a set, rows in order. In the columns
 * `interpolated` a DECIMAL may differ in its last digit: DuckDB interpolates in floating point and cuts off.
 */
export function compareAnswer(result: ResultTable, reference: Reference, interpolated: ReadonlySet<string> = new Set()): string[] {
  const problems: string[] = [];
  if (result.rows.length !== reference.rows.length) problems.push(`${result.rows.length} rows instead of ${reference.rows.length}`);
  result.rows.forEach((row, r) => {
    const wanted = reference.rows[r];
    if (wanted === undefined) return;
    if (row.length !== wanted.length) problems.push(`row ${r} has ${row.length} columns instead of ${wanted.length}`);
    row.forEach((value, c) => {
      const type = result.columns[c]?.type ?? '';
      if (interpolated.has(result.columns[c]?.name ?? '') && nextTo(value, wanted[c] ?? null, type)) return;
      if (!sameValue(value, wanted[c] ?? null, type)) {
        problems.push(`row ${r}, ${result.columns[c]?.name} (${type}): ${JSON.stringify(value)} instead of ${JSON.stringify(wanted[c])}`);
      }
    });
  });
  return [...problems, ...compareSuppressed(result, reference)];
}

function sameValue(value: CellValue, wanted: string | null, type: string): boolean {
  if (value === null || wanted === null) return value === wanted;
  const text = String(value);
  if (type === 'DOUBLE' || type === 'FLOAT') return close(Number(text), Number(wanted), type === 'FLOAT' ? 1e-6 : RELATIVE_TOLERANCE);
  if (type.startsWith('TIMESTAMP')) return text.replace('T', ' ') === wanted;
  if (type.startsWith('DECIMAL')) return decimal(text) === decimal(wanted);
  return text === wanted;
}

function nextTo(value: CellValue, wanted: string | null, type: string): boolean {
  const scale = /^DECIMAL\(\d+,(\d+)\)$/.exec(type)?.[1];
  return scale !== undefined && value !== null && wanted !== null && Math.abs(Number(value) - Number(wanted)) < 1.5 * 10 ** -Number(scale);
}

function close(a: number, b: number, relative: number): boolean {
  return Math.abs(a - b) <= Math.max(ABSOLUTE_TOLERANCE, relative * Math.max(Math.abs(a), Math.abs(b)));
}

const decimal = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text).replace(/^-0$/, '0');

function compareSuppressed(result: ResultTable, reference: Reference): string[] {
  const found = new Set(result.suppressed.map((s) => groupText(s.group, s.cells)));
  const wanted = new Set(reference.suppressed.map((s) => groupText(s.group, s.cells)));
  return [
    ...[...wanted].filter((text) => !found.has(text)).map((text) => `not listed as suppressed: ${text}`),
    ...[...found].filter((text) => !wanted.has(text)).map((text) => `suppressed without need: ${text}`),
  ];
}

function groupText(group: Readonly<Record<string, CellValue>>, cells: readonly string[]): string {
  const keys = Object.entries(group).map(([name, value]) => [name, value === null ? null : plain(String(value))]);
  return JSON.stringify([keys.sort(), [...cells].sort()]);
}

/** Timestamps are written with a T in answers and with a space by DuckDB. */
const plain = (text: string): string => text.replace(/^(\d{4}-\d\d-\d\d)T(?=\d\d:)/, '$1 ');
