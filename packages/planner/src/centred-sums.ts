/**
 * With noise, averages and variances are made of sums that are measured from the middle of the bounds: one row then changes
 * such a sum by half the width of the bounds, not by the largest value.
 */
import type { PlanAggregate } from '@sluis/model';
import { print, type AggregateNode, type Bound } from './expression.ts';
import type { Making } from './parts.ts';
import { filterSql } from './split-sums.ts';
import { centred, type Whole, wholeOf } from './whole-number.ts';

const sumText = (argument: Bound, filter: Bound | null): string => `${print(argument)} ${filterSql(filter)}`;

/** The plain sums that a question asks for. */
export function sumsOf(calls: readonly AggregateNode[]): ReadonlySet<string> {
  const sums = calls.filter((a) => a.aggregate === 'sum');
  return new Set(sums.flatMap((a) => (a.argument === null ? [] : [sumText(a.argument, a.filter)])));
}

/** Noise is drawn on whole numbers up to a limit: more decimals of a computed value than it leaves readable are not kept. */
const LARGEST_SUMMED = 2n ** 30n;
const LARGEST_SQUARED = 2n ** 20n;

/** What a plain sum adds up. */
export const plainWhole = (argument: Bound, { question, sums }: Making): Whole =>
  sums === null ? wholeOf(argument, question.table.columns) : wholeOf(argument, question.table.columns, LARGEST_SUMMED);

/** What is summed for an average or a variance. A plain sum that is asked for anyway is used for both: it is paid once. */
export function summedWhole(argument: Bound, filter: Bound | null, making: Making, squares: boolean): Whole {
  const { sums, question } = making;
  if (sums === null) return wholeOf(argument, question.table.columns);
  if (sums.has(sumText(argument, filter))) return plainWhole(argument, making);
  return centred(wholeOf(argument, question.table.columns, squares ? LARGEST_SQUARED : LARGEST_SUMMED));
}

/** As a plan says it; nothing where no value is centred. */
export const centresOf = (values: readonly Whole[]): Pick<PlanAggregate, 'centres'> =>
  values.some((w) => w.centre !== undefined) ? { centres: values.map((w) => (w.centre === undefined ? null : String(w.centre))) } : {};
