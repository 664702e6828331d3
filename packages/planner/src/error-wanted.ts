/** `WITHIN 20 AT 95 PERCENT`, or `WITHIN 20 ROWS …`: how far off each part of a plan may be, in its own grid or in rows. */
import { multiplyRationals, parseRational, rational } from '@sluis/math';
import { type ErrorWanted, outsideOf } from './calibrate-error.ts';
import { aggregatesOf, hasAggregate, print, type AggregateNode } from './expression.ts';
import type { NoisePart } from './noise-parts.ts';
import type { NoiseWanted } from './noise-terms.ts';
import type { Question } from './question.ts';
import { unsupported } from './refusal.ts';
import type { Found } from './rows-off.ts';
import type { Split } from './split.ts';
import { expressionsOf } from './split.ts';
import { isExtremeValue, isQuantile } from './split-histogram.ts';

type Within = NonNullable<NoiseWanted['within']>;

/** Throws RefusedError `plan/unsupported` where the error of a column depends on the data, or is none in rows. */
export function errorWanted(within: Within, parts: readonly NoisePart[], question: Question, split: Split): ErrorWanted {
  for (const node of expressionsOf(question).flatMap(aggregatesOf)) checkKind(node, within);
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
  const found = parts.map(({ kind, index }) => (kind === 'histograms' ? foundIn(split, index) : null));
  return { margins, found, percent: within.percent };
}

function checkKind(node: AggregateNode, { error, percent, rows }: Within): void {
  const { aggregate } = node;
  const ranked = isQuantile(aggregate) || isExtremeValue(aggregate);
  if (/^(count|count_distinct)$/.test(aggregate) || (rows === true ? ranked : aggregate === 'sum')) return;
  if (ranked)
    throw unsupported(
      `WITHIN with ${print(node)}`,
      `How far off it is in its own unit depends on the data; in rows it does not. Ask for that: WITHIN ${/^\d+$/.test(error) ? error : '20'} ROWS AT ${percent} PERCENT. Or give an epsilon: WITH NOISE (epsilon = 1).`,
    );
  if (rows === true)
    throw unsupported(
      `WITHIN … ROWS with ${print(node)}`,
      'It is no number of rows, nor the value of one. Ask WITHIN … ROWS of COUNT, MEDIAN, QUANTILE_CONT, QUANTILE_DISC, MIN and MAX.',
    );
  throw unsupported(
    `WITHIN with ${print(node)}`,
    'How far off it is depends on the data. Ask WITHIN of COUNT and SUM, or give an epsilon: WITH NOISE (epsilon = 1).',
  );
}

/** What is found in the bins of a histogram. */
function foundIn(split: Split, histogram: number): Found[] {
  const size = split.histograms[histogram]?.size ?? 1;
  return split.accumulators.flatMap(({ quantile }) =>
    quantile?.histogram === histogram ? [{ at: quantile.at, extreme: quantile.rank !== undefined, size }] : [],
  );
}

/** Share of cases in which a quantile may be more rows off than is said. */
export const outsideRows = (within: NoiseWanted['within']): number => (within?.rows === true ? outsideOf(within.percent) : 0.05);
