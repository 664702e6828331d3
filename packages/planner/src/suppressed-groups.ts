/** The declared groups whose cells did not pass: "suppressed or empty", which nobody can tell apart. */
import { cellOffsets, setSize, type CellValue, type Domain, type Plan, type Released, type SuppressedGroup } from '@sluis/model';
import { isInteger, isFloat } from './types.ts';

const REASON = 'suppressed or empty';

/**
 * Groups with secret keys are never listed: not even how many there are is known. Else in cell order; hidden outputs are not listed. Groups of a question that shows keys only are listed without cells.
 */
export function suppressedGroups(plan: Plan, domains: readonly Domain[], released: Pick<Released, 'passed'>): SuppressedGroup[] {
  if (plan.rows !== undefined && plan.rows.secretSlots !== null) return [];
  const visible = plan.outputs.flatMap((o, index) => (o.visible ? [{ name: o.name, index }] : []));
  const watched = visible.length > 0 ? visible : plan.outputs.map((_, index) => ({ name: null, index }));
  const offsets = cellOffsets(plan);
  const found: SuppressedGroup[] = [];
  plan.groupingSets.forEach((set, s) => {
    const size = setSize(plan, set);
    for (let i = 0; i < size; i++) {
      const cell = (offsets[s] ?? 0) + i;
      const failed = watched.filter((o) => released.passed[o.index]?.[cell] !== 1);
      if (failed.length === 0) continue;
      found.push({
        group: groupOf(plan, domains, set, i),
        cells: failed.flatMap((o) => (o.name === null ? [] : [o.name])),
        reason: REASON,
      });
    }
  });
  return found;
}

/** Key values of the i-th cell of a grouping set, by key name; rolled-up keys are left out. */
export function groupOf(plan: Plan, domains: readonly Domain[], set: readonly number[], i: number): Record<string, CellValue> {
  const group: Record<string, CellValue> = {};
  let rest = i;
  for (const k of [...set].reverse()) {
    const values = domains[k]?.values ?? [];
    group[plan.keys[k]?.name ?? ''] = cellValue(values[rest % values.length] ?? null, plan.keys[k]?.type ?? 'VARCHAR');
    rest = Math.floor(rest / values.length);
  }
  return Object.fromEntries(Object.entries(group).reverse());
}

function cellValue(text: string | null, type: string): CellValue {
  if (text === null) return null;
  if (type === 'BOOLEAN') return text === 'true';
  if (isFloat(type)) return Number(text);
  if (isInteger(type)) return Number.isSafeInteger(Number(text)) ? Number(text) : text;
  return type === 'TIMESTAMP' ? text.replace(' ', 'T') : text;
}
