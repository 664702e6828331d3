/** The accumulator of a comparison among organisations: everybody's own partial, and what is made of them for whom. */
import { RefusedError } from '@sluis/base';
import { amongBits, wordsForBits, type PlanAccumulator, type PlanAggregate, type PlanAmong } from '@sluis/model';
import { isAmong, whatOf } from './bind-among.ts';
import { print, type AggregateNode, type Bound } from './expression.ts';
import { perInput, type Making, type RowMeasure } from './parts.ts';
import { unsupported } from './refusal.ts';
import { filterSql } from './split-sums.ts';
import { extremeSql, sumSql, wholeOf, type Whole } from './whole-number.ts';

type Made = Pick<PlanAggregate, 'accumulators' | 'dictionary'>;

/** Throws RefusedError `plan/one-receiver` unless the question has the one receiver that the result is made for. */
export function amongOf(node: AggregateNode, argument: Bound, contribution: number, making: Making): Made {
  const { shape, question } = making;
  const { aggregate: kind, among } = node;
  if (among === undefined || !isAmong(kind)) throw new RangeError('not a comparison among organisations');
  if (shape.sharedRows !== null) throw unsupported(`${kind} over shared rows`, 'Ask it over a table whose rows stay with its providers.');
  const receiver = receiverOf(node, making);
  const whole = wholeOf(argument, question.table.columns);
  const parameter = kind === 'total_exceeds' ? limitAt(among.parameter, whole.scale) : among.parameter;
  const made: PlanAmong = { what: whatOf(kind), measure: among.measure, receiver, contribution, parameter };
  const accumulator = partialOf(whole, node, made, making);
  const meaning: RowMeasure = { kind: 'sum', nodes: [argument], scales: [whole.scale], filter: node.filter, quantile: 0, dictionary: null };
  const index = making.accumulators.add(print(node), () => accumulator, meaning);
  return { accumulators: [index], dictionary: kind === 'auction_winner' ? shape.pushdown : null };
}

function receiverOf({ aggregate }: AggregateNode, { receivers, shape }: Making): string | null {
  const [receiver, ...others] = receivers;
  const own = receiver !== undefined && shape.pushdown.includes(receiver);
  const place = aggregate === 'my_rank' || aggregate === 'my_quartile' || aggregate === 'auction_won';
  if (receiver === undefined || others.length > 0)
    throw new RefusedError('plan/one-receiver', {
      stage: 'plan',
      message: `${aggregate} has a different result for each receiver, and this question names ${receivers.length}.`,
      remedy: 'Ask with --each-receiver, or name one: --receivers NAME.',
    });
  if (place && !own)
    throw new RefusedError('plan/one-receiver', {
      stage: 'plan',
      party: receiver,
      message: `${aggregate} is about the receiver’s own place, and ${receiver} has no data of its own.`,
      remedy: `Name a data provider as receiver: ${shape.pushdown.join(', ')}.`,
    });
  return own ? receiver : null;
}

/** floor(limit · 10^scale): a whole number of units is above the limit exactly if it is above this. */
function limitAt(fixed: string, scale: number): string {
  const [limit, unit] = [BigInt(fixed), 10n ** BigInt(18 - scale)];
  const quotient = limit / unit;
  return String(limit < 0n && quotient * unit !== limit ? quotient - 1n : quotient);
}

function partialOf(whole: Whole, node: AggregateNode, among: PlanAmong, making: Making): PlanAccumulator {
  const rows = perInput(making);
  const largest = among.measure === 'maximum';
  const sql = largest ? extremeSql('max', whole, filterSql(node.filter), null) : sumSql(whole, rows, filterSql(node.filter));
  const minimum = largest ? whole.minimum : (whole.minimum < 0n ? whole.minimum : 0n) * rows;
  const maximum = largest ? whole.maximum : (whole.maximum > 0n ? whole.maximum : 0n) * rows;
  const draft: PlanAccumulator = {
    kind: 'among',
    sql,
    scale: whole.scale,
    minimum: String(minimum),
    maximum: String(maximum),
    words: 1,
    among,
  };
  const shape = { providers: making.shape.pushdown, maximumRows: making.shape.maximumRows };
  return { ...draft, words: wordsForBits(amongBits(shape, draft)) };
}
