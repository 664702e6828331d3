/** Comparisons among organisations: how they are written, and what they say to whom. */
import { RefusedError } from '@sluis/base';
import type { AggregateKind, AmongKind, Plan, PlanAmong } from '@sluis/model';
import type { Call } from './bind-aggregate.ts';
import { isClosed, type AggregateNode, type Bound } from './expression.ts';
import { conjunction } from './operations.ts';
import { unsupported } from './refusal.ts';
import { decimalOf, isInteger, isNumber, type Typing } from './types.ts';

const KINDS: Readonly<Record<AmongKind, PlanAmong['what']>> = {
  my_rank: 'rank',
  my_quartile: 'quartile',
  auction_won: 'won',
  auction_price: 'price',
  auction_winner: 'winner',
  total_exceeds: 'exceeds',
};

export const isAmong = (kind: AggregateKind | string): kind is AmongKind => Object.hasOwn(KINDS, kind);
export const whatOf = (kind: AmongKind): PlanAmong['what'] => KINDS[kind];

const TYPES: Readonly<Record<AmongKind, string | null>> = {
  my_rank: 'BIGINT',
  my_quartile: 'BIGINT',
  auction_won: 'BOOLEAN',
  auction_price: null,
  auction_winner: 'VARCHAR',
  total_exceeds: 'BOOLEAN',
};

/**
 * my_rank(x [, 'sum']), my_quartile(x [, 'sum']): by the mean of x, or its sum; auction_won(bid), auction_winner(bid),
 * auction_price(bid, 1 | 2): by each organisation's largest bid; total_exceeds(x, limit): by everybody's sum.
 */
export async function amongAggregate(call: Call, kind: AmongKind, typing: Typing): Promise<AggregateNode> {
  const { name, args } = call;
  const [argument, second] = args;
  const withSecond = kind === 'auction_price' || kind === 'total_exceeds';
  const bare = kind === 'auction_won' || kind === 'auction_winner';
  const fits = args.length === 1 ? !withSecond : args.length === 2 && !bare;
  if (argument === undefined || !fits) throw unsupported(`${name} with ${args.length} arguments`, USAGE[kind]);
  if (
    !isNumber(argument.type) ||
    (withSecond && kind === 'auction_price' && !isInteger(argument.type) && decimalOf(argument.type) === null)
  )
    throw new RefusedError('plan/type-mismatch', {
      stage: 'plan',
      message: `${name} of ${argument.type} is not supported.`,
      remedy: 'Use it on whole numbers or decimals.',
    });
  const filter = await conjunction(call.filters, typing);
  const among = { measure: measureOf(kind, second), parameter: parameterOf(kind, second) };
  return {
    kind: 'aggregate',
    aggregate: kind,
    argument,
    filter,
    among,
    type: TYPES[kind] ?? argument.type,
    interval: null,
    nullable: true,
  };
}

const USAGE: Readonly<Record<AmongKind, string>> = {
  my_rank: "Give the value, and 'sum' if not the mean of rows is compared: my_rank(x) or my_rank(x, 'sum').",
  my_quartile: "Give the value, and 'sum' if not the mean of rows is compared: my_quartile(x) or my_quartile(x, 'sum').",
  auction_won: 'Give the bid: auction_won(bid).',
  auction_price: 'Give the bid, and 1 for the highest price or 2 for the second highest: auction_price(bid, 2).',
  auction_winner: 'Give the bid: auction_winner(bid).',
  total_exceeds: 'Give the value and the limit, a plain number: total_exceeds(exposure, 5000000).',
};

function measureOf(kind: AmongKind, second: Bound | undefined): PlanAmong['measure'] {
  if (kind.startsWith('auction')) return 'maximum';
  if (kind === 'total_exceeds') return 'sum';
  if (second === undefined) return 'mean';
  if (second.kind === 'constant' && second.text.toLowerCase() === "'sum'") return 'sum';
  if (second.kind === 'constant' && second.text.toLowerCase() === "'avg'") return 'mean';
  throw unsupported(`Such a second argument of ${kind}`, USAGE[kind]);
}

/** The rank of the price, or the limit in units of 10^−18. */
function parameterOf(kind: AmongKind, second: Bound | undefined): string {
  if (kind !== 'auction_price' && kind !== 'total_exceeds') return '';
  const exact = second !== undefined && isClosed(second) && isNumber(second.type) ? second.interval : null;
  if (exact === null || exact.lo !== exact.hi) throw unsupported(`Such a second argument of ${kind}`, USAGE[kind]);
  if (kind === 'total_exceeds') return String(exact.lo);
  const rank = exact.lo / 10n ** 18n;
  if (rank * 10n ** 18n !== exact.lo || (rank !== 1n && rank !== 2n)) throw unsupported(`The price number of ${kind}`, USAGE[kind]);
  return String(rank);
}

/** For explain: what such a comparison tells, and that nothing else of it is opened. */
export function amongSentences(plan: Plan): string[] {
  return plan.aggregates.flatMap((a) => {
    if (!isAmong(a.kind)) return [];
    const to = plan.receivers[0] ?? '';
    const own = plan.providers.includes(to);
    return [`${a.sql} is computed on secrets for ${to} alone: ${MEANINGS[a.kind](own)}. No organisation’s value is opened for it.`];
  });
}

const MEANINGS: Readonly<Record<AmongKind, (own: boolean) => string>> = {
  my_rank: () => 'its own place among the organisations that have rows, 1 for the largest value',
  my_quartile: () => 'in which quarter of the organisations that have rows it stands, 1 for the largest values',
  auction_won: () => 'whether its own largest bid is the highest of all (the organisation listed first wins a tie)',
  auction_price: (own) =>
    own ? 'the price if it has won, which is a bid of an organisation, else NULL' : 'the price, which is a bid of an organisation',
  auction_winner: () => 'which organisation has the highest bid',
  total_exceeds: (own) =>
    `whether the total is above the limit${own ? ', in groups where it has rows itself' : ''}; asked again with other limits, it narrows the total down`,
};
