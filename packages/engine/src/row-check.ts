/** Checks every row of a source against the agreement: counts and row numbers, for the data's owner only. */
import { RefusedError } from '@sluis/base';
import { type ColumnSpec, keepSql, type ViolationKind, type ViolationPolicy, violationsSql, withTypedSql } from './column-check.ts';
import type { Database } from './database.ts';

const ROWS_LISTED = 20;

export interface Violation {
  readonly column: string;
  readonly kind: ViolationKind;
  readonly count: number;
  /** Numbers of the first such rows, counted from 1. */
  readonly rows: readonly number[];
}

export interface CheckReport {
  readonly rows: number;
  /** Rows that enter the shared table. */
  readonly kept: number;
  readonly dropped: number;
  /** Values set to their nearest bound. */
  readonly clipped: number;
  readonly policy: ViolationPolicy;
  readonly violations: readonly Violation[];
}

/** Reads the whole source once. Row numbers follow the order of the source's rows. */
export async function checkRows(
  database: Database,
  sql: string,
  columns: readonly ColumnSpec[],
  policy: ViolationPolicy,
): Promise<CheckReport> {
  const checks = columns.flatMap((spec) => violationsSql(spec).map((v) => ({ column: spec.name, ...v })));
  const keep = columns.flatMap((spec) => keepSql(spec, policy) ?? []);
  const flags = checks.map((c, i) => `${c.sql} AS v${i}`);
  const counts = checks.map((_, i) => `count(*) FILTER (WHERE v${i}), to_json(min(r, ${ROWS_LISTED}) FILTER (WHERE v${i}))`);
  const [row] = await database.text(
    `WITH numbered AS (SELECT row_number() OVER () AS "sluis row", * FROM (${sql}) AS source),
     typed AS (${withTypedSql('SELECT * FROM numbered', columns)}),
     flags AS (SELECT "sluis row" AS r, ${keep.length === 0 ? 'true' : keep.join(' AND ')} AS keep${flags.map((f) => `, ${f}`).join('')} FROM typed)
     SELECT count(*), count(*) FILTER (WHERE keep)${counts.map((c) => `, ${c}`).join('')} FROM flags`,
  );
  if (row === undefined) throw new TypeError('an aggregate gave no row');
  const violations = checks.map((check, i) => ({
    column: check.column,
    kind: check.kind,
    count: Number(row[2 + 2 * i]),
    rows: JSON.parse(row[3 + 2 * i] ?? '[]') as number[],
  }));
  const found = violations.filter((v) => v.count > 0);
  const rows = Number(row[0]);
  const kept = Number(row[1]);
  const clipped = policy === 'clip' ? found.filter((v) => v.kind === 'bounds').reduce((n, v) => n + v.count, 0) : 0;
  return { rows, kept, dropped: rows - kept, clipped, policy, violations: found };
}

const WORDS: Record<ViolationKind, string> = {
  missing: 'rows lack a value',
  type: 'values are not of the agreed type',
  domain: 'values are outside the agreed domain',
  bounds: 'values are outside the agreed bounds',
};

/** The error of a source that may not have violations. Its text holds counts and row numbers, no values. */
export function violationsError(code: string, table: string, report: CheckReport): RefusedError {
  const lines = report.violations.map(
    (v) =>
      `${v.column}: ${v.count} ${WORDS[v.kind]} (row${v.count === 1 ? '' : 's'} ${v.rows.slice(0, 3).join(', ')}${v.count > 3 ? ', …' : ''})`,
  );
  return new RefusedError(code, {
    stage: 'dataset',
    message: `The rows for "${table}" break the agreement. ${lines.join('; ')}.`,
    remedy: 'Correct the rows, or agree on "violations: clip" or "violations: drop" for this table.',
  });
}

export function tooManyRows(table: string, maximum: number): RefusedError {
  return new RefusedError('dataset/too-many-rows', {
    stage: 'dataset',
    message: `There are more rows for "${table}" than the agreed maximum_rows of ${maximum}.`,
    remedy: 'Connect fewer rows, or agree on a larger maximum_rows: it decides the width of sums.',
  });
}
