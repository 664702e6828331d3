/**
 * The values a grouping expression can take, from declared domains only: never from data. Columns: their declared list
 * or range; expressions: DuckDB's evaluation over the product of their columns' domains, or what their form allows.
 */
import { RefusedError } from '@sluis/base';
import type { Column, Domain, Table } from '@sluis/model';
import { boundsOf } from './arithmetic.ts';
import { columnsOf, print, type Bound } from './expression.ts';
import { parseFixed, integersAt } from './interval.ts';
import { quoteName, quoteText } from './quote.ts';
import { isInteger, type Typing } from './types.ts';
import { inOrder } from './value-order.ts';

export const LARGEST_DOMAIN = 1_000_000;
/** Text of one statement given to the engine stays below this. */
const STATEMENT_CHARACTERS = 60_000;

/** The domain of a key. Throws RefusedError `plan/no-domain` or `plan/domain-too-large`. */
export async function domainOf(key: Bound, table: Table, typing: Typing): Promise<Domain> {
  if (key.kind === 'column') {
    const values = columnValues(key.name, table);
    if (values === null) throw noDomain(key.name);
    return { values };
  }
  const columns = columnsOf(key);
  if (columns.length === 0) return { values: inOrder(await evaluated(key, [], [], typing), key.type) };
  const lists = columns.map((name) => columnValues(name, table));
  const missing = columns.filter((_, i) => lists[i] === null);
  const size = lists.reduce((n, values) => n * (values?.length ?? 1), 1);
  if (missing.length === 0 && size <= LARGEST_DOMAIN) {
    const known = lists.map((values) => values ?? []);
    return { values: inOrder(await evaluated(key, columns.map((name) => ({ name, type: table.columns[name]?.type ?? '' })), known, typing), key.type) };
  }
  const possible = await possibleValues(key, typing);
  if (possible !== null) return { values: inOrder(possible, key.type) };
  throw missing[0] === undefined ? tooLarge(size) : noDomain(missing[0]);
}

const noDomain = (column: string): RefusedError =>
  new RefusedError('plan/no-domain', {
    stage: 'plan',
    message: `Column ${column} has no declared domain, so its groups are not known in advance and cannot be kept secret.`,
    remedy: `Declare a domain for ${column} in the agreement (a list of values or a range), or group by a CASE with named ranges.`,
  });

const tooLarge = (size: number): RefusedError =>
  new RefusedError('plan/domain-too-large', {
    stage: 'plan',
    message: `The grouping has ${size} possible combinations; at most ${LARGEST_DOMAIN} can be evaluated.`,
    remedy: 'Group by fewer or coarser columns.',
  });

/** Declared values of a column in DuckDB's order, NULL last if it may be NULL; null without a domain. */
export function columnValues(name: string, table: Table): (string | null)[] | null {
  const column = table.columns[name];
  if (column === undefined) return null;
  const values = declaredValues(column);
  return values === null ? null : [...inOrder(values, column.type), ...(column.nullable ? [null] : [])];
}

function declaredValues({ type, domain, bounds }: Column): string[] | null {
  if (domain !== undefined && 'values' in domain) return domain.values.map((v) => canonicalValue(v, type));
  if (domain !== undefined) return rangeValues(domain.range[0], domain.range[1], type);
  if (type === 'BOOLEAN') return ['false', 'true'];
  return bounds !== undefined && isInteger(type) ? rangeValues(bounds[0], bounds[1], type) : null;
}

/** The text that DuckDB's CAST to VARCHAR gives for a declared value. */
function canonicalValue(value: string, type: string): string {
  const decimals = /^DECIMAL\(\d+,(\d+)\)$/.exec(type);
  if (decimals !== null || isInteger(type)) {
    const scale = Number(decimals?.[1] ?? 0);
    const fixed = parseFixed(value);
    if (fixed === null) return value;
    const { minimum } = integersAt({ lo: fixed, hi: fixed }, scale);
    const digits = String(minimum < 0n ? -minimum : minimum).padStart(scale + 1, '0');
    return `${minimum < 0n ? '-' : ''}${digits.slice(0, digits.length - scale)}${scale === 0 ? '' : `.${digits.slice(-scale)}`}`;
  }
  if (type === 'BOOLEAN') return value.toLowerCase();
  if (type === 'DOUBLE') return Number.isInteger(Number(value)) && Math.abs(Number(value)) < 1e15 ? `${Number(value)}.0` : String(Number(value));
  return type === 'TIMESTAMP' ? value.replace('T', ' ').replace(/(\.0+)?Z?$/, '') : value;
}

const DAY = 86_400_000;

function rangeValues(from: string, to: string, type: string): string[] | null {
  if (type === 'DATE') {
    const [first, last] = [Date.parse(`${from}T00:00:00Z`), Date.parse(`${to}T00:00:00Z`)];
    return sequence(first / DAY, last / DAY, (n) => new Date(n * DAY).toISOString().slice(0, 10));
  }
  return isInteger(type) ? sequence(Number(from), Number(to), String) : null;
}

function sequence(from: number, to: number, print_: (n: number) => string): string[] | null {
  const length = to - from + 1;
  if (!Number.isSafeInteger(length) || length < 1 || length > LARGEST_DOMAIN) return null;
  return Array.from({ length }, (_, i) => print_(from + i));
}

/** Distinct values of the expression over the product of lists, in pieces that the engine takes. */
async function evaluated(key: Bound, columns: readonly { name: string; type: string }[], lists: readonly (readonly (string | null)[])[], typing: Typing): Promise<(string | null)[]> {
  const found = new Set<string | null>();
  const pieces = lists.map(inPieces);
  for (const choice of combinations(pieces)) {
    const sources = choice.map((values, i) => {
      const { name, type } = columns[i] ?? { name: '', type: 'VARCHAR' };
      const array = `[${values.map((v) => (v === null ? 'NULL' : quoteText(v))).join(', ')}]`;
      return `(SELECT CAST(v AS ${type}) AS ${quoteName(name)} FROM (SELECT unnest(CAST(${array} AS VARCHAR[])) AS v)) AS s${i}`;
    });
    const from = sources.length === 0 ? '' : ` FROM ${sources.join(' CROSS JOIN ')}`;
    const { rows } = await typing.engine.evaluate(`SELECT DISTINCT CAST(${print(key)} AS VARCHAR)${from}`);
    for (const [value] of rows) found.add(value ?? null);
  }
  return [...found];
}

function inPieces(values: readonly (string | null)[]): (string | null)[][] {
  const pieces: (string | null)[][] = [];
  let piece: (string | null)[] = [];
  let size = 0;
  for (const value of values) {
    size += (value?.length ?? 4) + 4;
    if (size > STATEMENT_CHARACTERS / 4 && piece.length > 0) {
      pieces.push(piece);
      piece = [];
      size = 0;
    }
    piece.push(value);
  }
  return piece.length === 0 ? pieces : [...pieces, piece];
}

function combinations<T>(lists: readonly (readonly T[])[]): T[][] {
  return lists.reduce<T[][]>((all, list) => all.flatMap((head) => list.map((item) => [...head, item])), [[]]);
}

/** Values that the form of an expression allows, whatever its columns hold: branches of a CASE, truth values, small integers. */
async function possibleValues(node: Bound, typing: Typing): Promise<(string | null)[] | null> {
  const nothing = node.nullable ? [null] : [];
  if (node.type === 'BOOLEAN') return ['false', 'true', ...nothing];
  if (columnsOf(node).length === 0) {
    const { rows } = await typing.engine.evaluate(`SELECT CAST(CAST(${print(node)} AS ${node.type === 'NULL' ? 'VARCHAR' : node.type}) AS VARCHAR)`);
    return [rows[0]?.[0] ?? null];
  }
  if (node.kind === 'operation' && (node.name === 'case' || node.name === 'coalesce')) {
    const branches = node.args.filter((_, i) => node.name === 'coalesce' || node.roles[i] === 'value');
    const lists: (string | null)[] = [];
    for (const branch of branches) {
      const values = await possibleValues(branch, typing);
      if (values === null || (values.some((v) => v !== null) && branch.type !== node.type && branch.kind !== 'constant')) return null;
      lists.push(...(await converted(values, node.type, typing)));
    }
    return [...lists, ...nothing];
  }
  const bounds = isInteger(node.type) ? boundsOf(node) : null;
  if (bounds === null) return null;
  const { minimum, maximum } = integersAt(bounds, 0);
  return maximum - minimum >= 10_000n ? null : [...Array.from({ length: Number(maximum - minimum) + 1 }, (_, i) => String(minimum + BigInt(i))), ...nothing];
}

async function converted(values: readonly (string | null)[], type: string, typing: Typing): Promise<(string | null)[]> {
  const out: (string | null)[] = [];
  for (const value of values) {
    const { rows } = await typing.engine.evaluate(`SELECT CAST(CAST(${value === null ? 'NULL' : quoteText(value)} AS ${type}) AS VARCHAR)`);
    out.push(rows[0]?.[0] ?? null);
  }
  return out;
}
