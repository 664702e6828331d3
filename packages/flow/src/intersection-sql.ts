/** Intersections that the committee computes, as the question that they are. */
import { type Intersection, keyColumns } from '@sluis/model';

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** SQL over the tables of the intersection's organisations. Nobody learns which items matched. */
export function intersectionSql(terms: Intersection): string {
  const [a, b] = terms.between;
  if (a === undefined || b === undefined) throw new RangeError('an intersection has sides');
  const at = (organisation: string) => keyColumns(terms, organisation);
  const from = (side: typeof a) => quote(side.table);
  if (terms.reveal === 'union' || terms.reveal === 'at-least' || terms.between.length > 2) {
    const key = (terms.on ?? []).map(quote).join(', ');
    if (terms.reveal === 'union') return `SELECT count(DISTINCT ${key}) AS size FROM ${from(a)}`;
    const least = terms.threshold ?? terms.between.length;
    return `SELECT count(*) AS size FROM (SELECT ${key} FROM ${from(a)} GROUP BY ${key} HAVING count(DISTINCT organisation) >= ${least})`;
  }
  const holder = terms.value?.organisation === b.organisation ? b : a;
  const other = holder === a ? b : a;
  const on = at(holder.organisation).map((c, i) => `h.${quote(c)} = o.${quote(at(other.organisation)[i] ?? c)}`);
  const semi = `FROM ${from(holder)} h SEMI JOIN ${from(other)} o ON ${on.join(' AND ')}`;
  const value = terms.value === undefined ? '' : `h.${quote(terms.value.column)}`;
  if (terms.reveal === 'sum') return `SELECT count(*) AS size, sum(${value}) AS total ${semi}`;
  if (terms.reveal === 'average') return `SELECT count(*) AS size, avg(${value}) AS mean ${semi}`;
  const keys = (side: typeof a) => at(side.organisation).map(quote).join(', ');
  return `SELECT count(*) AS size FROM (SELECT ${keys(a)} FROM ${from(a)} INTERSECT SELECT ${keys(b)} FROM ${from(b)})`;
}
