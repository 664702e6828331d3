/** What the expressions of a plan on rows refer to. */
import { matchingColumnNames, type PlanRowJoin, type PlanRows, type RowExpression } from '@sluis/model';
import { columnKey } from './row-table.ts';

export function partsOf(e: RowExpression): readonly RowExpression[] {
  if (e.op === 'case') return [...e.when.flatMap((w) => [w.if, w.then]), e.else];
  return 'args' in e ? e.args : [];
}

export function columnsIn(e: RowExpression, into: Set<string> = new Set()): Set<string> {
  if (e.op === 'column') into.add(columnKey(e.source, e.column));
  for (const part of partsOf(e)) columnsIn(part, into);
  return into;
}

/** Expressions that are evaluated on the rows that all joins have made. */
export function finalExpressions(rows: PlanRows): RowExpression[] {
  const deciding = [rows.where, rows.bound?.key ?? null].filter((e) => e !== null);
  return [...deciding, ...(rows.sample?.keys ?? []), ...aggregatedExpressions(rows)];
}

/** Expressions that are evaluated on the rows that are left. */
function aggregatedExpressions(rows: PlanRows): RowExpression[] {
  const counted = rows.contributions.filter((e) => e !== null);
  return [...counted, ...rows.keys, ...rows.accumulators.map((a) => a.expression), ...(rows.histograms ?? []), ...(rows.dominances ?? [])];
}

/** Columns that are needed once it is known which rows count. */
export function aggregatedColumns(rows: PlanRows): Set<string> {
  const needed = new Set<string>();
  for (const e of aggregatedExpressions(rows)) columnsIn(e, needed);
  return needed;
}

/** Expressions that are evaluated on rows before they are merged to items. */
export function mergedExpressions({ merged }: PlanRows): RowExpression[] {
  if (merged === undefined) return [];
  return [...(merged.where === null ? [] : [merged.where]), ...merged.keys, ...merged.sums.map((s) => s.expression)];
}

/** Columns that are needed after join `after` (−1: before any). */
export function columnsNeeded(rows: PlanRows, after: number): Set<string> {
  const needed = new Set<string>();
  for (const e of [...finalExpressions(rows), ...mergedExpressions(rows)]) columnsIn(e, needed);
  for (const join of rows.joins.slice(after + 1)) {
    for (const { left } of join.on) columnsIn(left, needed);
    if (join.matching !== undefined) for (const key of matchedColumns(join, join.matching.source)) needed.add(key);
  }
  return needed;
}

/** Columns of a source that a join by a matching reads. */
export const matchedColumns = ({ matching }: PlanRowJoin, source: number): string[] =>
  matching === undefined ? [] : matchingColumnNames(matching).map((name) => columnKey(source, name));
