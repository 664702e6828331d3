/** SQL of what the rules look at, per group and aggregate, straight from the pooled rows: no partial results, no splitting. */
import type { Aggregate, Argument, Query, Rules } from './query.ts';

/** Who is counted: everybody, or everybody but one receiver. */
export const viewpoints = (rules: Rules): (string | null)[] => [null, ...rules.receivers];

/** A DOUBLE is rounded to a declared number of decimals; everything else is taken as it is. */
export function valueSql(argument: Argument): string {
  return argument.grid === null ? argument.meaning : `(CAST((${argument.meaning}) * 1e${argument.grid} AS HUGEINT) / 1e${argument.grid})`;
}

/** The condition under which a row contributes to the aggregate. */
function contributes({ kind, argument, second, filter }: Aggregate, without: string | null): string {
  const conditions = [
    ...(filter === null ? [] : [`(${filter.meaning})`]),
    ...(argument === null ? [] : [kind === 'count_if' ? `(${argument.meaning})` : `(${argument.meaning}) IS NOT NULL`]),
    ...(second === undefined ? [] : [`(${second.meaning}) IS NOT NULL`]),
    ...(without === null ? [] : [`__party <> '${without}'`]),
  ];
  return conditions.length === 0 ? 'true' : conditions.join(' AND ');
}

function aggregateSql(aggregate: Aggregate): string {
  const { kind, argument } = aggregate;
  const where = ` FILTER (WHERE ${contributes(aggregate, null)})`;
  if (argument === null || kind === 'count' || kind === 'count_if') return `count(*)${where}`;
  if (kind === 'count_distinct') return `count(DISTINCT ${valueSql(argument)})${where}`;
  if (aggregate.second !== undefined)
    return `${kind}(CAST(${valueSql(argument)} AS DOUBLE), CAST(${valueSql(aggregate.second)} AS DOUBLE))${where}`;
  if (kind === 'quantile_cont' || kind === 'quantile_disc') return `${kind}(${valueSql(argument)}, ${aggregate.fraction})${where}`;
  return `${kind}(${valueSql(argument)})${where}`;
}

const MEASURED = new Set(['sum', 'avg', 'var_samp', 'var_pop', 'stddev_samp', 'stddev_pop']);
const COUNTS: ReadonlySet<string> = new Set(['regr_count']);

/** Values whose sizes the dominance rules look at. */
export function measured({ kind, argument, second }: Aggregate): Argument[] {
  if (argument === null || COUNTS.has(kind)) return [];
  if (second === undefined) return MEASURED.has(kind) ? [argument] : [];
  if (kind === 'regr_avgx') return [second];
  return kind === 'regr_avgy' || second.meaning === argument.meaning ? [argument] : [argument, second];
}

/** Columns `v` (value), `n` (rows), `o` (organisations), `t` (sum of sizes), `m` (largest sizes), by aggregate and viewpoint; sizes by value too. */
export function measures(query: Query, rules: Rules): string[] {
  return query.aggregates.flatMap((aggregate, a) => [
    `${aggregateSql(aggregate)} AS v${a}`,
    ...viewpoints(rules).flatMap((without, w) => {
      const where = ` FILTER (WHERE ${contributes(aggregate, without)})`;
      const counted = [`count(*)${where} AS n${a}_${w}`, `count(DISTINCT __party)${where} AS o${a}_${w}`];
      const sizes = measured(aggregate).flatMap((value, i) => {
        const size = `abs(${valueSql(value)})`;
        const top = Math.max(rules.dominance?.n ?? 0, 2);
        return [`sum(${size})${where} AS t${a}_${w}_${i}`, `max(${size}, ${top})${where} AS m${a}_${w}_${i}`];
      });
      return [...counted, ...sizes];
    }),
  ]);
}
