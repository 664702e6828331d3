/** Any function of columns with short lists of values: DuckDB evaluates it over the lists, and shared rows look it up. */
import { ordinal, type RowExpression } from '@sluis/model';
import { boundsOf } from './arithmetic.ts';
import { columnValues } from './domains.ts';
import { columnsOf, print, type Bound, type OperationNode } from './expression.ts';
import { parseFixed } from './interval.ts';
import { lowerNumber } from './lower-number.ts';
import { quoteName, quoteText } from './quote.ts';
import { branch, bitsOf, chosen, floored, isNull, nothing, numberOf, plus, rounded, times, type RowNumber } from './row-number.ts';
import { rowColumn, type RowScope } from './row-scope.ts';
import { isFloat, isMoment, isNumber } from './types.ts';
import { scaleOf } from './whole-number.ts';

/** Combinations of values that are evaluated, and runs of neighbouring numbers that rows are tested against. */
const MOST_COMBINATIONS = 20_000;
const MOST_TESTS = 1_000;
const PIECE = 500;
const DAY_US = 86_400_000_000n;

interface Entry {
  /** Null for NULL. */
  readonly code: bigint | null;
  /** DuckDB's text of the result. */
  readonly result: string | null;
}

/** A function as a table: what a row's code gives. */
interface Tabulated {
  readonly index: RowExpression;
  readonly entries: readonly Entry[];
}

interface Listed {
  readonly name: string;
  readonly type: string;
  readonly values: readonly (string | null)[];
}

async function tabulate(node: Bound, scope: RowScope): Promise<Tabulated | null> {
  const names = columnsOf(node);
  if (names.length === 0) return null;
  const lists = names.map((name): Listed | null => {
    const values = columnValues(name, scope.table);
    return values === null ? null : { name, type: scope.table.columns[name]?.type ?? '', values };
  });
  const known = lists.filter((l) => l !== null);
  const size = known.reduce((n, l) => n * l.values.length, 1);
  if (known.length < lists.length || size > MOST_COMBINATIONS) return tabulateDays(node, scope);
  const results = await resultsOver(print(node), known, scope);
  const [only] = known;
  if (known.length === 1 && only !== undefined) {
    const column = rowColumn(only.name, scope);
    const entries = only.values.map((v, i) => ({ code: v === null ? null : column.encode(v), result: results[i] ?? null }));
    return { index: column.expression, entries };
  }
  let index = numberOf(0n);
  for (const list of known) index = plus(times(index, numberOf(BigInt(list.values.length))), positionIn(list, scope));
  return { index: index.expression, entries: results.map((result, i) => ({ code: BigInt(i), result })) };
}

/** Functions of a moment's day: the days between its bounds are their list. */
async function tabulateDays(node: Bound, scope: RowScope): Promise<Tabulated | null> {
  if (node.kind !== 'operation' || !ofTheDay(node)) return null;
  const at = node.args.findIndex((a) => columnsOf(a).length > 0);
  const moment = node.args[at];
  if (moment === undefined || node.args.some((a, i) => i !== at && columnsOf(a).length > 0)) return null;
  const value = isMoment(moment.type) && boundsOf(moment) !== null ? await lowerNumber(moment, scope) : null;
  if (value === null) return null;
  const day = moment.type === 'DATE' ? value : floored(value, DAY_US);
  if (day.hi - day.lo >= BigInt(MOST_COMBINATIONS)) return null;
  const days = Array.from({ length: Number(day.hi - day.lo) + 1 }, (_, i) => String(day.lo + BigInt(i)));
  const written = node.write(node.args.map((a, i) => (i === at ? `CAST(DATE '1970-01-01' + "day" AS ${moment.type})` : print(a))));
  const results = await resultsOver(written, [{ name: 'day', type: 'INTEGER', values: [...days, null] }], scope);
  return { index: day.expression, entries: results.map((result, i) => ({ code: i < days.length ? day.lo + BigInt(i) : null, result })) };
}

/** Whether a function of a timestamp depends on its day only. */
function ofTheDay({ name, args }: OperationNode): boolean {
  if (
    /^(year|isoyear|month|quarter|day|dayofmonth|week|weekofyear|dayofweek|weekday|isodow|dayofyear|yearweek|decade|century|dayname|monthname|last_day)$/.test(
      name,
    )
  )
    return true;
  const [unit] = args;
  const word = unit?.kind === 'constant' ? unit.text.replaceAll("'", '').toLowerCase() : '';
  return (
    /^date_?(trunc|part)$/.test(name) &&
    /^(day|week|month|quarter|year|isodow|dow|doy|dayofweek|dayofyear|isoyear|decade|century)s?$/.test(word)
  );
}

function positionIn(list: Listed, scope: RowScope): RowNumber {
  const column = rowColumn(list.name, scope);
  const values = list.values.map((v) => (v === null ? null : String(column.encode(v))));
  const hi = BigInt(values.length - 1);
  return {
    expression: { op: 'position', args: [column.expression], values, bits: bitsOf({ lo: -1n, hi }) },
    scale: 0,
    lo: -1n,
    hi,
    exact: true,
  };
}

/** Results in the order of the combinations, first list slowest. */
async function resultsOver(text: string, lists: readonly Listed[], scope: RowScope): Promise<(string | null)[]> {
  const total = lists.reduce((n, l) => n * l.values.length, 1);
  const results = new Array<string | null>(total).fill(null);
  const pieces = lists.map((l) => Array.from({ length: Math.ceil(l.values.length / PIECE) }, (_, i) => i * PIECE));
  const starts = pieces.reduce<number[][]>((sofar, list) => sofar.flatMap((head) => list.map((at) => [...head, at])), [[]]);
  for (const at of starts) {
    const tables = lists.map(({ name, type, values }, i) => {
      const from = at[i] ?? 0;
      const piece = values.slice(from, from + PIECE);
      const array = `[${piece.map((v) => (v === null ? 'NULL' : quoteText(v))).join(', ')}]`;
      const unnested = `SELECT unnest(CAST(${array} AS VARCHAR[])) AS v, unnest(range(${from}, ${from + piece.length})) AS i`;
      return `(SELECT CAST(v AS ${type}) AS ${quoteName(name)}, i AS i${i} FROM (${unnested})) AS s${i}`;
    });
    const indices = lists.map((_, i) => `CAST(i${i} AS VARCHAR)`);
    const { rows } = await scope.typing.engine.evaluate(
      `SELECT ${[...indices, `CAST(${text} AS VARCHAR)`].join(', ')} FROM ${tables.join(' CROSS JOIN ')}`,
    );
    for (const row of rows) {
      const where = lists.reduce((n, l, i) => n * l.values.length + Number(row[i]), 0);
      results[where] = row[lists.length] ?? null;
    }
  }
  return results;
}

const runsOf = (codes: readonly bigint[]): number => codes.filter((c, i) => i === 0 || codes[i - 1] !== c - 1n).length;

/** Codes by what they give; null if rows would be tested against too many runs of numbers. */
function groups<R>(
  table: Tabulated,
  value: (result: string | null) => { readonly key: string; readonly is: R },
): { readonly is: R; readonly codes: bigint[] }[] | null {
  const found = new Map<string, { readonly is: R; readonly codes: bigint[] }>();
  for (const { code, result } of table.entries) {
    if (code === null) continue;
    const { key, is } = value(result);
    const group = found.get(key) ?? { is, codes: [] };
    group.codes.push(code);
    found.set(key, group);
  }
  const list = [...found.values()];
  for (const group of list) group.codes.sort((a, b) => (a < b ? -1 : 1));
  // What needs most tests comes last, as what is left over.
  list.sort((a, b) => runsOf(a.codes) - runsOf(b.codes));
  const tests = list.slice(0, -1).reduce((n, g) => n + runsOf(g.codes), 0);
  return tests > MOST_TESTS ? null : list;
}

const resultOfNull = (table: Tabulated): Entry | undefined => table.entries.find((e) => e.code === null);
const among = (index: RowExpression, codes: readonly bigint[]): RowExpression => ({ op: 'in', args: [index], values: codes.map(String) });

/** A truth value; null where there are no short lists. */
export async function lookUpTruth(node: Bound, scope: RowScope): Promise<RowExpression | null> {
  const table = await tabulate(node, scope);
  const truth = (text: string | null): RowExpression =>
    text === null ? { op: 'null', of: 'boolean' } : { op: 'boolean', value: text === 'true' };
  const list = table === null ? null : groups(table, (text) => ({ key: String(text), is: truth(text) }));
  if (table === null || list === null) return null;
  const ofNull = resultOfNull(table);
  const last = list.at(-1)?.is ?? truth(null);
  const when = list.slice(0, -1).map((g) => branch(among(table.index, g.codes), g.is));
  const first = ofNull === undefined ? [] : [branch(isNull(table.index), truth(ofNull.result))];
  return when.length + first.length === 0 ? last : { op: 'case', when: [...first, ...when], else: last, bits: 1 };
}

/** A number, with `value` reading a result's text; null where there are no short lists. */
async function lookUp(node: Bound, scope: RowScope, value: (text: string | null) => RowNumber): Promise<RowNumber | null> {
  const table = await tabulate(node, scope);
  const keyed = (text: string | null): { readonly key: string; readonly is: RowNumber } => {
    const is = value(text);
    return { key: JSON.stringify([is.expression, is.scale]), is };
  };
  const list = table === null ? null : groups(table, keyed);
  if (table === null || list === null) return null;
  const ofNull = resultOfNull(table);
  const last = list.at(-1)?.is ?? nothing();
  const first = ofNull === undefined ? [] : [branch(isNull(table.index), value(ofNull.result))];
  const when = list.slice(0, -1).map((g) => branch(among(table.index, g.codes), g.is));
  return when.length + first.length === 0 ? last : chosen([...first, ...when], last);
}

/** A number, a date or a timestamp. */
export async function lookUpNumber(node: Bound, scope: RowScope): Promise<RowNumber | null> {
  if (!isNumber(node.type) && !isMoment(node.type)) return null;
  const places = isFloat(node.type) ? scaleOf(node, scope.table.columns) : 0;
  return lookUp(node, scope, (text) => (text === null ? nothing() : readNumber(text, node.type, places)));
}

/** A decimal's digits as they are; floating point that is finer than `places` is rounded. */
export function readNumber(text: string, type: string, places: number): RowNumber {
  if (isMoment(type)) return numberOf(ordinal({ type }, text.replace(/\.?0+$/, '')) ?? ordinal({ type }, text) ?? 0n);
  const fixed = parseFixed(text);
  if (fixed === null) throw new RangeError('an engine gave a number that is none');
  let scale = 18;
  let value = fixed;
  while (scale > 0 && value % 10n === 0n) {
    value /= 10n;
    scale--;
  }
  const fraction = /\.(\d+)(?:e([+-]?\d+))?$/i.exec(text);
  const digits = (fraction?.[1]?.length ?? 0) - Number(fraction?.[2] ?? /e([+-]?\d+)$/i.exec(text)?.[1] ?? 0);
  const exact = digits <= 18 && (!isFloat(type) || scale <= places);
  if (scale <= places || !isFloat(type)) return { ...numberOf(value, scale), exact };
  return { ...rounded(numberOf(value, scale), 10n ** BigInt(scale - places)), scale: places, exact: false };
}

/** The position of the result's text in a list of values; −1 where it is not there. */
export async function lookUpPosition(
  node: Bound,
  scope: RowScope,
  positions: ReadonlyMap<string | null, number>,
): Promise<RowNumber | null> {
  return lookUp(node, scope, (text) => numberOf(BigInt(positions.get(text === '-0.0' ? '0.0' : text) ?? -1)));
}
