/** The one statement that a provider's engine runs for a plan. */
import type { Plan, PlanKey } from '@sluis/model';
import { boundedRows } from './bounded-rows.ts';
import { isFloat } from './types.ts';

const keyName = (index: number): string => `"sluis key ${index}"`;

/**
 * The SELECT over the view named as the shared table: columns `s` (position of the grouping set), `k0`… (keys as text,
 * NULL where rolled up or NULL), `c0`… (contributing rows), `a0`… (accumulators), `d0_abs` (sum of absolute values),
 * `d0_top` (list of the largest, descending)…, `h0`… (value → number of rows); one row per group that has rows. Run by: a provider.
 */
export function providerStatement(plan: Plan): string {
  const keys = plan.keys.map((_, i) => keyName(i));
  const columns = [
    `${positionSql(plan, keys)} AS s`,
    ...keys.map((key, i) => `CAST(${key} AS VARCHAR) AS k${i}`),
    ...plan.contributions.map((c, i) => `${c.sql} AS c${i}`),
    ...plan.accumulators.map((a, i) => `${a.sql} AS a${i}`),
    ...plan.dominances.flatMap((d, i) => [`CAST(sum(${d.rowSql}) AS HUGEINT) AS d${i}_abs`, `max(${d.rowSql}, ${d.top}) AS d${i}_top`]),
    // A map from value to number of rows.
    ...(plan.histograms ?? []).map((h, i) => `histogram(CAST(${h.rowSql} AS BIGINT)) AS h${i}`),
  ];
  const { with: ctes, from, where } = plan.provider;
  const condition = where === '' ? '' : ` WHERE ${where}`;
  const computed = plan.keys.map((key, i) => `${withoutNegativeZero(key)} AS ${keyName(i)}`);
  // Keys are computed below the grouping, so that GROUPING() and the sets can name them.
  const bounded = plan.noise !== undefined && plan.noise.bounds !== null;
  const columnsOfRows = ['*', ...computed].join(', ');
  const plain = computed.length === 0 && !bounded ? `${from}${condition}` : `(SELECT ${columnsOfRows} FROM ${from}${condition}) AS rows_`;
  const rows = boundedRows(plan, plain, keys);
  return `${ctes === '' ? '' : `${ctes} `}SELECT ${columns.join(', ')} FROM ${rows}${groupBy(plan, keys)}`;
}

/** -0.0 and 0.0 are one group with two texts; only the second is in a domain, and a key outside its domain fails the run. */
function withoutNegativeZero({ sql, type }: PlanKey): string {
  return isFloat(type) ? `((${sql}) + CAST(0 AS ${type}))` : sql;
}

function groupBy(plan: Plan, keys: readonly string[]): string {
  if (keys.length === 0) return '';
  const sets = plan.groupingSets.map((set) => `(${set.map((k) => keys[k]).join(', ')})`);
  return sets.length === 1 && plan.groupingSets[0]?.length === keys.length
    ? ` GROUP BY ${keys.join(', ')}`
    : ` GROUP BY GROUPING SETS (${sets.join(', ')})`;
}

/** The grouping set of a row, from the bits that GROUPING gives: 1 where a key is rolled up, first key highest. */
function positionSql(plan: Plan, keys: readonly string[]): string {
  if (plan.groupingSets.length === 1) return '0';
  const cases = plan.groupingSets.map((set, position) => {
    const bits = keys.reduce((n, _, k) => n * 2 + (set.includes(k) ? 0 : 1), 0);
    return `WHEN ${bits} THEN ${position}`;
  });
  return `CASE GROUPING(${keys.join(', ')}) ${cases.join(' ')} END`;
}
