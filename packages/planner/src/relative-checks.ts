/** What a relative error can't be reached for: answers that can't be combined, and values of which nobody knows how exact they are. */
import type { Plan } from '@sluis/model';
import type { Prepared } from './prepared.ts';
import { unsupported } from './refusal.ts';

const INSTEAD = 'Give an epsilon alone: WITH NOISE (epsilon = 1).';

/** Throws RefusedError `plan/unsupported`. */
export function requireCombinable({ plan, intervals = [] }: Prepared): void {
  if (plan.accumulators.some((a) => a.quantile !== undefined))
    throw unsupported(
      'A relative error of a quantile, minimum or maximum',
      `Its noise is in the counts it is found in, and quantiles of several answers have no mean that is one. ${INSTEAD}`,
    );
  requireSameRows(plan);
  for (const { column, known } of intervals) {
    if (known) continue;
    throw unsupported(
      `A relative error of "${plan.columns[column]?.name}"`,
      `Nothing tells how far noise moves it. Ask for the aggregates it is made of, or: ${INSTEAD}`,
    );
  }
}

/** Every step has to be about the same rows and groups. */
function requireSameRows({ noise, rows }: Plan): void {
  if (noise === undefined) throw new RangeError('an answer without noise needs no other');
  if (noise.threshold !== null)
    throw unsupported(
      'A relative error of groups whose values are not declared',
      `Which of them an answer shows is left to its noise, and a mean over the answers that show one would be too large. Group by columns with a declared list or range of values. ${INSTEAD}`,
    );
  if (rows?.sample !== undefined) throw unsupported('A relative error of a sample', `Every run draws another. ${INSTEAD}`);
  if (rows?.bound !== undefined)
    throw unsupported(
      'A relative error where people are bounded on shared rows',
      `Which of their rows count is drawn anew in every run. Protect rows, or ask where rows stay with their providers. ${INSTEAD}`,
    );
}
