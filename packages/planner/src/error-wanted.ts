/** `WITHIN 20 AT 95 PERCENT`: how far off each part of a plan may be, in its own grid. */
import { multiplyRationals, parseRational, rational } from '@sluis/math';
import type { ErrorWanted } from './calibrate-error.ts';
import { aggregatesOf, hasAggregate, print } from './expression.ts';
import type { NoisePart } from './noise-parts.ts';
import type { NoiseWanted } from './noise-terms.ts';
import type { Question } from './question.ts';
import { unsupported } from './refusal.ts';
import type { Split } from './split.ts';
import { expressionsOf } from './split.ts';

/** Throws RefusedError `plan/unsupported` where the error of a column depends on the data. */
export function errorWanted(
  within: NonNullable<NoiseWanted['within']>,
  parts: readonly NoisePart[],
  question: Question,
  split: Split,
): ErrorWanted {
  for (const node of expressionsOf(question).flatMap(aggregatesOf))
    if (!/^(count|sum|count_distinct)$/.test(node.aggregate))
      throw unsupported(
        `WITHIN with ${print(node)}`,
        'How far off it is depends on the data. Ask WITHIN of COUNT and SUM, or give an epsilon: WITH NOISE (epsilon = 1).',
      );
  const computed = question.items.find((i) => i.expression.kind !== 'aggregate' && hasAggregate(i.expression));
  if (computed !== undefined)
    throw unsupported(
      `WITHIN with the computed column "${computed.name}"`,
      'Ask WITHIN of COUNT and SUM themselves, or give an epsilon: WITH NOISE (epsilon = 1).',
    );
  const margins = parts.map(({ kind, index }) => {
    const scale = kind === 'accumulators' ? (split.accumulators[index]?.scale ?? 0) : 0;
    const { numerator, denominator } = multiplyRationals(parseRational(within.error), rational(10n ** BigInt(scale)));
    return numerator / denominator;
  });
  return { margins, percent: within.percent };
}
