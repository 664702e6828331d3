/** Pass 5b: the part of the plan that the committee evaluates on shared rows. */
import { RefusedError } from '@sluis/base';
import {
  type Domain,
  encodingsOf,
  moreOf,
  type PlanAccumulator,
  type PlanRowAccumulator,
  type PlanRowItems,
  type PlanRowJoin,
  type PlanRows,
  type PlanRowSource,
  type RowExpression,
  wordsForBits,
} from '@sluis/model';
import { conjuncts } from './bind-join.ts';
import { domainOf } from './domains.ts';
import { columnsOf, print, type Bound } from './expression.ts';
import { lowerCondition } from './lower-condition.ts';
import { lowerNumber } from './lower-number.ts';
import { lowerPosition } from './lower-position.ts';
import type { RowCondition, RowMeasure } from './parts.ts';
import type { Items, Join, Question } from './question.ts';
import { quoteName } from './quote.ts';
import { all, bitsOf, branch, chosen, finer, isNull, not, minus, nothing, numberOf, rounded, times, type RowNumber } from './row-number.ts';
import { notOnShares, rowColumn, type RowScope, tellsApart } from './row-scope.ts';
import type { SharedSource, Sharing } from './sharing.ts';
import type { Split } from './split.ts';
import type { Stability } from './stability.ts';
import { isMoment, isNumber } from './types.ts';

/** A key of a question: its domain, or null where its values are secret. */
export interface RowKey {
  readonly expression: Bound;
  readonly domain: Domain | null;
}

export interface SharedPlan {
  readonly rows: PlanRows;
  /** Accumulators of secret keys, which follow the question's own. */
  readonly keyAccumulators: readonly PlanAccumulator[];
  /** Per key, the number that stands for NULL in its accumulator; null where there is none. */
  readonly nullCodes: readonly (string | null)[];
}

/** Most groups with secret keys: room is made for each of them. */
export const MOST_SECRET_GROUPS = 100_000;

/** Throws RefusedError `plan/unsupported` for what can't be computed on secret rows. */
export async function planSharedRows(
  question: Question,
  sharing: Sharing,
  split: Split,
  keys: readonly RowKey[],
  scope: RowScope,
  leftUnique: boolean,
  stability: Stability | null,
): Promise<SharedPlan> {
  const secret = keys.some((k) => k.domain === null);
  const filters = await filtersOf(question, sharing, scope);
  const lowered: RowNumber[] = [];
  for (const key of keys) lowered.push(await loweredKey(key, scope));
  const contributions: (RowExpression | null)[] = [];
  for (const condition of split.conditions) contributions.push(await rowCondition(condition, scope));
  const accumulators: PlanRowAccumulator[] = [];
  for (const measure of split.measures) accumulators.push(await rowMeasure(measure, scope));
  const dominances: RowExpression[] = [];
  for (const measure of split.sizes) dominances.push(sizeOf((await rowMeasure(measure, scope)).expression));
  const codes = lowered.map((key, i) => (secret && keys[i]?.domain === null && keys[i]?.expression.nullable === true ? key.hi + 1n : null));
  const joins: PlanRowJoin[] = [];
  for (const [i, join] of question.joins.entries()) joins.push(await rowJoin(filteredBefore(join, i, sharing, scope), scope));
  const merged = question.merging === undefined ? null : await mergedRows(question.merging, question, sharing, scope);
  const [first, ...others] = joins;
  const draft: Omit<PlanRows, 'sources'> = {
    joins: first !== undefined && leftUnique ? [{ ...first, leftUnique }, ...others] : joins,
    ...(merged === null ? {} : { merged: merged.rows }),
    ...(question.sample === undefined ? {} : { sample: { keys: await sampledBy(question, scope), threshold: question.sample } }),
    where: filters.where,
    ...(stability === null ? {} : boundOf(question, stability, scope)),
    keys: lowered.map((k) => k.expression),
    contributions,
    accumulators: [
      ...accumulators,
      ...(secret ? lowered.map((k): PlanRowAccumulator => ({ kind: 'key', expression: k.expression, quantile: 0 })) : []),
    ],
    ...(dominances.length === 0 ? {} : { dominances }),
    secretSlots: secret ? slotsOf(lowered, keys, sharing, stability !== null) : null,
    maximumRows: sharing.maximumRows,
    organisations: question.joins.length > 0 ? 'all-sources' : 'per-row',
  };
  const wheres = filters.stationWhere.map((w, i) => [w, i === 0 ? (merged?.stationWhere ?? '') : ''].filter((p) => p !== '').join(' AND '));
  return {
    rows: { ...draft, sources: sharing.sources.map((s, i) => rowSource(s, i, wheres[i] ?? '', draft)) },
    keyAccumulators: secret ? lowered.map((k, i) => keyAccumulator(k, keys[i]?.expression, codes[i] ?? null)) : [],
    nullCodes: codes.map((c) => (c === null ? null : String(c))),
  };
}

/** Of a join, every source has the unit's column, and joined rows have the same value in all of them. */
function boundOf({ joins, tableName }: Question, { unit, rows }: Stability, scope: RowScope): Pick<PlanRows, 'bound'> {
  if (unit.kind !== 'column') return {};
  const name = joins.length === 0 ? unit.column : `${tableName}.${unit.column}`;
  return { bound: { key: tellsApart(rowColumn(name, scope)).expression, rows: Number(rows) } };
}

const sizeOf = (e: RowExpression): RowExpression => ({ op: 'absolute', args: [e], bits: 'bits' in e ? e.bits : 1 });

const stationsAlone = (source: SharedSource | undefined): boolean => source !== undefined && !source.deposits;

interface Filters {
  readonly where: RowExpression | null;
  readonly stationWhere: readonly string[];
}

/**
 * Conditions over one source whose rows all come from stations are evaluated there, by the station's own engine; the rest
 * on shares. What a left join's right side lacks is known only after the join.
 */
async function filtersOf(question: Question, sharing: Sharing, scope: RowScope): Promise<Filters> {
  const stationWhere = sharing.sources.map((s, i): Bound[] => {
    const own = question.joins[i - 1]?.rightIf ?? null;
    return stationsAlone(s) && own !== null ? conjuncts(own) : [];
  });
  const onShares: RowExpression[] = [];
  for (const condition of question.where === null ? [] : conjuncts(question.where)) {
    const sources = new Set(columnsOf(condition).map((c) => scope.place(c).source));
    const [only = 0] = sources;
    const early = only === 0 || question.joins[only - 1]?.kind === 'inner';
    if (sources.size === 1 && early && stationsAlone(sharing.sources[only])) stationWhere[only]?.push(condition);
    else onShares.push(await lowerCondition(condition, scope));
  }
  const own = ownText(scope);
  return { where: onShares.length === 0 ? null : all(onShares), stationWhere: stationWhere.map((list) => list.map(own).join(' AND ')) };
}

/** A condition as a station's engine reads it, over its own columns. */
const ownText =
  (scope: RowScope) =>
  (node: Bound): string =>
    print(node, (n) => (n.kind === 'column' ? quoteName(scope.place(n.name).column) : null));

/** Items by their keys, joined rows by the keys of the first join; texts by the second part of their hash, which is short. */
async function sampledBy({ joins, merging }: Question, scope: RowScope): Promise<RowExpression[]> {
  const keys: RowExpression[] = [];
  for (const key of merging?.keys ?? joins[0]?.on.map((pair) => pair.left) ?? []) {
    const column = key.kind === 'column' ? rowColumn(key.name, scope) : null;
    keys.push(column === null ? (await anyValue(key, scope)).expression : (column.parts[1] ?? column.expression));
  }
  return keys;
}

/** A column as one number, or the two that tell texts apart. */
function numbersOf(name: string, scope: RowScope): readonly RowExpression[] {
  const { parts, expression } = rowColumn(name, scope);
  return parts.length > 0 ? parts : [expression];
}

interface MergedRows {
  readonly rows: PlanRowItems;
  readonly stationWhere: string;
}

async function mergedRows({ keys, where, sums }: Items, { table }: Question, sharing: Sharing, scope: RowScope): Promise<MergedRows> {
  const early = stationsAlone(sharing.sources[0]);
  const added = sums.map((s, i) => {
    const [encoding] = encodingsOf(table, [`#sum${i}`]);
    const { expression } = rowColumn(s.name, scope);
    return { expression, minimum: String(encoding?.minimum ?? 0n), maximum: String(encoding?.maximum ?? 0n) };
  });
  return {
    rows: {
      where: where === null || early ? null : await lowerCondition(where, scope),
      keys: keys.flatMap((k) => numbersOf(k.name, scope)),
      sums: added,
    },
    stationWhere: where === null || !early ? '' : conjuncts(where).map(ownText(scope)).join(' AND '),
  };
}

function rowSource(
  { source, stations, deposits, maximumRows }: SharedSource,
  index: number,
  stationWhere: string,
  rows: Omit<PlanRows, 'sources'>,
): PlanRowSource {
  const used = new Set<string>();
  const visit = (e: RowExpression): void => {
    if (e.op === 'column' && e.source === index) used.add(e.column);
    if (e.op === 'case') for (const w of e.when) [w.if, w.then].forEach(visit);
    if (e.op === 'case') visit(e.else);
    if ('args' in e) e.args.forEach(visit);
  };
  const values = [...rows.accumulators.map((a) => a.expression), ...(rows.dominances ?? [])];
  const { merged } = rows;
  const sampled = rows.sample?.keys ?? [];
  const ofRows = merged === undefined ? [] : [merged.where, ...merged.keys, ...merged.sums.map((s) => s.expression)];
  const expressions = [...ofRows, ...sampled, rows.where, rows.bound?.key ?? null, ...rows.contributions, ...rows.keys, ...values];
  for (const e of [...expressions, ...rows.joins.flatMap((j) => j.on.flatMap((on) => [on.left, on.right]))]) if (e !== null) visit(e);
  return {
    table: source.tableName,
    columns: Object.keys(source.table.columns).flatMap((c) => [c, moreOf(c)].filter((name) => used.has(name))),
    stations,
    deposits,
    stationWhere,
    maximumRows,
  };
}

/** Without the conditions that stations apply before they share; of set operations these are among those of WHERE as well. */
function filteredBefore(join: Join, index: number, sharing: Sharing, scope: RowScope): Join {
  const rightIf = stationsAlone(sharing.sources[index + 1]) ? null : join.rightIf;
  if (join.set === undefined || join.leftIf === null) return { ...join, rightIf };
  const ofFirst = conjuncts(join.leftIf).every(
    (c) => columnsOf(c).length > 0 && columnsOf(c).every((name) => scope.place(name).source === 0),
  );
  const before = ofFirst && stationsAlone(sharing.sources[0]);
  return { ...join, leftIf: before || join.set === 'further' ? null : join.leftIf, rightIf };
}

/** A row that may not look for a partner, or be one, has NULL as its key. */
async function rowJoin(join: Join, scope: RowScope): Promise<PlanRowJoin> {
  const leftIf = join.leftIf === null ? null : await lowerCondition(join.leftIf, scope);
  const rightIf = join.rightIf === null ? null : await lowerCondition(join.rightIf, scope);
  const on: { readonly left: RowExpression; readonly right: RowExpression }[] = [];
  for (const pair of join.on) {
    const nullable = join.set !== undefined && (pair.left.nullable || pair.right.nullable);
    for (const keys of await joinKeys(pair.left, pair.right, scope)) {
      for (const { left, right } of nullable ? nullsEqual(keys) : [keys])
        on.push(on.length > 0 ? { left, right } : { left: where(leftIf, left), right: where(rightIf, right) });
    }
  }
  const { kind, rightUnique, maximumRows } = join;
  return { kind, on, rightUnique, ...(join.set === 'first' ? { distinct: true as const } : {}), maximumRows };
}

/** NULL as 0, and a second key that says so. */
function nullsEqual({ left, right }: RowKeys[number]): RowKeys {
  const plain = (key: RowExpression): RowExpression => ({
    op: 'case',
    when: [branch(isNull(key), numberOf(0n).expression)],
    else: key,
    bits: 'bits' in key ? key.bits : 1,
  });
  const missing = (key: RowExpression): RowExpression => ({
    op: 'case',
    when: [branch(isNull(key), numberOf(1n).expression)],
    else: numberOf(0n).expression,
    bits: 2,
  });
  return [
    { left: plain(left), right: plain(right) },
    { left: missing(left), right: missing(right) },
  ];
}

const where = (condition: RowExpression | null, key: RowExpression): RowExpression =>
  condition === null
    ? key
    : { op: 'case', when: [branch(condition, key)], else: { op: 'null', of: 'number' }, bits: 'bits' in key ? key.bits : 1 };

type RowKeys = readonly { readonly left: RowExpression; readonly right: RowExpression }[];

async function joinKeys(left: Bound, right: Bound, scope: RowScope): Promise<RowKeys> {
  if (left.type === 'VARCHAR') return textKeys(left, right, scope);
  const [a, b] = [await lowerNumber(left, scope), await lowerNumber(right, scope)];
  const scale = Math.max(a.scale, b.scale);
  const [x, y] = [finer(a, scale), finer(b, scale)];
  if (!x.exact || !y.exact || bitsOf(x) > 64 || bitsOf(y) > 64) throw notOnShares(x.exact ? right : left);
  return [{ left: x.expression, right: y.expression }];
}

/** Text without a list is joined by both parts of its hash, text with lists by position in both lists together. */
async function textKeys(left: Bound, right: Bound, scope: RowScope): Promise<RowKeys> {
  const hashed = [left, right].map((k) => (k.kind === 'column' ? rowColumn(k.name, scope) : null));
  const [a, b] = hashed;
  const count = hashed.filter((c) => c?.encoding.kind === 'hash').length;
  if (count === 2 && a !== null && a !== undefined && b !== null && b !== undefined)
    return a.parts.map((part, i) => ({ left: part, right: b.parts[i] ?? b.expression }));
  if (count > 0) {
    throw new RefusedError('plan/type-mismatch', {
      stage: 'plan',
      message: `The join compares ${print(left)} with ${print(right)}, of which only one has a declared list of values.`,
      remedy: 'Declare both columns alike in the agreement: the same list of values for both, or none.',
    });
  }
  const [one, other] = [await domainOf(left, scope.table, scope.typing), await domainOf(right, scope.table, scope.typing)];
  const list = [...new Set([...one.values, ...other.values])].filter((v) => v !== null);
  return [{ left: (await lowerPosition(left, list, scope)).expression, right: (await lowerPosition(right, list, scope)).expression }];
}

async function loweredKey({ expression, domain }: RowKey, scope: RowScope): Promise<RowNumber> {
  if (domain !== null) return lowerPosition(expression, domain.values, scope);
  const key = await lowerNumber(expression, scope);
  if (!key.exact || bitsOf(key) > 62 || (!isNumber(expression.type) && !isMoment(expression.type))) throw notOnShares(expression);
  return key;
}

/** With noise there has to be room for every number that a key's place can hold: 0 is one of them. */
function slotsOf(lowered: readonly RowNumber[], keys: readonly RowKey[], sharing: Sharing, noisy: boolean): number {
  const combinations = lowered.reduce((n, k, i) => {
    const size = keys[i]?.domain?.values.length ?? Number((noisy && k.hi < 0n ? 0n : k.hi) - (noisy && k.lo > 0n ? 0n : k.lo)) + 2;
    return Math.min(n * size, MOST_SECRET_GROUPS);
  }, 1);
  return Math.max(1, Math.min(combinations, sharing.maximumRows));
}

function keyAccumulator(key: RowNumber, expression: Bound | undefined, nullCode: bigint | null): PlanAccumulator {
  const ends = [key.lo, nullCode ?? key.hi, 0n];
  const [minimum, maximum] = [ends.reduce((a, b) => (b - a < 0n ? b : a)), ends.reduce((a, b) => (b - a > 0n ? b : a))];
  const words = wordsForBits(bitsOf({ lo: minimum, hi: maximum }));
  return {
    kind: 'sum',
    sql: expression === undefined ? '' : print(expression),
    scale: key.scale,
    minimum: String(minimum),
    maximum: String(maximum),
    words,
  };
}

/** Whether a row counts. */
async function rowCondition({ filter, present }: RowCondition, scope: RowScope): Promise<RowExpression | null> {
  const parts = filter === null ? [] : [await lowerCondition(filter, scope)];
  for (const value of present)
    parts.push(not(isNull(value.kind === 'column' ? rowColumn(value.name, scope).expression : (await anyValue(value, scope)).expression)));
  return parts.length === 0 ? null : all(parts);
}

/** A value as whatever number it has: equal exactly where the values are. */
async function anyValue(value: Bound, scope: RowScope): Promise<RowNumber> {
  if (value.kind === 'column') return tellsApart(rowColumn(value.name, scope));
  if (value.type !== 'VARCHAR') return lowerNumber(value, scope);
  const list = (await domainOf(value, scope.table, scope.typing)).values.filter((v) => v !== null);
  return lowerPosition(value, list, scope);
}

async function rowMeasure(measure: RowMeasure, scope: RowScope): Promise<PlanRowAccumulator> {
  const { kind, filter, quantile } = measure;
  const value = await measured(measure, scope);
  if (filter === null) return { kind, expression: value.expression, quantile };
  return { kind, expression: chosen([branch(await lowerCondition(filter, scope), value)], nothing(value.scale)).expression, quantile };
}

async function measured({ kind, nodes, scales, centres, dictionary }: RowMeasure, scope: RowScope): Promise<RowNumber> {
  const [node] = nodes;
  if (node === undefined) throw new RangeError('an accumulator has no value');
  if (dictionary !== null) return lowerPosition(node, dictionary, scope);
  if (kind === 'distinct') {
    const value = await anyValue(node, scope);
    if (!value.exact) throw notOnShares(node);
    return value;
  }
  let product: RowNumber | null = null;
  for (const [i, factor] of nodes.entries()) {
    const plain = atScale(await lowerNumber(factor, scope), scales[i] ?? 0);
    const centre = centres?.[i] ?? null;
    const value = centre === null ? plain : minus(times(plain, numberOf(2n)), numberOf(centre, plain.scale));
    product = product === null ? value : times(product, value);
  }
  return product ?? numberOf(0n);
}

/** Rounded to the decimals that are kept, half away from zero. */
function atScale(n: RowNumber, scale: number): RowNumber {
  if (n.scale <= scale) return finer(n, scale);
  return { ...rounded(n, 10n ** BigInt(n.scale - scale)), scale };
}
