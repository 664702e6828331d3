/**
 * The values a grouping expression can take, from declared domains only: never from data. Columns: their declared list
 * or range; expressions: DuckDB's evaluation over the product of their columns' domains, or what their form allows.
 */
import { RefusedError } from '@sluis/base';
import type { Column, Domain, Table } from '@sluis/model';
import { boundsOf } from './arithmetic.ts';
import { microseconds } from './date-bounds.ts';
import { columnsOf, isClosed, print, type Bound, type OperationNode } from './expression.ts';
import { parseFixed, integersAt } from './interval.ts';
import { quoteName, quoteText } from './quote.ts';
import { isInteger, type Typing } from './types.ts';
import { inOrder } from './value-order.ts';

export const LARGEST_DOMAIN = 1_000_000;
/** Text of one statement given to the engine stays below this. */
const STATEMENT_CHARACTERS = 60_000;

/** The domain of a key. Throws RefusedError `plan/no-domain` or `plan/domain-too-large`. */
export async function domainOf(key: Bound, table: Table, typing: Typing): Promise<Domain> {
  const columns = columnsOf(key).map((name) => ({ name, list: columnValues(name, table) }));
  const missing = columns.find((c) => c.list === null);
  const size = columns.reduce((n, c) => n * (c.list?.length ?? 1), 1);
  if (key.kind === 'column') {
    const [own] = columns;
    if (own?.list) return { values: own.list };
    throw noDomain(key.name);
  }
  if (missing === undefined && size <= LARGEST_DOMAIN) {
    const sources = columns.map((c) => ({ name: c.name, type: table.columns[c.name]?.type ?? '', values: c.list ?? [] }));
    return { values: inOrder(await evaluated(print(key), sources, typing), key.type) };
  }
  const possible = await possibleValues(key, table, typing);
  if (possible !== null) return { values: inOrder(possible, key.type) };
  throw missing === undefined ? tooLarge(size) : noDomain(missing.name);
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

/** Long lists take long to order, and every question over a table needs the same ones. */
const ordered = new WeakMap<Column, readonly (string | null)[] | null>();

/** Declared values of a column in DuckDB's order, NULL last if it may be NULL; null without a domain. */
export function columnValues(name: string, table: Table): readonly (string | null)[] | null {
  const column = table.columns[name];
  if (column === undefined) return null;
  const known = ordered.get(column);
  if (known !== undefined) return known;
  const values = declaredValues(column);
  const list = values === null ? null : [...inOrder(values, column.type), ...(column.nullable ? [null] : [])];
  ordered.set(column, list);
  return list;
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
  if (type === 'DOUBLE') return doubleText(Number(value));
  return type === 'TIMESTAMP' ? value.replace('T', ' ').replace(/(\.0+)?Z?$/, '') : value;
}

/** A double as DuckDB writes it: shortest digits, with an exponent of two digits from 1e16 on and below 1e-4. */
function doubleText(x: number): string {
  const size = Math.abs(x);
  if (size === 0) return '0.0';
  if (size >= 1e16 || size < 1e-4) return x.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  return Number.isInteger(x) ? `${x}.0` : String(x);
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

interface Source {
  readonly name: string;
  readonly type: string;
  readonly values: readonly (string | null)[];
}

/** Distinct values of an expression over the product of lists, in pieces that the engine takes. */
async function evaluated(text: string, sources: readonly Source[], typing: Typing): Promise<(string | null)[]> {
  const found = new Set<string | null>();
  for (const choice of combinations(sources.map((s) => inPieces(s.values)))) {
    const tables = choice.map((values, i) => {
      const { name, type } = sources[i] ?? { name: '', type: 'VARCHAR' };
      const array = `[${values.map((v) => (v === null ? 'NULL' : quoteText(v))).join(', ')}]`;
      return `(SELECT CAST(v AS ${type}) AS ${quoteName(name)} FROM (SELECT unnest(CAST(${array} AS VARCHAR[])) AS v)) AS s${i}`;
    });
    const from = tables.length === 0 ? '' : ` FROM ${tables.join(' CROSS JOIN ')}`;
    const { rows } = await typing.engine.evaluate(`SELECT DISTINCT CAST(${text} AS VARCHAR)${from}`);
    // Providers group by 0.0 where a value is -0.0.
    for (const [value] of rows) found.add(value === '-0.0' ? '0.0' : (value ?? null));
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

/**
 * Values that the form of an expression allows, where its columns have no list: branches of a CASE, truth values, months
 * of a declared range, small integers, and what can be computed from such parts. It may hold values that never occur.
 */
async function possibleValues(node: Bound, table: Table, typing: Typing): Promise<readonly (string | null)[] | null> {
  const nothing = node.nullable ? [null] : [];
  if (node.kind === 'column') return columnValues(node.name, table);
  if (isClosed(node)) return evaluated(print(node), [], typing);
  if (node.type === 'BOOLEAN') return ['false', 'true', ...nothing];
  if (node.kind !== 'operation') return null;
  if (node.name === 'case' || node.name === 'coalesce') return branchValues(node, table, typing);
  const period = periodOf(node);
  if (period !== null) return [...(await evaluated(period, [], typing)), ...nothing];
  const grid = gridValues(node);
  if (grid === null) return fromParts(node, table, typing);
  return [
    ...(await evaluated(`CAST(CAST("v" AS HUGEINT) AS ${node.type})`, [{ name: 'v', type: 'VARCHAR', values: grid }], typing)),
    ...nothing,
  ];
}

/** The whole numbers (or tens, hundreds… for round(x, -1), round(x, -2)…) between the bounds of an expression. */
function gridValues(node: OperationNode): string[] | null {
  const bounds = boundsOf(node);
  const rounds = /^(floor|ceil|ceiling|trunc|round)$/.test(node.name);
  if (bounds === null || !(isInteger(node.type) || rounds)) return null;
  const places = rounds ? (node.args[1]?.interval ?? { lo: 0n }).lo / 10n ** 18n : 0n;
  if (places > 0n || places < -30n) return null;
  const step = 10n ** -places;
  const { minimum, maximum } = integersAt(bounds, 0);
  const [first, count] = [minimum / step - 1n, (maximum - minimum) / step + 3n];
  if (count > MOST_INTEGERS) return null;
  const values = Array.from({ length: Number(count) }, (_, i) => (first + BigInt(i)) * step);
  return values.filter((v) => places < 0n || (v >= minimum && v <= maximum)).map(String);
}

const MOST_INTEGERS = 10_000n;

async function branchValues(node: OperationNode, table: Table, typing: Typing): Promise<(string | null)[] | null> {
  const values: (string | null)[] = node.nullable ? [null] : [];
  for (const [i, branch] of node.args.entries()) {
    if (node.name === 'case' && node.roles[i] === 'decides') continue;
    const own = await possibleValues(branch, table, typing);
    if (own === null) return null;
    // Branches of other types are converted as DuckDB does it for the whole CASE.
    values.push(
      ...(await evaluated(
        `CAST("v" AS ${node.type})`,
        [{ name: 'v', type: branch.type === 'NULL' ? node.type : branch.type, values: own }],
        typing,
      )),
    );
  }
  return values;
}

/** Evaluates one operation over the possible values of its arguments, as if they were independent. */
async function fromParts(node: OperationNode, table: Table, typing: Typing): Promise<(string | null)[] | null> {
  const sources: Source[] = [];
  const texts: string[] = [];
  for (const [i, arg] of node.args.entries()) {
    if (arg.kind === 'constant') {
      texts.push(arg.text);
      continue;
    }
    const values = await possibleValues(arg, table, typing);
    if (values === null) return null;
    texts.push(quoteName(`part ${i}`));
    sources.push({ name: `part ${i}`, type: arg.type, values });
  }
  const size = sources.reduce((n, s) => n * s.values.length, 1);
  return size > LARGEST_DOMAIN ? null : evaluated(node.write(texts), sources, typing);
}

/** SQL that lists the days or longer periods of a declared range, for date_trunc and conversions to DATE. */
function periodOf(node: OperationNode): string | null {
  const truncates = /^date_?trunc$/.test(node.name);
  const [unit, moment] = truncates ? node.args : [undefined, node.args[0]];
  const range = (truncates || (node.name === 'cast' && node.type === 'DATE')) && isDeclared(moment) ? microseconds(moment) : null;
  if (range === null || range.hi - range.lo > 1_000_000n * 86_400_000_000n) return null;
  const step = truncates && unit?.kind === 'constant' ? unit.text.replaceAll("'", '').toLowerCase() : 'day';
  if (!/^(day|week|month|quarter|year)$/.test(step)) return null;
  const at = (us: bigint): string => `date_trunc('${step}', make_timestamp(${us}))`;
  const list = `unnest(generate_series(${at(range.lo)}, ${at(range.hi)}, INTERVAL 1 ${step === 'quarter' ? 'QUARTER' : step.toUpperCase()}))`;
  return `CAST(${list} AS ${node.type})`;
}

/** Whether a moment's bounds were declared, rather than follow from its type. */
const isDeclared = (node: Bound | undefined): boolean => node !== undefined && node.interval !== null;
