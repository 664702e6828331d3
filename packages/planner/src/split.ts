/**
 * Pass 5, split: what each provider computes in its own engine (counts, sums, sums of squares, extremes per group),
 * and which aggregates of the question are made of them. Equal parts are computed once. Beside every part stands what
 * it means for a single row, for the rows that are shared.
 */
import type { OutputRules, PlanAccumulator, PlanAggregate, PlanContribution, PlanDominance, PlanHistogram } from '@sluis/model';
import { centresOf, plainWhole, summedWhole, sumsOf } from './centred-sums.ts';
import { isPair } from './bind-aggregate.ts';
import { isAmong } from './bind-among.ts';
import { requireOneTerm } from './dominance-terms.ts';
import { aggregatesOf, print, type AggregateNode, type Bound } from './expression.ts';
import { conjunction, presence } from './operations.ts';
import { Parts, type InputShape, type Making, type Placing, type RowCondition, type RowMeasure } from './parts.ts';
import type { Question } from './question.ts';
import { amongOf } from './split-among.ts';
import { histogramOf, isExtremeValue, isQuantile } from './split-histogram.ts';
import { pairParts } from './split-pairs.ts';
import { addDominance, addSquares, addSum, distinctOf, extremeOf, filterSql, quantileOf } from './split-sums.ts';
import type { Typing } from './types.ts';
import { wholeOf } from './whole-number.ts';

export interface Split {
  readonly contributions: readonly PlanContribution[];
  readonly accumulators: readonly PlanAccumulator[];
  readonly dominances: readonly PlanDominance[];
  readonly histograms: readonly PlanHistogram[];
  readonly aggregates: readonly PlanAggregate[];
  /** Index of the aggregate that a node became, by its printed text. */
  readonly indexOf: ReadonlyMap<string, number>;
  /** Aggregates that must pass wherever this one is shown, by index. */
  readonly companions: ReadonlyMap<number, number>;
  /** Per contribution and accumulator, what it means for one row. */
  readonly conditions: readonly RowCondition[];
  readonly measures: readonly RowMeasure[];
  /** Per histogram, the value that rows are counted by. */
  readonly placings: readonly Placing[];
  /** Per dominance, the value whose size it tests. */
  readonly sizes: readonly RowMeasure[];
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

/** `extra` are aggregates that no expression names (the COUNT(*) of a question that shows keys only). */
export async function split(
  question: Question,
  rules: OutputRules,
  typing: Typing,
  shape: InputShape,
  extra: readonly AggregateNode[],
  receivers: readonly string[] = [],
  noisy = false,
): Promise<Split> {
  const making: Making = {
    question,
    rules,
    typing,
    shape,
    receivers,
    sums: noisy ? sumsOf(expressionsOf(question).flatMap(aggregatesOf)) : null,
    contributions: new Parts(),
    accumulators: new Parts(),
    dominances: new Parts(),
    histograms: new Parts(),
  };
  const aggregates = new Parts<PlanAggregate, null>();
  const companions = new Map<number, number>();
  const add = async (node: AggregateNode): Promise<number> => {
    const key = print(node);
    const known = aggregates.index.get(key);
    if (known !== undefined) return known;
    const { companion, aggregate } = await aggregateOf(node, making);
    const index = aggregates.add(key, () => aggregate, null);
    if (companion !== null) companions.set(index, await add(companion));
    return index;
  };
  for (const node of [...expressionsOf(question).flatMap(aggregatesOf), ...extra]) await add(node);
  return {
    contributions: making.contributions.list,
    accumulators: making.accumulators.list,
    dominances: making.dominances.list,
    histograms: making.histograms.list,
    aggregates: aggregates.list,
    indexOf: aggregates.index,
    companions,
    conditions: making.contributions.meanings,
    measures: making.accumulators.meanings,
    placings: making.histograms.meanings,
    sizes: making.dominances.meanings,
  };
}

export function expressionsOf(question: Question): Bound[] {
  return [
    ...question.items.map((i) => i.expression),
    ...(question.having === null ? [] : [question.having]),
    ...question.orders.map((o) => o.expression),
  ];
}

interface Made {
  readonly aggregate: PlanAggregate;
  readonly companion: AggregateNode | null;
}

async function aggregateOf(node: AggregateNode, making: Making): Promise<Made> {
  const { aggregate: kind, argument, second } = node;
  const pair = isPair(kind) && argument !== null && second !== undefined;
  const filter = pair ? await withBoth(node, [argument, second], making.typing) : node.filter;
  const counts = !pair && argument?.nullable === true;
  const counted = counts ? `count(${print(argument)})` : 'count(*)';
  const text = counted + filterSql(filter);
  const contribution = making.contributions.add(text, () => ({ sql: text }), { filter, present: counts ? [argument] : [] });
  const base = { kind, sql: print(node), type: node.type, contribution, dominance: null, dictionary: null };
  if (pair) {
    const { companion, ...parts } = pairParts(node, argument, second, filter, making);
    return { aggregate: { ...base, ...parts }, companion };
  }
  const parts: SingleParts =
    argument === null || kind === 'count' ? { accumulators: [] } : await singleParts(node, argument, contribution, making);
  return { aggregate: { ...base, ...parts }, companion: null };
}

async function withBoth(node: AggregateNode, values: readonly Bound[], typing: Typing): Promise<Bound | null> {
  return conjunction([...(node.filter === null ? [] : [node.filter]), ...(await presence(values, typing))], typing);
}

type SingleParts = Pick<PlanAggregate, 'accumulators'> & Partial<Pick<PlanAggregate, 'dominance' | 'dictionary' | 'centres'>>;

async function singleParts(node: AggregateNode, argument: Bound, contribution: number, making: Making): Promise<SingleParts> {
  const { aggregate: kind, filter } = node;
  // With noise there is no minimum, but a value near it; it is found in counts, whoever has the rows.
  if (making.sums !== null && (isExtremeValue(kind) || isQuantile(kind))) return histogramOf(node, argument, contribution, making);
  if (kind === 'min' || kind === 'max') return extremeOf(kind, argument, filter, making);
  if (node.among !== undefined && isAmong(kind)) {
    const among = amongOf(node, argument, contribution, making);
    // Asked with other limits again and again, it tells the sum: so it is shown where the sum would be.
    return kind === 'total_exceeds' ? { ...among, dominance: dominanceOf(node, argument, making) } : among;
  }
  if (making.shape.sharedRows === null && isQuantile(kind)) return histogramOf(node, argument, contribution, making);
  if (kind === 'count_distinct') return distinctOf(node, argument, making);
  if (kind === 'quantile_cont' || kind === 'quantile_disc') return quantileOf(node, argument, making);
  const whole = kind === 'sum' ? plainWhole(argument, making) : summedWhole(argument, filter, making, kind !== 'avg');
  const accumulators = [addSum(whole, filter, making, kind === 'sum')];
  if (kind !== 'sum' && kind !== 'avg') accumulators.push(addSquares(whole, filter, making));
  return { accumulators, dominance: dominanceOf(node, argument, making), ...centresOf([whole]) };
}

function dominanceOf({ aggregate, filter }: AggregateNode, argument: Bound, making: Making): number | null {
  const dominance = addDominance(wholeOf(argument, making.question.table.columns), filter, making);
  if (dominance !== null) requireOneTerm(aggregate, argument);
  return dominance;
}
