/** The output rules in the clear, on measures of the pooled rows. Reads like the contract: see "which rows contribute to a cell". */
import { measured, viewpoints } from './pooled-measures.ts';
import type { Query, Rules } from './query.ts';

export interface MeasuredGroup {
  readonly id: string;
  /** Per key its value as text, null for NULL, undefined where rolled up. */
  readonly keys: readonly (string | null | undefined)[];
  readonly measure: (name: string) => unknown;
}

/** Per aggregate and group, whether its value may be shown. */
export function decidePasses(query: Query, rules: Rules, groups: readonly MeasuredGroup[]): boolean[][] {
  return query.aggregates.map((aggregate, a) => {
    const alone = groups.map((g) => viewpoints(rules).every((_, w) => holds(g, a, w, rules, measured(aggregate).length)));
    const empty = groups.map((g) => Number(g.measure(`n${a}_0`)) === 0);
    return groups.map(
      (total, t) => (alone[t] ?? false) && groups.every((part, p) => !isPart(part, total) || empty[p] || alone[p] === true),
    );
  });
}

/** A total over a group that is suppressed would show it by subtraction. */
function isPart(part: MeasuredGroup, total: MeasuredGroup): boolean {
  const more = part.keys.some((key, k) => key !== undefined && total.keys[k] === undefined);
  return more && total.keys.every((key, k) => key === undefined || (part.keys[k] !== undefined && part.keys[k] === key));
}

function holds(group: MeasuredGroup, aggregate: number, viewpoint: number, rules: Rules, values: number): boolean {
  const of = (name: string): unknown => group.measure(`${name}${aggregate}_${viewpoint}`);
  if (Number(of('n')) < rules.minimumRows || Number(of('o')) < rules.minimumOrganisations) return false;
  return Array.from({ length: values }, (_, i) => i).every((i) => spread(group, `${aggregate}_${viewpoint}_${i}`, rules));
}

/** Whether no single contribution makes up too much of a sum. */
function spread(group: MeasuredGroup, suffix: string, { dominance, pPercent }: Rules): boolean {
  const total = Number(group.measure(`t${suffix}`) ?? 0);
  const largest = ((group.measure(`m${suffix}`) ?? []) as unknown[]).map(Number);
  if (dominance !== null && 100 * sum(largest.slice(0, dominance.n)) > dominance.k * total) return false;
  const [first = 0, second = 0] = largest;
  return pPercent === null || 100 * (total - first - second) >= pPercent * first;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((s, x) => s + x, 0);
