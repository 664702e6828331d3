/** Aggregate calls: their names, arguments and types, and which row-wise conditions they imply. */
import { RefusedError } from '@sluis/base';
import type { AggregateKind, PairKind } from '@sluis/model';
import { operandOf } from './arithmetic.ts';
import { amongAggregate, isAmong } from './bind-among.ts';
import { AGGREGATES } from './catalogue.ts';
import { aggregateCall, isClosed, type AggregateNode, type Bound } from './expression.ts';
import { refuseFunction } from './not-supported.ts';
import { asCondition, conjunction, presence } from './operations.ts';
import { unsupported } from './refusal.ts';
import { isNumber, type Typing } from './types.ts';

/** A call as it was read: `ordered` are arguments given by WITHIN GROUP (ORDER BY …). */
export interface Call {
  readonly name: string;
  readonly args: readonly Bound[];
  readonly filters: readonly Bound[];
  readonly distinct: boolean;
}

const PAIRS = /^(covar_pop|covar_samp|corr|regr_slope|regr_intercept|regr_r2|regr_sxx|regr_syy|regr_sxy)$/;
export const isPair = (kind: AggregateKind): kind is PairKind => PAIRS.test(kind);
/** Kinds that need all rows together, so that partial results of organisations can't be combined. */
export const needsRows = (kind: AggregateKind): boolean => kind === 'count_distinct' || kind.startsWith('quantile_');

/** Throws RefusedError `plan/unsupported` or `plan/type-mismatch`. */
export async function makeAggregate(call: Call, typing: Typing): Promise<AggregateNode> {
  const { name } = call;
  const kind = AGGREGATES.get(name) ?? '';
  if (call.distinct && kind !== 'count') {
    if (kind === 'min' || kind === 'max') return makeAggregate({ ...call, distinct: false }, typing);
    throw unsupported(`${name}(DISTINCT …)`, 'Only COUNT(DISTINCT x) is; leave DISTINCT out, or group by the column.');
  }
  if (PAIRS.test(kind) || kind.startsWith('pair_')) return pairAggregate(call, kind, typing);
  if (kind === 'quantile_cont' || kind === 'quantile_disc') return quantile(call, kind, typing);
  if (isAmong(kind)) return amongAggregate(call, kind, typing);
  return singleAggregate(call, kind, typing);
}

async function singleAggregate(call: Call, kind: string, typing: Typing): Promise<AggregateNode> {
  const { name, args } = call;
  const filters = [...call.filters];
  const [argument] = args;
  if (args.length !== (name === 'count_star' ? 0 : 1)) {
    throw unsupported(`${name} with ${args.length} arguments`, 'Give one argument; min(x, n) and max(x, n) would reveal single rows.');
  }
  if (kind === 'count_if' && argument !== undefined) filters.push(await asCondition(argument, typing));
  const filter = await conjunction(filters, typing);
  if (call.distinct && argument !== undefined) return { ...counted(filter), aggregate: 'count_distinct', argument };
  if (kind === 'count' || kind === 'count_if') {
    return { ...counted(filter), argument: kind === 'count_if' || argument === undefined || !argument.nullable ? null : argument };
  }
  if (argument === undefined) throw refuseFunction(name);
  checkArgument(name, kind, argument);
  const type = await typing.of([operandOf(argument)], ([a]) => `${kind}(${a})`);
  return { kind: 'aggregate', aggregate: kind as AggregateKind, argument, filter, type, interval: null, nullable: true };
}

const counted = (filter: Bound | null): AggregateNode => ({
  kind: 'aggregate',
  aggregate: 'count',
  argument: null,
  filter,
  type: 'BIGINT',
  interval: null,
  nullable: false,
});

function checkArgument(name: string, kind: string, argument: Bound): void {
  const ordered = kind === 'min' || kind === 'max';
  const summed = isNumber(argument.type) || (argument.type === 'BOOLEAN' && kind === 'sum');
  if (ordered ? argument.type !== 'INTERVAL' && argument.type !== 'TIME' && argument.type !== 'NULL' : summed) return;
  throw mismatch(
    `${name} of ${argument.type} is not supported.`,
    ordered
      ? 'Use it on numbers, dates, timestamps, BOOLEAN or text with a declared domain.'
      : 'Use it on numbers; date_diff gives a number of days.',
  );
}

const mismatch = (message: string, remedy: string): RefusedError =>
  new RefusedError('plan/type-mismatch', { stage: 'plan', message, remedy });

/** Statistics of y and x over the rows that have both. Counts and averages of such rows are ordinary aggregates. */
async function pairAggregate(call: Call, kind: string, typing: Typing): Promise<AggregateNode> {
  const { name, args } = call;
  const [argument, second] = args;
  if (argument === undefined || second === undefined || args.length > 2)
    throw unsupported(`${name} with ${args.length} arguments`, `Give two: ${name}(y, x).`);
  const wrong = args.find((a) => !isNumber(a.type));
  if (wrong !== undefined) throw mismatch(`${name} of ${wrong.type} is not supported.`, 'Use it on two numbers.');
  const both = await conjunction([...call.filters, ...(await presence(args, typing))], typing);
  if (kind === 'pair_count') return counted(both);
  if (kind.startsWith('pair_')) {
    const one = kind === 'pair_avgx' ? second : argument;
    const type = await typing.of([operandOf(one)], ([a]) => `avg(${a})`);
    return { kind: 'aggregate', aggregate: 'avg', argument: one, filter: both, type, interval: null, nullable: true };
  }
  const filter = await conjunction(call.filters, typing);
  const type = await typing.of(args.map(operandOf), ([a, b]) => `${kind}(${a}, ${b})`);
  return { kind: 'aggregate', aggregate: kind as PairKind, argument, second, filter, type, interval: null, nullable: true };
}

const TEN_THOUSANDTHS = 10n ** 14n;

async function quantile(call: Call, kind: 'quantile_cont' | 'quantile_disc', typing: Typing): Promise<AggregateNode> {
  const { name, args } = call;
  const [argument, at] = args;
  if (argument === undefined || args.length !== (name === 'median' ? 1 : 2))
    throw unsupported(
      `${name} with ${args.length} arguments`,
      name === 'median' ? 'Give one.' : `Give the value and a fraction: ${name}(x, 0.25).`,
    );
  const fixed = name === 'median' ? 5000n * TEN_THOUSANDTHS : at !== undefined && isClosed(at) ? (at.interval?.lo ?? null) : null;
  if (fixed === null || fixed < 0n || fixed > 10n ** 18n || fixed % TEN_THOUSANDTHS !== 0n)
    throw unsupported(`${name} at such a fraction`, 'Give one number from 0 to 1 with at most four decimals.');
  const continuous = kind === 'quantile_cont';
  if (!isNumber(argument.type) && (continuous || !/^(DATE|TIMESTAMP|BOOLEAN|VARCHAR)$/.test(argument.type)))
    throw mismatch(
      `${name} of ${argument.type} is not supported.`,
      'Use it on numbers; quantile_disc takes dates, timestamps and text with a declared domain too.',
    );
  const fraction = Number(fixed / TEN_THOUSANDTHS);
  const filter = await conjunction(call.filters, typing);
  const draft: AggregateNode = {
    kind: 'aggregate',
    aggregate: kind,
    argument,
    fraction,
    filter: null,
    type: '',
    interval: null,
    nullable: true,
  };
  const type = await typing.of([operandOf(argument)], ([a]) => aggregateCall(draft, a ?? ''));
  return { ...draft, filter, type };
}

/**
 * A fraction (in ten-thousandths) that is near to the smallest or the largest value: in any group, or, where a group has
 * as few rows as it may have, made of it. Two quantiles between the same two rows give both away, so one that is
 * interpolated counts as both. A median is never extreme: of one or two rows it tells no more than their mean does.
 */
export function isExtreme(kind: AggregateKind, fraction: number, fewestRows: number): boolean {
  if (fraction < 500 || fraction > 9500) return true;
  if (fewestRows < 3 || fraction === 5000) return false;
  const last = 10_000 * (fewestRows - 1);
  const place = kind === 'quantile_disc' ? 10_000 * (Math.ceil((fraction * fewestRows) / 10_000) - 1) : fraction * (fewestRows - 1);
  return place < 10_000 || place > last - 10_000;
}
