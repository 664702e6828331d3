/** The declared groups whose cells did not pass: "suppressed or empty", which nobody can tell apart. */
import { cellOffsets, setSize, type Domain, type Plan, type Released, type ScalarValue, type SuppressedGroup } from '@sluis/model';
import { quoteText } from './quote.ts';
import { isInteger, isFloat } from './types.ts';

const REASON = 'suppressed or empty';

/**
 * Groups with secret keys are never listed: not even how many there are is known. Else in cell order; hidden outputs are not listed. Groups of a question that shows keys only are listed without cells.
 */
export function suppressedGroups(plan: Plan, domains: readonly Domain[], released: Pick<Released, 'passed'>): SuppressedGroup[] {
  if (plan.rows !== undefined && plan.rows.secretSlots !== null) return [];
  const visible = plan.outputs.flatMap(({ visible: shown, name, bin = null }, index) => (shown ? [{ name, bin, index }] : []));
  const watched: readonly Watched[] = visible.length > 0 ? visible : plan.outputs.map((_, index) => ({ name: null, bin: null, index }));
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
        cells: namesOf(plan, failed, watched),
        reason: REASON,
      });
    }
  });
  return found;
}

interface Watched {
  readonly name: string | null;
  readonly bin: string | null;
  readonly index: number;
}

/** Columns by name; a histogram of which some bins passed by its other bins, as its MAP would be read: x['value']. */
function namesOf({ columns }: Plan, failed: readonly Watched[], watched: readonly Watched[]): string[] {
  const bare = (name: string): boolean =>
    /^MAP\((\w*INT|BOOLEAN|DOUBLE|FLOAT|DECIMAL)/.test(columns.find((c) => c.name === name)?.type ?? '');
  const partly = new Set(watched.filter((o) => o.bin !== null && !failed.includes(o)).map((o) => o.name));
  const names = failed.flatMap(({ name, bin }) => {
    if (name === null) return [];
    return bin === null || !partly.has(name) ? [name] : [`${name}[${bare(name) ? bin : quoteText(bin)}]`];
  });
  return [...new Set(names)];
}

/** Key values of the i-th cell of a grouping set, by key name; rolled-up keys are left out. */
export function groupOf(plan: Plan, domains: readonly Domain[], set: readonly number[], i: number): Record<string, ScalarValue> {
  const group: Record<string, ScalarValue> = {};
  let rest = i;
  for (const k of [...set].reverse()) {
    const values = domains[k]?.values ?? [];
    group[plan.keys[k]?.name ?? ''] = cellValue(values[rest % values.length] ?? null, plan.keys[k]?.type ?? 'VARCHAR');
    rest = Math.floor(rest / values.length);
  }
  return Object.fromEntries(Object.entries(group).reverse());
}

function cellValue(text: string | null, type: string): ScalarValue {
  if (text === null) return null;
  if (type === 'BOOLEAN') return text === 'true';
  if (isFloat(type)) return Number(text);
  if (isInteger(type)) return Number.isSafeInteger(Number(text)) ? Number(text) : text;
  return type === 'TIMESTAMP' ? text.replace(' ', 'T') : text;
}
