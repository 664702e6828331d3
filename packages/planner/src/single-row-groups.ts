/**
 * Rows are counted after a join, so that one patient with five claims gives five rows. A question that groups by what
 * tells patients apart would show every such patient; it is refused.
 */
import type { Question } from './question.ts';
import { unsupported } from './refusal.ts';

/** Throws RefusedError `plan/unsupported` if every group would be one row of a joined table, as the agreement declares it. */
export function checkSingleRowGroups({ keys, joins, sources }: Question): void {
  if (joins.length === 0) return;
  const grouped = new Set(keys.flatMap((k) => (k.expression.kind === 'column' ? [k.expression.name] : [])));
  // What a key is joined with is grouped by as well.
  for (let before = -1; before < grouped.size; ) {
    before = grouped.size;
    for (const { left, right } of joins.flatMap((j) => j.on)) {
      if (left.kind !== 'column' || right.kind !== 'column') continue;
      if (grouped.has(left.name) || grouped.has(right.name)) for (const side of [left, right]) grouped.add(side.name);
    }
  }
  for (const { tableName, table } of sources) {
    const set = (table.unique ?? []).find((columns) => columns.every((c) => grouped.has(`${tableName}.${c}`)));
    if (set === undefined) continue;
    throw unsupported(
      `Grouping by ${set.map((c) => `${tableName}.${c}`).join(', ')}, which no two rows of ${tableName} share,`,
      'Every group would be one row. Group by something that many rows have in common.',
    );
  }
}
