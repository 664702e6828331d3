/** Quantiles of rows that stay with their providers: found on secrets in a histogram with one count per possible value. */
import {
  type AggregateKind,
  MOST_BINS,
  type PlanAccumulator,
  type PlanAggregate,
  type PlanQuantile,
  signedBits,
  wordsForBits,
} from '@sluis/model';
import { print, type AggregateNode, type Bound } from './expression.ts';
import type { Making, Placing } from './parts.ts';
import { quoteText } from './quote.ts';
import { unsupported } from './refusal.ts';
import { orderedWhole } from './split-sums.ts';
import { rowInteger, sizeOf, type Whole } from './whole-number.ts';

export const isQuantile = (kind: AggregateKind): boolean => kind === 'quantile_cont' || kind === 'quantile_disc';

export const isExtremeValue = (kind: AggregateKind): kind is 'min' | 'max' => kind === 'min' || kind === 'max';

/** Decimals of ten-thousandths. */
const CONTINUOUS_DIGITS = 4;

/** Number of values between an expression's bounds; null if they are too many to count each. */
export async function binsOf(argument: Bound, making: Pick<Making, 'question' | 'typing'>): Promise<number | null> {
  const { whole } = await orderedWhole(argument, making);
  const size = whole.maximum - whole.minimum + 1n;
  return size > BigInt(MOST_BINS) ? null : Number(size);
}

/** A row's value as an integer: days, microseconds, positions in the list, or units of its scale. */
function ordinalSql(w: Whole, dictionary: readonly string[] | null): string {
  if (dictionary !== null) return `list_position([${dictionary.map(quoteText).join(', ')}], ${w.text}) - 1`;
  if (w.node.type === 'DATE') return `(${w.text}) - DATE '1970-01-01'`;
  if (w.node.type === 'TIMESTAMP') return `epoch_us(${w.text})`;
  return rowInteger(w);
}

type Made = Pick<PlanAggregate, 'accumulators' | 'dictionary'>;

/** Ten-thousandths of the rows; of a noisy minimum or maximum the end, with a rank that follows from the noise. */
function placeOf({ aggregate, fraction = 0 }: AggregateNode): Pick<PlanQuantile, 'at' | 'rank'> {
  return isExtremeValue(aggregate) ? { at: aggregate === 'min' ? 0 : 10_000, rank: '1' } : { at: fraction };
}

/** Throws RefusedError `plan/unsupported` if the value has more than `MOST_BINS` possible values. */
export async function histogramOf(node: AggregateNode, argument: Bound, contribution: number, making: Making): Promise<Made> {
  const size = await binsOf(argument, making);
  if (size === null)
    throw unsupported(
      `${print(node)}: a value with more than ${MOST_BINS} possible values, over rows that stay with their providers,`,
      'Round it (CAST(x AS INTEGER), x / 100), declare narrower bounds, or ask over a table of which rows are deposited.',
    );
  const { whole, dictionary } = await orderedWhole(argument, making);
  const integer = ordinalSql(whole, dictionary);
  const offset = whole.minimum === 0n ? integer : `(${integer}) - (${whole.minimum})`;
  const rowSql = node.filter === null ? offset : `CASE WHEN ${print(node.filter)} THEN ${offset} END`;
  const value = { nodes: [argument], scales: [whole.scale], filter: node.filter, quantile: 0, dictionary };
  const placing: Placing = { measure: { ...value, kind: 'sum' }, low: whole.minimum };
  const histogram = making.histograms.add(rowSql, () => ({ rowSql, size }), placing);
  const continuous = node.aggregate === 'quantile_cont';
  const factor = continuous ? 10n ** BigInt(CONTINUOUS_DIGITS) : 1n;
  const low = { minimum: whole.minimum - BigInt(size), maximum: whole.maximum + 1n };
  const accumulator: PlanAccumulator = {
    kind: 'histogram',
    sql: 'CAST(NULL AS HUGEINT)',
    scale: whole.scale + (continuous ? CONTINUOUS_DIGITS : 0),
    minimum: '0',
    maximum: '0',
    words: wordsForBits(signedBits(sizeOf(low) * factor)),
    quantile: { histogram, contribution, ...placeOf(node), continuous, low: String(whole.minimum) },
  };
  return { accumulators: [making.accumulators.add(print(node), () => accumulator, { ...value, kind: 'histogram' })], dictionary };
}
