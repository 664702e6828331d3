/** The SQL text of a generated question, as an analyst would write it. */
import { type Aggregate, fill, type Formula, type Query } from '../reference/query.ts';

export function render(query: Query): string {
  const text = (formula: Formula): string => fill(formula, (a) => callSql(query.aggregates[a] as Aggregate));
  const keys = query.keys.map((k) => `${k.sql} AS ${k.name}`);
  const columns = query.columns.map((c) => `${text(c)} AS ${c.name}`);
  const where = query.where === null ? '' : ` WHERE ${query.where.sql}`;
  const having = query.having === null ? '' : ` HAVING ${text(query.having)}`;
  const orders = query.order.map(
    (o) => `${'key' in o ? query.keys[o.key]?.name : text(o.formula)} ${o.descending ? 'DESC' : 'ASC'} NULLS LAST`,
  );
  const order = orders.length === 0 ? '' : ` ORDER BY ${orders.join(', ')}`;
  const limit = query.limit === null ? '' : ` LIMIT ${query.limit}${query.offset === 0 ? '' : ` OFFSET ${query.offset}`}`;
  const [ahead, from] = sourceOf(query, where);
  return `${ahead}SELECT ${[...keys, ...columns].join(', ')} FROM ${from}${groupBy(query)}${having}${order}${limit}`;
}

function sourceOf({ source, table }: Query, where: string): [ahead: string, from: string] {
  if (source === 'with') return [`WITH chosen AS (SELECT * FROM ${table}${where}) `, 'chosen'];
  if (source === 'subquery') return ['', `(SELECT * FROM ${table}${where}) AS inside`];
  return ['', `${table}${where}`];
}

function groupBy({ keys, grouping, groupingSets }: Query): string {
  if (keys.length === 0) return '';
  const names = keys.map((k) => k.sql);
  if (grouping === 'all') return ' GROUP BY ALL';
  if (grouping === 'position') return ` GROUP BY ${keys.map((_, i) => i + 1).join(', ')}`;
  if (grouping === 'plain') return ` GROUP BY ${names.join(', ')}`;
  if (grouping === 'sets')
    return ` GROUP BY GROUPING SETS (${groupingSets.map((set) => `(${set.map((k) => names[k]).join(', ')})`).join(', ')})`;
  return ` GROUP BY ${grouping.toUpperCase()} (${names.join(', ')})`;
}

function callSql({ spelling, argument, second, fraction, filter }: Aggregate): string {
  const args = [argument?.sql, second?.sql, fraction].filter((v) => v !== undefined).join(', ');
  const call = spelling === 'count_star' ? 'count(*)' : spelling === 'count_distinct' ? `count(DISTINCT ${args})` : `${spelling}(${args})`;
  return filter === null ? call : `${call} FILTER (WHERE ${filter.sql})`;
}
