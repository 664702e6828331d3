/** Printing what several questions for a relative error gave: one table, and how it came about. */
import type { ResultTable } from '@sluis/model';
import { chargedSteps, type RelativeAnswer, spentBy } from '@sluis/sdk';
import { text } from '../messages/index.ts';
import { type Format, sentencesOf } from './answer.ts';
import { renderCsv } from './csv.ts';
import { failureText } from './failure.ts';
import { printable, terminalWidth, wrap } from './paint.ts';
import { painted, print, printJson, remark } from './streams.ts';
import { cellText, renderTable } from './table.ts';

/** Values named one by one that are not exact enough. */
const NAMED = 10;

/** Prints the combined answer; the exit code is 0 if all steps that were wanted were answered, else that of what broke it off. */
export function printRelative(answer: RelativeAnswer, format: Format): void {
  const { table, error } = answer;
  if (table === null) throw new RangeError('something was answered');
  if (error !== null) process.exitCode = error.exitCode;
  if (format === 'json') {
    printJson(relativeDocument(answer, table));
    return;
  }
  if (format === 'csv') process.stdout.write(renderCsv(table));
  else print(renderTable(table, text, painted.out));
  const width = terminalWidth(process.stderr);
  for (const line of remarks(answer, table)) remark(wrap(line, width));
  if (error === null) return;
  remark(failureText(error, text, painted.err));
  remark(wrap(text.relativeBroken, width));
  if (error.code !== 'plan/answers-differ') remark(wrap(text.relativeGoOn, width));
}

function remarks(answer: RelativeAnswer, table: ResultTable): string[] {
  const { question, taken, lost, unmet, met, ended } = answer;
  const { error, percent, ceiling } = question.plan;
  const spent = spentBy(question.plan, chargedSteps(answer));
  return [
    met ? painted.err.green(text.relativeMet(error, percent)) : painted.err.yellow(text.relativeNotMet(unmet.length, error)),
    ...unmet.slice(0, NAMED).map(({ row, column }) => `  ${printable(text.relativeUnmet(column, groupText(answer, table, row)))}`),
    ...(unmet.length > NAMED ? ['  …'] : []),
    ...(ended === 'ceiling' ? [text.relativeCeiling] : []),
    text.relativeSpent(taken.length + lost.length, spent, ceiling.epsilon, ceiling.delta),
    ...(lost.length === 0 ? [] : [text.relativeLost(lost.map((l) => l.run.slice(0, 12)).join(', '))]),
    text.relativeReceipts(taken.map((t) => t.answer.run.slice(0, 12)).join(', ')),
  ];
}

/** What a row is about: its columns without noise. */
function groupText({ answers }: RelativeAnswer, { rows }: ResultTable, row: number): string {
  const noisy = new Set((answers.at(-1)?.prepared.intervals ?? []).flatMap(({ column }) => [column, column + 1, column + 2]));
  return (rows[row] ?? [])
    .filter((_, i) => !noisy.has(i))
    .map(cellText)
    .join(', ');
}

/** The JSON document that CLI programs read: that of an answer, with the receipts of all steps and what they came to. */
export function relativeDocument(answer: RelativeAnswer, table: ResultTable): Record<string, unknown> {
  const { question, taken, lost, unmet, met, ended, error } = answer;
  const { plan } = question;
  const last = taken.at(-1)?.answer;
  const noiseOf = (step: number) => plan.steps[step]?.prepared.plan.noise;
  return {
    columns: table.columns,
    rows: table.rows,
    suppressed: table.suppressed,
    relative: {
      within: plan.error,
      percent: plan.percent,
      met,
      ended,
      unmet,
      ceiling: plan.ceiling,
      spent: spentBy(plan, chargedSteps(answer)),
      possible: plan.steps.length,
      steps: taken.map(({ step, answer: { run } }) => ({
        run,
        sql: plan.steps[step]?.sql,
        epsilon: noiseOf(step)?.epsilon,
        delta: noiseOf(step)?.delta,
      })),
      lost: lost.map(({ step, run }) => ({
        run,
        sql: plan.steps[step]?.sql,
        epsilon: noiseOf(step)?.epsilon,
        delta: noiseOf(step)?.delta,
      })),
    },
    receipts: taken.map((t) => t.answer.receipt),
    explain: last === undefined ? [] : sentencesOf(last.explanation),
    timings: { totalMs: sum(taken.map((t) => t.answer.timings.totalMs)) },
    bytes: { total: sum(taken.map((t) => t.answer.bytes.total)) },
    rounds: sum(taken.map((t) => t.answer.rounds)),
    ...(error === null ? {} : { error: error.toRecord() }),
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
