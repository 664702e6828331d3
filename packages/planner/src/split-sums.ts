/** Sums, sums of squares and of products, extremes, distinct counts and quantiles: the accumulators of aggregates. */
import { RefusedError } from '@sluis/base';
import {
  comparisonBits,
  bitsOfDominance,
  mostRows,
  signedBits,
  wordsForBits,
  type PlanAccumulator,
  type PlanAggregate,
  type RowAccumulatorKind,
} from '@sluis/model';
import { boundsOf } from './arithmetic.ts';
import { domainOf } from './domains.ts';
import { print, type AggregateNode, type Bound } from './expression.ts';
import { hull, integersAt } from './interval.ts';
import { checkDominanceOfJoin } from './joined-receivers.ts';
import { inputCount, perInput, type Making, type RowMeasure } from './parts.ts';
import { unsupported } from './refusal.ts';
import { quoteText } from './quote.ts';
import { decimalOf, isFloat } from './types.ts';
import { extremeSql, productSumSql, rowInteger, sizeOf, squareSumSql, sumSql, wholeOf, type Whole } from './whole-number.ts';

export const filterSql = (filter: Bound | null): string => (filter === null ? '' : ` FILTER (WHERE ${print(filter)})`);

function accumulator(
  kind: PlanAccumulator['kind'],
  sql: string,
  scale: number,
  minimum: bigint,
  maximum: bigint,
  bits: number,
): PlanAccumulator {
  return { kind, sql, scale, minimum: String(minimum), maximum: String(maximum), words: wordsForBits(bits) };
}

const orZero = (x: bigint, low: boolean): bigint => (low ? (x < 0n ? x : 0n) : x > 0n ? x : 0n);

const measure = (kind: RowAccumulatorKind, of: readonly Whole[], filter: Bound | null): RowMeasure => ({
  kind,
  nodes: of.map((w) => w.node),
  scales: of.map((w) => w.scale),
  ...(of.some((w) => w.centre !== undefined) ? { centres: of.map((w) => w.centre ?? null) } : {}),
  filter,
  quantile: 0,
  dictionary: null,
});

/** Adds an accumulator that is summed over inputs; `least` and `most` bound one row. */
function addTotal(sql: string, scale: number, least: bigint, most: bigint, meaning: RowMeasure, making: Making): number {
  const rows = perInput(making);
  const [minimum, maximum] = [orZero(least, true) * rows, orZero(most, false) * rows];
  const bits = signedBits(sizeOf({ minimum, maximum }) * inputCount(making));
  return making.accumulators.add(`sum ${sql}`, () => accumulator('sum', sql, scale, minimum, maximum, bits), meaning);
}

export function addSum(w: Whole, filter: Bound | null, making: Making, shown: boolean): number {
  const rows = perInput(making);
  const total = sizeOf(w) * rows * inputCount(making);
  const limit = decimalOf(w.node.type) === null ? 2n ** 127n : 10n ** 38n;
  if (shown && !isFloat(w.node.type) && total >= limit) {
    throw new RefusedError('plan/no-bounds', {
      stage: 'plan',
      message: `The sum of ${w.text} over all organisations could exceed the 38 digits that DuckDB holds.`,
      remedy: 'Declare narrower bounds or a smaller maximum_rows in the agreement.',
    });
  }
  return addTotal(sumSql(w, rows, filterSql(filter)), w.scale, w.minimum, w.maximum, measure('sum', [w], filter), making);
}

export function addSquares(w: Whole, filter: Bound | null, making: Making): number {
  const sql = squareSumSql(w, perInput(making), filterSql(filter));
  return addTotal(sql, 2 * w.scale, 0n, sizeOf(w) ** 2n, measure('sum', [w, w], filter), making);
}

export function addProducts(x: Whole, y: Whole, filter: Bound | null, making: Making): number {
  if (x.text === y.text) return addSquares(x, filter, making);
  const sql = productSumSql(x, y, perInput(making), filterSql(filter));
  const corners = [x.minimum * y.minimum, x.minimum * y.maximum, x.maximum * y.minimum, x.maximum * y.maximum];
  const { lo, hi } = corners.map((c) => ({ lo: c, hi: c })).reduce(hull);
  return addTotal(sql, x.scale + y.scale, lo, hi, measure('sum', [x, y], filter), making);
}

/** Text as positions in its sorted list; anything else as an integer at its scale. */
export async function orderedWhole(
  argument: Bound,
  making: Pick<Making, 'question' | 'typing'>,
): Promise<{ readonly whole: Whole; readonly dictionary: readonly string[] | null }> {
  const { table } = making.question;
  if (argument.type !== 'VARCHAR') return { whole: wholeOf(argument, table.columns), dictionary: null };
  const dictionary = (await domainOf(argument, table, making.typing)).values.filter((v) => v !== null);
  const maximum = BigInt(Math.max(dictionary.length - 1, 0));
  return { whole: { node: argument, text: print(argument), scale: 0, minimum: 0n, maximum }, dictionary };
}

type Extreme = Pick<PlanAggregate, 'accumulators' | 'dictionary'>;

export async function extremeOf(kind: 'min' | 'max', argument: Bound, filter: Bound | null, making: Making): Promise<Extreme> {
  const { whole, dictionary } = await orderedWhole(argument, making);
  const sql = extremeSql(kind, whole, filterSql(filter), dictionary === null ? null : `[${dictionary.map(quoteText).join(', ')}]`);
  const { minimum, maximum } = whole;
  const bits = Math.max(
    signedBits(sizeOf({ minimum: minimum - 1n, maximum: maximum + 1n })),
    comparisonBits({ minimum: String(minimum), maximum: String(maximum) }),
  );
  const meaning = { ...measure(kind, [whole], filter), dictionary };
  const index = making.accumulators.add(`${kind} ${sql}`, () => accumulator(kind, sql, whole.scale, minimum, maximum, bits), meaning);
  return { accumulators: [index], dictionary };
}

const CONTINUOUS_DIGITS = 4;
const INT64 = 2n ** 63n;

/** Floating point that is computed keeps as many decimals as leave room for the factor. */
function roomy(w: Whole, factor: bigint): Whole {
  const bounds = boundsOf(w.node);
  if (bounds === null || !isFloat(w.node.type) || w.node.kind === 'column') return w;
  let { scale } = w;
  while (scale > 3 && sizeOf(integersAt(bounds, scale)) * factor >= INT64) scale--;
  return { ...w, scale, ...integersAt(bounds, scale) };
}

/** Quantiles are made of one input only: the shared rows. */
export async function quantileOf(node: AggregateNode, argument: Bound, making: Making): Promise<Extreme> {
  const { whole: fine, dictionary } = await orderedWhole(argument, making);
  const continuous = node.aggregate === 'quantile_cont';
  const whole = roomy(fine, continuous ? 10n ** BigInt(CONTINUOUS_DIGITS) : 1n);
  const factor = continuous ? 10n ** BigInt(CONTINUOUS_DIGITS) : 1n;
  const [minimum, maximum] = [orZero(whole.minimum, true) * factor, orZero(whole.maximum, false) * factor];
  const meaning: RowMeasure = {
    ...measure(continuous ? 'quantile' : 'quantile_disc', [whole], node.filter),
    quantile: node.fraction ?? 0,
    dictionary,
  };
  const scale = whole.scale + (continuous ? CONTINUOUS_DIGITS : 0);
  const bits = signedBits(sizeOf({ minimum, maximum }));
  if (bits > 64)
    throw unsupported(
      `${node.aggregate} of a value this wide, over shared rows,`,
      'Declare narrower bounds, or clamp it: least(greatest(x, 0), 1000).',
    );
  const sql = print(node);
  return {
    accumulators: [making.accumulators.add(sql, () => accumulator('sum', sql, scale, minimum, maximum, bits), meaning)],
    dictionary,
  };
}

/** The number of different values, which only shared rows tell. */
export function distinctOf(node: AggregateNode, argument: Bound, making: Making): Extreme {
  const sql = print(node);
  const rows = perInput(making);
  const meaning: RowMeasure = { kind: 'distinct', nodes: [argument], scales: [], filter: node.filter, quantile: 0, dictionary: null };
  return {
    accumulators: [making.accumulators.add(sql, () => accumulator('sum', sql, 0, 0n, rows, signedBits(rows)), meaning)],
    dictionary: null,
  };
}

/** The largest of shared rows' values are found by sorting them as words of 64 bits. */
const MOST_SORTED = 2n ** 62n;

/** Row measures for the dominance rule: |x| of contributing rows. */
export function addDominance(w: Whole, filter: Bound | null, making: Making): number | null {
  const rule = making.rules.dominance;
  const largest = rule?.n === undefined || rule.k === undefined ? 0 : rule.n;
  const top = Math.max(largest, rule?.p === undefined ? 0 : 2);
  if (top === 0) return null;
  checkDominanceOfJoin(making.question, making.receivers, w.node);
  const { shape } = making;
  const maximum = sizeOf(w);
  const shared = shape.sharedRows !== null;
  const rows = mostRows(shape.pushdown.length, shape.maximumRows, shape.sharedRows ?? 0);
  if (maximum * rows >= 2n ** 127n || (shared && maximum >= MOST_SORTED)) {
    throw new RefusedError('plan/no-bounds', {
      stage: 'plan',
      message: `The dominance rule cannot be checked on ${w.text}: its bounds are too wide.`,
      remedy: 'Declare narrower bounds for its columns in the agreement.',
    });
  }
  const size = `abs(${rowInteger(w)})`;
  const rowSql = filter === null ? size : `CASE WHEN ${print(filter)} THEN ${size} END`;
  const words = wordsForBits(bitsOfDominance(rows, maximum));
  return making.dominances.add(rowSql, () => ({ rowSql, maximum: String(maximum), top, words }), measure('sum', [w], filter));
}
