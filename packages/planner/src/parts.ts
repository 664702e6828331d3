/** Parts of a plan, each once, beside what they mean per row. */
import type { OutputRules, PlanAccumulator, PlanContribution, PlanDominance, PlanHistogram, RowAccumulatorKind } from '@sluis/model';
import type { Bound } from './expression.ts';
import type { Question } from './question.ts';
import type { Typing } from './types.ts';

/** Collects parts without repetition; `meaning` goes with the part of the same index. */
export class Parts<T, M> {
  readonly list: T[] = [];
  readonly meanings: M[] = [];
  readonly #seen = new Map<string, number>();

  add(key: string, make: () => T, meaning: M): number {
    const known = this.#seen.get(key);
    if (known !== undefined) return known;
    this.#seen.set(key, this.list.length);
    this.list.push(make());
    this.meanings.push(meaning);
    return this.list.length - 1;
  }

  get index(): ReadonlyMap<string, number> {
    return this.#seen;
  }
}

/** Rows that count: the condition holds, and no value is NULL. */
export interface RowCondition {
  readonly filter: Bound | null;
  readonly present: readonly Bound[];
}

/** What is aggregated of a row: the product of its nodes, each as an integer at its own scale. */
export interface RowMeasure {
  readonly kind: RowAccumulatorKind;
  readonly nodes: readonly Bound[];
  /** Scale of each node. */
  readonly scales: readonly number[];
  /** Per node, where 2x − centre is meant instead of x; absent for none. */
  readonly centres?: readonly (bigint | null)[];
  readonly filter: Bound | null;
  readonly quantile: number;
  /** For text: its values in order; the integer is the position. */
  readonly dictionary: readonly string[] | null;
}

/** Where in a histogram a row is: its value, less that of the first place. */
export interface Placing {
  readonly measure: RowMeasure;
  readonly low: bigint;
}

/** How many inputs a plan has and how many rows each may stand for. */
export interface InputShape {
  /** Organisations that push partial aggregates down. */
  readonly pushdown: readonly string[];
  /** Largest number of rows of one of them. */
  readonly maximumRows: number;
  /** Largest number of shared rows after joins; null if nothing runs on shared rows. */
  readonly sharedRows: number | null;
}

export interface Making {
  readonly question: Question;
  readonly rules: OutputRules;
  readonly typing: Typing;
  readonly shape: InputShape;
  /** Sums that the question asks for: argument and filter. Null where sums get no noise, and nothing is centred. */
  readonly sums: ReadonlySet<string> | null;
  /** Who gets the result: comparisons among organisations are made for one of them. */
  readonly receivers: readonly string[];
  readonly contributions: Parts<PlanContribution, RowCondition>;
  readonly accumulators: Parts<PlanAccumulator, RowMeasure>;
  readonly dominances: Parts<PlanDominance, RowMeasure>;
  readonly histograms: Parts<PlanHistogram, Placing>;
}

/** Largest number of rows that one input stands for. */
export const perInput = ({ shape }: Making): bigint =>
  BigInt(Math.max(shape.pushdown.length > 0 ? shape.maximumRows : 0, shape.sharedRows ?? 0));

export const inputCount = ({ shape }: Making): bigint => BigInt(shape.pushdown.length + (shape.sharedRows === null ? 0 : 1));
