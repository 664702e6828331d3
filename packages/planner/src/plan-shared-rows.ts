/** Pass 5b: the part of the plan that the committee evaluates on shared rows. */
import {
  type Domain,
  matchingColumnNames,
  moreOf,
  type PlanAccumulator,
  type PlanRowAccumulator,
  type PlanRowJoin,
  type PlanRows,
  type PlanRowSource,
  type RowExpression,
  wordsForBits,
} from '@sluis/model';
import { conjuncts } from './bind-join.ts';
import { columnsOf, print, type Bound } from './expression.ts';
import { anyValue } from './lower-any-value.ts';
import { mergedRows, sampledBy } from './lower-items.ts';
import { filteredBefore, rowJoin } from './lower-join.ts';
import { lowerCondition } from './lower-condition.ts';
import { lowerNumber } from './lower-number.ts';
import { lowerPosition } from './lower-position.ts';
import { MOST_SECRET_GROUPS } from './most-secret-groups.ts';
import type { RowCondition, RowMeasure } from './parts.ts';
import type { Question } from './question.ts';
import { all, bitsOf, branch, chosen, finer, isNull, not, minus, nothing, numberOf, rounded, times, type RowNumber } from './row-number.ts';
import { hashParts, notOnShares, ownText, rowColumn, type RowScope, tellsApart } from './row-scope.ts';
import { stationsAlone, type SharedSource, type Sharing } from './sharing.ts';
import type { Split } from './split.ts';
import type { Stability } from './stability.ts';
import { hashedColumn } from './text-keys.ts';
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
  /** Keys that are text without declared values; the second part of each one's hash is a key behind the question's own. */
  readonly texts: readonly { readonly key: number; readonly column: string }[];
}

/** Throws RefusedError `plan/unsupported` for what can't be computed on secret rows. */
export async function planSharedRows(
  question: Question,
  sharing: Sharing,
  split: Split,
  asked: readonly RowKey[],
  scope: RowScope,
  leftUnique: boolean,
  stability: Stability | null,
): Promise<SharedPlan> {
  const secret = asked.some((k) => k.domain === null);
  const texts = asked.flatMap((k, key) => (hashedColumn(k.expression, scope.table) === null ? [] : [key]));
  const keys = [...asked, ...texts.map((key) => asked[key] as RowKey)];
  const filters = await filtersOf(question, sharing, scope);
  const lowered: RowNumber[] = [];
  for (const [i, key] of keys.entries()) lowered.push(await loweredKey(key, i < asked.length ? 0 : 1, scope));
  const contributions: (RowExpression | null)[] = [];
  for (const condition of split.conditions) contributions.push(await rowCondition(condition, scope));
  const accumulators: PlanRowAccumulator[] = [];
  for (const measure of split.measures) accumulators.push(await rowMeasure(measure, scope));
  const histograms: RowExpression[] = [];
  for (const { measure, low } of split.placings)
    histograms.push(await filtered(measure, minus(await measured(measure, scope), numberOf(low, measure.scales[0] ?? 0)), scope));
  const dominances: RowExpression[] = [];
  for (const measure of split.sizes) dominances.push(sizeOf((await rowMeasure(measure, scope)).expression));
  const codes = lowered.map((key, i) =>
    secret && keys[i]?.domain === null && keys[i]?.expression.nullable === true ? nullCodeOf(key) : null,
  );
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
    ...(histograms.length === 0 ? {} : { histograms }),
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
    texts: texts.map((key) => ({ key, column: ownName(asked[key]?.expression, scope) })),
  };
}

/** Of a join, every source has the unit's column, and joined rows have the same value in all of them. */
function boundOf({ joins, tableName }: Question, { unit, rows }: Stability, scope: RowScope): Pick<PlanRows, 'bound'> {
  if (unit.kind !== 'column') return {};
  const name = joins.length === 0 ? unit.column : `${tableName}.${unit.column}`;
  return { bound: { key: tellsApart(rowColumn(name, scope)).expression, rows: Number(rows) } };
}

const sizeOf = (e: RowExpression): RowExpression => ({ op: 'absolute', args: [e], bits: 'bits' in e ? e.bits : 1 });

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
  const values = [...rows.accumulators.map((a) => a.expression), ...(rows.histograms ?? []), ...(rows.dominances ?? [])];
  const { merged } = rows;
  const sampled = rows.sample?.keys ?? [];
  const ofRows = merged === undefined ? [] : [merged.where, ...merged.keys, ...merged.sums.map((s) => s.expression)];
  const expressions = [...ofRows, ...sampled, rows.where, rows.bound?.key ?? null, ...rows.contributions, ...rows.keys, ...values];
  for (const e of [...expressions, ...rows.joins.flatMap((j) => j.on.flatMap((on) => [on.left, on.right]))]) if (e !== null) visit(e);
  const own = Object.keys(source.table.columns).flatMap((c) => [c, moreOf(c)].filter((name) => used.has(name)));
  const made = rows.joins.flatMap(({ matching }, i) =>
    matching !== undefined && (matching.source === index || i + 1 === index) ? matchingColumnNames(matching) : [],
  );
  return {
    table: source.tableName,
    columns: [...own, ...new Set(made)],
    stations,
    deposits,
    stationWhere,
    maximumRows,
  };
}

/** Of text that is shared as a hash, `part` says which part. */
async function loweredKey({ expression, domain }: RowKey, part: 0 | 1, scope: RowScope): Promise<RowNumber> {
  if (domain !== null) return lowerPosition(expression, domain.values, scope);
  const text = hashedColumn(expression, scope.table);
  if (text !== null) return hashParts(rowColumn(text.name, scope))[part];
  const key = await lowerNumber(expression, scope);
  if (!key.exact || bitsOf(key) > 62 || (!isNumber(expression.type) && !isMoment(expression.type))) throw notOnShares(expression);
  return key;
}

/** A number that no value has; beside 62 bits of a hash the one below them still fits a word. */
const nullCodeOf = ({ lo, hi }: RowNumber): bigint => (bitsOf({ lo, hi: hi + 1n }) > 63 ? lo - 1n : hi + 1n);

function ownName(expression: Bound | undefined, scope: RowScope): string {
  if (expression?.kind !== 'column') throw new RangeError('a key of text is a column');
  return scope.place(expression.name).column;
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
  const ends = [key.lo, key.hi, nullCode ?? 0n, 0n];
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

async function rowMeasure(measure: RowMeasure, scope: RowScope): Promise<PlanRowAccumulator> {
  const { kind, quantile } = measure;
  if (kind === 'histogram') return { kind, expression: nothing(0).expression, quantile: 0 };
  return { kind, expression: await filtered(measure, await measured(measure, scope), scope), quantile };
}

/** The value, NULL where the row does not pass the measure's filter. */
async function filtered({ filter }: RowMeasure, value: RowNumber, scope: RowScope): Promise<RowExpression> {
  return filter === null ? value.expression : chosen([branch(await lowerCondition(filter, scope), value)], nothing(value.scale)).expression;
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
