/** `sluis budget price` */
import { InvalidError } from '@sluis/base';
import type { PriceAnswer, PricedTable } from '@sluis/model';
import { withStation } from '../connection.ts';
import { text } from '../messages/index.ts';
import { printable } from '../output/paint.ts';
import { painted, print, printJson } from '../output/streams.ts';
import { type BudgetOptions, useText } from './budget-show.ts';

export interface PriceOptions extends BudgetOptions {
  readonly template?: string[];
  readonly receivers?: string[];
  readonly as?: string;
}

export async function priceOf(sql: readonly string[], options: PriceOptions): Promise<void> {
  const questions = [...sql.map((s) => ({ sql: s })), ...(options.template ?? []).map((template) => ({ template }))];
  if (questions.length === 0) {
    throw new InvalidError('usage/no-question', {
      stage: 'usage',
      message: 'There is no question.',
      remedy: 'Give SQL between quotes, once for each question, or --template NAME.',
    });
  }
  const { collaboration, receivers, as } = options;
  const answer = await withStation(options, (client) =>
    client.price({
      questions,
      ...(collaboration === undefined ? {} : { collaboration }),
      ...(receivers === undefined ? {} : { receivers }),
      ...(as === undefined ? {} : { as }),
    }),
  );
  if (options.json === true) return printJson(answer);
  print(questionLines(answer).join('\n'));
  for (const table of answer.tables) print(`\n${tableLines(table).join('\n')}`);
  if (answer.tables.length > 0 && answer.tables.every((t) => t.refused === null)) print(`\n${text.priceAffordable}`);
}

function questionLines({ questions }: PriceAnswer): string[] {
  return questions.flatMap((q, i) => [
    text.priceQuestion(i + 1, printable(q.sql.replace(/\s+/g, ' '))),
    `   ${q.tables.length === 0 ? text.priceExact : text.priceNoisy(q.epsilon, q.delta, q.mechanism)}`,
  ]);
}

/** One question alone needs no sum. */
export function tableLines(table: PricedTable): string[] {
  const { use, alone, together, after, remains, refused } = table;
  return [
    painted.out.bold(text.budgetTable(table.table, text.budgetUnit(table.unit))),
    `  ${useText(use)}`,
    ...(alone.length === 1 ? [] : [`  ${text.priceTogether(together, added(alone), use.delta)}`]),
    `  ${text.priceAfter(use.spent, after)}`,
    ...(remains === null || use.limit === null ? [] : [`  ${text.priceRemains(remains, use.limit)}`]),
    ...(refused === null ? [] : [painted.out.yellow(`  ${text.priceRefused(refused.question + 1)}: ${refused.message}`)]),
  ];
}

/** For comparison only. */
const added = (alone: readonly string[]): string => String(Number(alone.reduce((sum, a) => sum + Number(a), 0).toPrecision(6)));
