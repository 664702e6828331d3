/**
 * Pass 5, split: what each provider computes in its own engine (counts, sums, sums of squares, extremes per group),
 * and which aggregates of the question are made of them. Equal parts are computed once.
 */
import { RefusedError } from '@sluis/base';
import {
  comparisonBits,
  dominanceBits,
  signedBits,
  wordsForBits,
  type OutputRules,
  type PlanAccumulator,
  type PlanAggregate,
  type PlanContribution,
  type PlanDominance,
} from '@sluis/model';
import { domainOf } from './domains.ts';
import { requireOneTerm } from './dominance-terms.ts';
import { aggregatesOf, print, type AggregateNode, type Bound } from './expression.ts';
import type { Question } from './question.ts';
import { quoteText } from './quote.ts';
import { decimalOf, isFloat, type Typing } from './types.ts';
import { extremeSql, rowInteger, sizeOf, squareSumSql, sumSql, wholeOf, type Whole } from './whole-number.ts';

export interface Split {
  readonly contributions: readonly PlanContribution[];
  readonly accumulators: readonly PlanAccumulator[];
  readonly dominances: readonly PlanDominance[];
  readonly aggregates: readonly PlanAggregate[];
  /** Index of the aggregate that a node became, by its printed text. */
  readonly indexOf: ReadonlyMap<string, number>;
}

export const COUNT_ROWS: AggregateNode = {
  kind: 'aggregate',
  aggregate: 'count',
  argument: null,
  filter: null,
  type: 'BIGINT',
  interval: null,
  nullable: false,
};

/** Collects parts without repetition. */
class Parts<T> {
  readonly list: T[] = [];
  readonly #seen = new Map<string, number>();

  add(key: string, make: () => T): number {
    const known = this.#seen.get(key);
    if (known !== undefined) return known;
    this.#seen.set(key, this.list.length);
    this.list.push(make());
    return this.list.length - 1;
  }

  get index(): ReadonlyMap<string, number> {
    return this.#seen;
  }
}

interface Making {
  readonly question: Question;
  readonly rules: OutputRules;
  readonly typing: Typing;
  readonly rows: bigint;
  readonly providers: bigint;
  readonly contributions: Parts<PlanContribution>;
  readonly accumulators: Parts<PlanAccumulator>;
  readonly dominances: Parts<PlanDominance>;
}

/** `extra` are aggregates that no expression names (the COUNT(*) of a question that shows keys only). */
export async function split(question: Question, rules: OutputRules, typing: Typing, extra: readonly AggregateNode[]): Promise<Split> {
  const making: Making = {
    question,
    rules,
    typing,
    rows: BigInt(question.table.maximum_rows),
    providers: BigInt(question.table.providers.length),
    contributions: new Parts(),
    accumulators: new Parts(),
    dominances: new Parts(),
  };
  const aggregates = new Parts<PlanAggregate>();
  for (const node of [...expressionsOf(question).flatMap(aggregatesOf), ...extra]) {
    const key = print(node);
    if (aggregates.index.has(key)) continue;
    const made = await aggregateOf(node, making);
    aggregates.add(key, () => made);
  }
  const { contributions, accumulators, dominances } = making;
  return {
    contributions: contributions.list,
    accumulators: accumulators.list,
    dominances: dominances.list,
    aggregates: aggregates.list,
    indexOf: aggregates.index,
  };
}

export function expressionsOf(question: Question): Bound[] {
  return [
    ...question.items.map((i) => i.expression),
    ...(question.having === null ? [] : [question.having]),
    ...question.orders.map((o) => o.expression),
  ];
}

const filterSql = (filter: Bound | null): string => (filter === null ? '' : ` FILTER (WHERE ${print(filter)})`);

async function aggregateOf(node: AggregateNode, making: Making): Promise<PlanAggregate> {
  const { aggregate: kind, argument } = node;
  const filter = filterSql(node.filter);
  const counted = argument === null || !argument.nullable ? 'count(*)' : `count(${print(argument)})`;
  const contribution = making.contributions.add(counted + filter, () => ({ sql: counted + filter }));
  const base = { kind, sql: print(node), type: node.type, contribution, dominance: null, dictionary: null };
  if (argument === null || kind === 'count') return { ...base, accumulators: [] };
  if (kind === 'min' || kind === 'max') return { ...base, ...(await extremeOf(kind, argument, filter, making)) };
  const whole = wholeOf(argument, making.question.table.columns);
  const accumulators = [addSum(whole, filter, making, kind === 'sum')];
  if (kind !== 'sum' && kind !== 'avg') accumulators.push(addSquares(whole, filter, making));
  const dominance = addDominance(whole, node.filter, making);
  if (dominance !== null) requireOneTerm(kind, argument);
  return { ...base, accumulators, dominance };
}

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

function addSum(w: Whole, filter: string, making: Making, shown: boolean): number {
  const sql = sumSql(w, making.rows, filter);
  const minimum = orZero(w.minimum, true) * making.rows;
  const maximum = orZero(w.maximum, false) * making.rows;
  const total = sizeOf({ minimum, maximum }) * making.providers;
  const limit = decimalOf(w.node.type) === null ? 2n ** 127n : 10n ** 38n;
  if (shown && !isFloat(w.node.type) && total >= limit) {
    throw new RefusedError('plan/no-bounds', {
      stage: 'plan',
      message: `The sum of ${w.text} over all organisations could exceed the 38 digits that DuckDB holds.`,
      remedy: 'Declare narrower bounds or a smaller maximum_rows in the agreement.',
    });
  }
  return making.accumulators.add(`sum ${sql}`, () => accumulator('sum', sql, w.scale, minimum, maximum, signedBits(total)));
}

function addSquares(w: Whole, filter: string, making: Making): number {
  const sql = squareSumSql(w, making.rows, filter);
  const maximum = sizeOf(w) ** 2n * making.rows;
  return making.accumulators.add(`sum ${sql}`, () =>
    accumulator('sum', sql, 2 * w.scale, 0n, maximum, signedBits(maximum * making.providers)),
  );
}

async function extremeOf(
  kind: 'min' | 'max',
  argument: Bound,
  filter: string,
  making: Making,
): Promise<Pick<PlanAggregate, 'accumulators' | 'dictionary'>> {
  const { table } = making.question;
  const dictionary = argument.type === 'VARCHAR' ? (await domainOf(argument, table, making.typing)).values.filter((v) => v !== null) : null;
  const bounds = dictionary === null ? null : { lo: 0n, hi: BigInt(Math.max(dictionary.length - 1, 0)) * 10n ** 18n };
  const whole =
    bounds === null
      ? wholeOf(argument, table.columns)
      : { node: argument, text: print(argument), scale: 0, minimum: 0n, maximum: bounds.hi / 10n ** 18n };
  const sql = extremeSql(kind, whole, filter, dictionary === null ? null : `[${dictionary.map(quoteText).join(', ')}]`);
  const { minimum, maximum } = whole;
  const bits = Math.max(
    signedBits(sizeOf({ minimum: minimum - 1n, maximum: maximum + 1n })),
    comparisonBits({ minimum: String(minimum), maximum: String(maximum) }),
  );
  return {
    accumulators: [making.accumulators.add(`${kind} ${sql}`, () => accumulator(kind, sql, whole.scale, minimum, maximum, bits))],
    dictionary,
  };
}

/** Row measures for the dominance rule: |x| of contributing rows. */
function addDominance(w: Whole, filter: Bound | null, making: Making): number | null {
  const rule = making.rules.dominance;
  const largest = rule?.n === undefined || rule.k === undefined ? 0 : rule.n;
  const top = Math.max(largest, rule?.p === undefined ? 0 : 2);
  if (top === 0) return null;
  const maximum = sizeOf(w);
  if (maximum * making.rows >= 2n ** 127n) {
    throw new RefusedError('plan/no-bounds', {
      stage: 'plan',
      message: `The dominance rule cannot be checked on ${w.text}: its bounds are too wide.`,
      remedy: 'Declare narrower bounds for its columns in the agreement.',
    });
  }
  const size = `abs(${rowInteger(w)})`;
  const rowSql = filter === null ? size : `CASE WHEN ${print(filter)} THEN ${size} END`;
  const shape = { providers: making.question.table.providers, maximumRows: making.question.table.maximum_rows };
  const words = wordsForBits(dominanceBits(shape, { maximum: String(maximum) }));
  return making.dominances.add(rowSql, () => ({ rowSql, maximum: String(maximum), top, words }));
}
