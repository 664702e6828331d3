/** How exact a relative question's answers will be after each step: known before anything is asked, for counts and sums. */
import { ceilRational, multiplyRationals, parseRational, rational } from '@sluis/math';
import { decimalText } from './cell-column.ts';
import { combineAnswers, type NoisyAnswer } from './combined-answers.ts';
import type { RelativePlan } from './relative-schedule.ts';

export interface StepMargin {
  readonly column: string;
  /** By how much noise moves the value at most, in as many cases as intervals hold, as decimal text. */
  readonly margin: string;
  /** From this size on a value is exact enough after the step. */
  readonly from: string;
}

/** Per step, the columns that are counts or sums by themselves. How far off others are depends on the data. */
export function stepMargins({ steps, outside, share }: RelativePlan): readonly (readonly StepMargin[])[] {
  const nothing: NoisyAnswer['released'] = { passed: [], counts: [], accumulators: [] };
  const above = rational(share.denominator + share.numerator, share.numerator);
  return steps.map((_, i) => {
    const { prepared } = combineAnswers(
      steps.slice(0, i + 1).map((s) => ({ prepared: s.prepared, released: nothing })),
      outside,
    );
    const { plan, intervals = [] } = prepared;
    return intervals.flatMap(({ column, aggregate }): StepMargin[] => {
      const found = plan.aggregates[aggregate ?? -1];
      const margin = plan.noise?.margins.find((m) => m.aggregate === aggregate && m.among === 1);
      if (found === undefined || margin === undefined || !/^(count|sum|count_distinct)$/.test(found.kind)) return [];
      const counts = found.kind === 'count';
      const units = (counts ? margin.count : margin.accumulators[0]) ?? null;
      if (units === null) return [];
      const scale = counts ? 0 : (plan.accumulators[found.accumulators[0] ?? -1]?.scale ?? 0);
      const from = ceilRational(multiplyRationals(parseRational(units), above));
      return [{ column: plan.columns[column]?.name ?? '', margin: decimalText(BigInt(units), scale), from: decimalText(from, scale) }];
    });
  });
}
