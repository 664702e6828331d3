/** Rounding as the agreement asks for it: every number of rows, and sums of columns that it names; what can't be rounded is refused. */
import { RefusedError } from '@sluis/base';
import type { Agreement, AggregateKind, PlanRounding, RoundingTerms } from '@sluis/model';
import { aggregatesOf, print, type AggregateNode } from './expression.ts';
import type { Question } from './question.ts';
import { expressionsOf, type Split } from './split.ts';

/** Their values show one record, a place among others or a winner, and no number of rows. */
const AS_THEY_ARE: ReadonlySet<AggregateKind> = new Set([
  'min',
  'max',
  'quantile_cont',
  'quantile_disc',
  'my_rank',
  'my_quartile',
  'auction_won',
  'auction_winner',
]);

/**
 * How the plan's values are rounded; null where the agreement asks for nothing. `keys` accumulators of secret keys follow
 * those of the split, and stay as they are. Throws RefusedError `plan/not-rounded`.
 */
export function roundingOf(question: Question, split: Split, keys: number, { output }: Agreement): PlanRounding | null {
  const terms = output.rounding;
  if (terms === undefined) return null;
  const bases: (string | null)[] = [...split.accumulators.map(() => null), ...Array.from({ length: keys }, () => null)];
  for (const node of expressionsOf(question).flatMap(aggregatesOf)) {
    const aggregate = split.aggregates[split.indexOf.get(print(node)) ?? -1];
    if (aggregate === undefined) throw new RangeError('an aggregate of the question is missing');
    const [sum] = aggregate.accumulators;
    if (node.aggregate === 'count' || AS_THEY_ARE.has(node.aggregate) || sum === undefined) continue;
    if (node.aggregate === 'count_distinct') bases[sum] = String(terms.counts);
    else if (node.aggregate === 'sum' || node.aggregate === 'avg')
      bases[sum] = baseOf(node, question, terms, split.accumulators[sum]?.scale ?? 0);
    else throw notRounded(print(node), 'Ask for COUNT, SUM or AVG.');
  }
  return { counts: terms.counts, accumulators: bases };
}

/** The column's declared multiple in the sum's own grid. Only bare columns: a condition or factor inside could make any sum a number of rows. */
function baseOf(node: AggregateNode, question: Question, terms: RoundingTerms, scale: number): string {
  const { argument } = node;
  if (argument?.kind !== 'column') throw notRounded(print(node), 'Sum a column as it is; conditions can stand in FILTER (WHERE …).');
  const place = question.joins.length > 0 ? argument.name.split('.') : [question.tableName, argument.name];
  const declared = terms.sums[place[0] ?? '']?.[place[1] ?? ''];
  if (declared === undefined)
    throw notRounded(print(node), `Ask for counts, or agree on output.rounding.sums.${place.join('.')}: what its sums are rounded to.`);
  const [whole = '', fraction = ''] = declared.split('.');
  const kept = BigInt(whole + fraction.slice(0, scale).padEnd(scale, '0'));
  if (kept < 1n || /[1-9]/.test(fraction.slice(scale)))
    throw notRounded(print(node), `output.rounding.sums.${place.join('.')} is ${declared}, finer than the column's own values.`);
  return String(kept);
}

function notRounded(what: string, remedy: string): RefusedError {
  return new RefusedError('plan/not-rounded', {
    stage: 'plan',
    message: `This agreement rounds what it shows, and ${what} can't be rounded.`,
    remedy,
  });
}
