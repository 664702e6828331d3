/** Which aggregates can get noise: those that one row changes by a known amount. */
import { MOST_BINS } from '@sluis/model';
import { isAmong } from './bind-among.ts';
import { aggregatesOf, hasAggregate, print, type AggregateNode } from './expression.ts';
import type { Question } from './question.ts';
import { unsupported } from './refusal.ts';
import type { Sharing } from './sharing.ts';
import { expressionsOf } from './split.ts';
import { binsOf, isExtremeValue, isQuantile } from './split-histogram.ts';
import type { Stability } from './stability.ts';
import type { Typing } from './types.ts';

/** Throws RefusedError `plan/unsupported`, naming what can be asked instead. */
export async function checkNoisyAggregates(
  question: Question,
  sharing: Sharing | null,
  stability: Stability,
  secretKeys: readonly string[],
  typing: Typing,
): Promise<void> {
  const expressions = expressionsOf(question);
  for (const call of expressions.flatMap(aggregatesOf)) {
    checkOne(call, stability);
    if (isQuantile(call.aggregate) || isExtremeValue(call.aggregate)) await checkSearched(call, question, secretKeys, typing);
  }
  if (!expressions.some(hasAggregate) && question.keys.length > 0 && sharing === null)
    throw unsupported(
      'A noisy question that names declared groups only',
      'With noise every declared group is shown, so that it would tell nothing. Ask for COUNT(*) by group.',
    );
}

function checkOne(call: AggregateNode, { unit }: Stability): void {
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
  if (aggregate === 'count_distinct' && unit.kind === 'organisation')
    throw new RangeError('different values are counted on shared rows, where no organisation is bounded');
}

/** What is found in noisy counts of all possible values, group by group. */
async function checkSearched(call: AggregateNode, question: Question, secretKeys: readonly string[], typing: Typing): Promise<void> {
  const [secret] = secretKeys;
  if (secret !== undefined)
    throw unsupported(
      `${print(call)} with noise, in groups of ${secret}, whose values are not declared,`,
      'Noisy quantiles, minima and maxima are found in counts of all possible values in every group. Group by columns with a declared list or range of values.',
    );
  if (call.argument === null || (await binsOf(call.argument, { question, typing })) !== null) return;
  throw unsupported(
    `${print(call)} with noise, of a value with more than ${MOST_BINS.toLocaleString('en')} possible values,`,
    'It is found in noisy counts of all of them. Round the value (x // 100, CAST(x AS INTEGER)) or declare narrower bounds.',
  );
}
