/** Columns whose values a join makes equal: what shows one of them shows all. */
import type { Bound } from './expression.ts';
import type { Question } from './question.ts';

/** Columns that a column is joined with, itself included: who groups by one groups by all. */
export function joinedColumns(joins: Question['joins']): (name: string) => ReadonlySet<string> {
  const pairs = joins.flatMap((j) => j.on).map(({ left, right }) => [names(left), names(right)].flat());
  return (name) => {
    const found = new Set([name]);
    for (let before = 0; before < found.size; ) {
      before = found.size;
      for (const pair of pairs) if (pair.some((c) => found.has(c))) for (const c of pair) found.add(c);
    }
    return found;
  };
}

const names = (node: Bound): string[] => (node.kind === 'column' ? [node.name] : 'args' in node ? node.args.flatMap(names) : []);
