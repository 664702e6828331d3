/** Intersections that the committee computes, as the question that they are. */
import { type Agreement, type Intersection, keyColumns } from '@sluis/model';

type Side = Intersection['between'][number];

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Rows of the side that receives nothing, which have a partner at the other. */
function matchingSql({ value, receivers, reveal }: Intersection, matching: string, a: Side, b: Side): string {
  const owner = value?.organisation ?? [a, b].find((s) => !receivers.includes(s.organisation))?.organisation;
  const [holder, other] = owner === b.organisation ? [b, a] : [a, b];
  const column = value === undefined ? '' : `h.${quote(value.column)}`;
  const also = reveal === 'sum' ? `, sum(${column}) AS total` : reveal === 'average' ? `, avg(${column}) AS mean` : '';
  return `SELECT count(*) AS size${also} FROM ${quote(holder.table)} h SEMI JOIN ${quote(other.table)} o ON matches('${matching}')`;
}

/** SQL over the tables of the intersection's organisations. Nobody learns which items matched, unless the agreement shows items. */
export function intersectionSql(agreement: Agreement, terms: Intersection): string {
  const [a, b] = terms.between;
  if (terms.matching !== undefined && a !== undefined && b !== undefined) return matchingSql(terms, terms.matching, a, b);
  if (a === undefined || b === undefined) throw new RangeError('an intersection has sides');
  const at = (organisation: string) => keyColumns(terms, organisation);
  const from = (side: typeof a) => quote(side.table);
  if (terms.reveal === 'union' || terms.reveal === 'at-least' || terms.between.length > 2) {
    const key = (terms.on ?? []).map(quote).join(', ');
    if (terms.reveal === 'union') return `SELECT count(DISTINCT ${key}) AS size FROM ${from(a)}`;
    return itemsSql(agreement, terms, a, key);
  }
  const holder = terms.value?.organisation === b.organisation ? b : a;
  const other = holder === a ? b : a;
  const on = at(holder.organisation).map((c, i) => `h.${quote(c)} = o.${quote(at(other.organisation)[i] ?? c)}`);
  const semi = `FROM ${from(holder)} h SEMI JOIN ${from(other)} o ON ${on.join(' AND ')}`;
  const value = terms.value === undefined ? '' : `h.${quote(terms.value.column)}`;
  if (terms.reveal === 'sum') return `SELECT count(*) AS size, sum(${value}) AS total ${semi}`;
  if (terms.reveal === 'average') return `SELECT count(*) AS size, avg(${value}) AS mean ${semi}`;
  // NULL equals NULL in INTERSECT; a row that lacks a part of its key matches nothing here.
  const nullable = (side: typeof a) => at(side.organisation).filter((c) => agreement.tables[side.table]?.columns[c]?.nullable === true);
  const present = (side: typeof a) =>
    nullable(side).length === 0
      ? ''
      : ` WHERE ${nullable(side)
          .map((c) => `${quote(c)} IS NOT NULL`)
          .join(' AND ')}`;
  const keys = (side: typeof a) => `SELECT ${at(side.organisation).map(quote).join(', ')} FROM ${from(side)}${present(side)}`;
  return `SELECT count(*) AS size FROM (${keys(a)} INTERSECT ${keys(b)})`;
}

/** A row that lacks a part of the key is no item. */
function itemsSql({ tables }: Agreement, terms: Intersection, { table }: Intersection['between'][number], key: string): string {
  const lacking = (terms.on ?? []).filter((name) => tables[table]?.columns[name]?.nullable === true);
  const where = lacking.length === 0 ? '' : ` WHERE ${lacking.map((name) => `${quote(name)} IS NOT NULL`).join(' AND ')}`;
  const members = 'count(DISTINCT organisation)';
  const items = `FROM ${quote(table)}${where} GROUP BY ${key} HAVING ${members} >= ${terms.threshold ?? terms.between.length}`;
  if (terms.show_items) return `SELECT ${key}, ${members} AS organisations ${items} ORDER BY organisations DESC`;
  return `SELECT count(*) AS size FROM (SELECT ${key} ${items})`;
}
