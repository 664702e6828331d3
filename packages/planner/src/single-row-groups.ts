/**
 * Rows are counted after a join, so that one patient with five claims gives five rows. A question that groups by what
 * tells patients apart would show every such patient; it is refused.
 */
import type { Table } from '@sluis/model';
import { boundsOf } from './arithmetic.ts';
import { binsOf } from './bind-histogram.ts';
import { columnValues } from './domains.ts';
import type { Bound } from './expression.ts';
import { integersAt } from './interval.ts';
import { joinedColumns } from './joined-columns.ts';
import type { RowKey } from './plan-shared-rows.ts';
import type { Question } from './question.ts';
import { unsupported } from './refusal.ts';
import { isInteger } from './types.ts';
import { usesOf } from './uses.ts';

/**
 * Throws RefusedError `plan/unsupported` if every group would be one row of a joined table, as the agreement declares it,
 * or a few only: `id + 0` tells apart what `id` does, `id // 1000` does not.
 *
 * @param fewestRows - groups of fewer declared values than this, on average, are too fine.
 */
export function checkSingleRowGroups(question: Question, keys: readonly RowKey[], fewestRows: number): void {
  if (question.joins.length === 0) return;
  checkKeys(question, keys, fewestRows);
  for (const { expression } of question.items) {
    const bins = (binsOf(expression) ?? []).flatMap((b) => b.bin ?? []);
    const [first] = bins;
    if (first !== undefined)
      checkKeys(question, [...keys, { expression: first.of, domain: { values: bins.map((b) => b.value) } }], fewestRows);
  }
}

function checkKeys({ joins, sources, table }: Question, keys: readonly RowKey[], fewestRows: number): void {
  const alike = joinedColumns(joins);
  const grouped = new Set<string>();
  for (const name of Object.keys(table.columns)) {
    const same = alike(name);
    const from = keys.filter((k) => entering(k.expression, table).some((c) => same.has(c)));
    if (from.length > 0 && isFine(from, same, table, fewestRows)) grouped.add(name);
  }
  for (const source of sources) {
    const set = (source.table.unique ?? []).find((columns) => columns.every((c) => grouped.has(`${source.tableName}.${c}`)));
    if (set === undefined) continue;
    throw unsupported(
      `Grouping by ${set.map((c) => `${source.tableName}.${c}`).join(', ')}, which no two rows of ${source.tableName} share,`,
      'Every group would be one row, or a few. Group by something that many rows have in common.',
    );
  }
}

/** Columns whose values are in the key's; those that only choose between other values need `filter`, as in WHERE. */
function entering(key: Bound, table: Table): string[] {
  const { value, acting } = usesOf(key, table);
  return [...value, ...acting];
}

/** Whether keys together have so many values that the column's own are hardly put together. */
function isFine(keys: readonly RowKey[], columns: ReadonlySet<string>, table: Table, fewestRows: number): boolean {
  if (keys.some(({ expression: e }) => e.kind === 'column' && columns.has(e.name))) return true;
  const sizes = keys.map((k) => k.domain?.values.length ?? sizeOf(k.expression));
  const values = Math.min(...[...columns].map((c) => columnValues(c, table)?.length ?? columnSize(c, table)));
  return sizes.reduce((n, size) => n * size, fewestRows) > values;
}

function sizeOf(node: Bound): number {
  const bounds = isInteger(node.type) ? boundsOf(node) : null;
  if (bounds === null) return Number.POSITIVE_INFINITY;
  const { minimum, maximum } = integersAt(bounds, 0);
  return Number(maximum - minimum) + 1;
}

function columnSize(name: string, table: Table): number {
  const { bounds } = table.columns[name] ?? {};
  return bounds === undefined ? Number.POSITIVE_INFINITY : Number(bounds[1]) - Number(bounds[0]) + 1;
}
