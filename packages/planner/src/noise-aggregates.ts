/** Which aggregates can get noise: those that one row changes by a known amount. */
import { isAmong } from './bind-among.ts';
import { aggregatesOf, hasAggregate, print, type AggregateNode } from './expression.ts';
import type { Question } from './question.ts';
import { unsupported } from './refusal.ts';
import type { Sharing } from './sharing.ts';
import { expressionsOf } from './split.ts';
import { isExtremeValue, isQuantile } from './split-histogram.ts';
import type { Stability } from './stability.ts';

/** Throws RefusedError `plan/unsupported`, naming what can be asked instead. */
export function checkNoisyAggregates(question: Question, sharing: Sharing | null, stability: Stability): void {
  const expressions = expressionsOf(question);
  for (const call of expressions.flatMap(aggregatesOf)) checkOne(call, sharing, stability);
  if (!expressions.some(hasAggregate) && question.keys.length > 0 && sharing === null)
    throw unsupported(
      'A noisy question that names declared groups only',
      'With noise every declared group is shown, so that it would tell nothing. Ask for COUNT(*) by group.',
    );
}

function checkOne(call: AggregateNode, sharing: Sharing | null, { unit }: Stability): void {
  const { aggregate, bin } = call;
  if (bin !== undefined)
    throw unsupported(
      'A histogram with noise',
      `Ask for COUNT(*) by group (GROUP BY ${print(bin.of)}): a row is then noticed in one group only.`,
    );
  if (isAmong(aggregate))
    throw unsupported(
      `${aggregate} with noise`,
      'It compares single organisations. Ask for SUM or AVG, or leave the noise out where the agreement allows it.',
    );
  if ((isQuantile(aggregate) || isExtremeValue(aggregate)) && sharing !== null)
    throw unsupported(
      `${print(call)} with noise, over rows that are shared,`,
      'Noisy quantiles are found in counts of all possible values, of rows that stay with their providers. Round the value (x // 100, CAST(x AS INTEGER)) or declare narrower bounds, so that it has few of them.',
    );
  if (aggregate === 'count_distinct' && unit.kind === 'organisation')
    throw new RangeError('different values are counted on shared rows, where no organisation is bounded');
}
