/** Which names of the allow-list and which clauses generated questions exercised. */
import type { Aggregate, Query } from '../reference/query.ts';

export interface Coverage {
  readonly names: ReadonlyMap<string, number>;
  /** For the test's diagnostics. */
  readonly lines: readonly string[];
}

export function coverageOf(queries: readonly Query[]): Coverage {
  const names = new Map<string, number>();
  const clauses = new Map<string, number>();
  const count = (into: Map<string, number>, name: string, by = 1): void => void into.set(name, (into.get(name) ?? 0) + by);
  for (const query of queries) {
    for (const name of [...query.keys, ...(query.where === null ? [] : [query.where])].flatMap((e) => e.covers)) count(names, name);
    for (const aggregate of query.aggregates) for (const name of namesOf(aggregate)) count(names, name);
    for (const clause of clausesOf(query)) count(clauses, clause);
  }
  const show = (of: ReadonlyMap<string, number>): string => [...of].map(([name, n]) => `${name} ${n}`).join(', ');
  return { names, lines: [`functions, operators and types: ${show(names)}`, `clauses: ${show(clauses)}`] };
}

const namesOf = ({ spelling, argument, second, filter }: Aggregate): string[] => [
  spelling,
  ...(argument?.covers ?? []),
  ...(second?.covers ?? []),
  ...(filter?.covers ?? []),
];

function clausesOf(query: Query): string[] {
  return [
    `GROUP BY ${query.keys.length} key(s)`,
    ...(query.keys.length > 0 ? [`grouping: ${query.grouping}`] : []),
    `from ${query.source}`,
    ...(query.where === null ? [] : ['WHERE']),
    ...(query.having === null ? [] : ['HAVING']),
    ...(query.order.length === 0 ? [] : ['ORDER BY']),
    ...(query.limit === null ? [] : ['LIMIT']),
    ...(query.offset === 0 ? [] : ['OFFSET']),
    ...(query.aggregates.some((a) => a.filter !== null) ? ['FILTER'] : []),
    ...(query.columns.some((c) => c.uses.length > 1) ? ['expression over aggregates'] : []),
  ];
}

/** What needs all rows together is generated in shared-rows-questions, histograms in histogram-questions, and comparisons of organisations have tests of their own. */
const ELSEWHERE =
  /^(median|quantile|quantile_cont|quantile_disc|histogram|my_rank|my_quartile|auction_won|auction_price|auction_winner|total_exceeds)$/;

/** Names of the allow-list that no question used. */
export function uncovered(names: ReadonlyMap<string, number>, allowed: Readonly<Record<string, readonly string[]>>): string[] {
  return Object.values(allowed)
    .flat()
    .filter((name) => !names.has(name) && !ELSEWHERE.test(name));
}
