/** The columns `x_low` and `x_high` beside a noisy column `x`. */
import type { PlanNoise } from '@sluis/model';
import type { Bound } from './expression.ts';
import { print } from './expression.ts';
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
}

export function intervalColumns(question: Question, split: Split, outputs: Outputs, noise: PlanNoise): IntervalColumns {
  const taken = new Set(question.items.map((i) => i.name.toLowerCase()));
  const named = (base: string): string => {
    let name = base;
    for (let i = 2; taken.has(name.toLowerCase()); i++) name = `${base}_${i}`;
    taken.add(name.toLowerCase());
    return name;
  };
  const ofItem = question.items.map(({ name, expression }, i): IntervalColumn | null => {
    const output = outputs.list[outputs.ofItem[i] ?? -1];
    if (output === undefined) return null;
    const ends = endsOf(expression, output.aggregates.length, split, noise);
    return {
      low: ends?.low ?? NOTHING,
      high: ends?.high ?? NOTHING,
      names: [named(`${name}_low`), named(`${name}_high`)],
      type: ends?.type ?? expression.type,
    };
  });
  return { ofItem };
}

const NOTHING = 'NULL';

interface Ends {
  readonly low: string;
  readonly high: string;
  readonly type: string;
}

/** Null where nothing is known of how far noise moves the value. */
function endsOf(node: Bound, among: number, split: Split, noise: PlanNoise): Ends | null {
  if (node.kind !== 'aggregate') return null;
  const index = split.indexOf.get(print(node));
  const at = noise.margins.findIndex((m) => m.aggregate === index && m.among === among);
  return at < 0 ? null : { low: `l${at}`, high: `h${at}`, type: node.type };
}
