/** The columns `x_low` and `x_high` beside a noisy column `x`. */
import type { PlanNoise } from '@sluis/model';
import { besideNames } from './beside-names.ts';
import { endsOfExpression, type Ends } from './ends-of-expression.ts';
import { print, type Bound } from './expression.ts';
import { baseText } from './final-sql.ts';
import type { Outputs } from './outputs.ts';
import type { Question } from './question.ts';
import type { Split } from './split.ts';

export interface IntervalColumns {
  /** Per item of the question: SQL over `cells` of both ends, and their names and type; null for what is not noisy. */
  readonly ofItem: readonly (IntervalColumn | null)[];
}

export interface IntervalColumn {
  readonly low: string;
  readonly high: string;
  readonly names: readonly [string, string];
  readonly type: string;
  /** False where nothing is known of how far noise moves the value. */
  readonly known: boolean;
  /** The aggregate that the column is by itself; null for what is computed. */
  readonly aggregate: number | null;
}

/** Where the columns that have an interval stand among those of the answer (see `Prepared.intervals`). */
export function intervalPlaces({ ofItem }: IntervalColumns): { column: number; known: boolean; aggregate: number | null }[] {
  let column = 0;
  return ofItem.flatMap((item) => {
    const at = column;
    // No question with noise has hashes of texts beside its keys.
    column += item === null ? 1 : 3;
    return item === null ? [] : [{ column: at, known: item.known, aggregate: item.aggregate }];
  });
}

export function intervalColumns(question: Question, split: Split, outputs: Outputs, noise: PlanNoise): IntervalColumns {
  const base = baseText(question, split);
  const named = besideNames(question.items);
  const ofItem = question.items.map(({ name, expression }, i): IntervalColumn | null => {
    const place = outputs.ofItem[i] ?? null;
    const output = typeof place === 'number' ? outputs.list[place] : undefined;
    if (output === undefined) return null;
    const ends = endsOf(expression, output.aggregates.length, split, noise, base);
    return {
      low: ends?.low ?? 'NULL',
      high: ends?.high ?? 'NULL',
      names: [named(`${name}_low`), named(`${name}_high`)],
      type: expression.type,
      known: ends !== null,
      aggregate: expression.kind === 'aggregate' ? (split.indexOf.get(print(expression)) ?? null) : null,
    };
  });
  return { ofItem };
}

/** Null where nothing is known of how far noise moves the value. */
function endsOf(expression: Bound, among: number, split: Split, noise: PlanNoise, base: (node: Bound) => string | null): Ends | null {
  return endsOfExpression(expression, (node) => {
    if (node.kind !== 'aggregate') {
      const text = print(node, base);
      return { low: text, high: text };
    }
    const index = split.indexOf.get(print(node));
    const at = noise.margins.findIndex((m) => m.aggregate === index && m.among === among);
    return at < 0 ? null : { low: `l${at}`, high: `h${at}` };
  });
}
