/** `sluis ask` of a question that asks for a relative error: several questions, one answer. */
import { InvalidError } from '@sluis/base';
import { createFinaliser, createSqlEngine } from '@sluis/engine';
import type { AskRequest } from '@sluis/model';
import { askRelative, planRelative, type RelativeAnswer, type RelativeQuestion, type StationClient, type TakenStep } from '@sluis/sdk';
import { writePrivate } from '../files.ts';
import { interruption } from '../interruption.ts';
import { text } from '../messages/index.ts';
import { type Format, receiptText } from '../output/answer.ts';
import { terminalWidth, wrap } from '../output/paint.ts';
import { ProgressView } from '../output/progress.ts';
import { printRelative } from '../output/relative-answer.ts';
import { painted, remark } from '../output/streams.ts';

export interface RelativeOptions {
  readonly wait?: boolean;
  readonly eachReceiver?: boolean;
  readonly explain?: boolean;
  readonly receipt?: string;
  readonly continue?: boolean;
}

/** Asks step by step with progress on stderr, prints what came of it, and sets the exit code. Ctrl-C cancels the step under way. */
export async function askRelatively(
  client: StationClient,
  request: AskRequest,
  options: RelativeOptions,
  format: Format,
  onStep: (taken: TakenStep) => void = () => {},
): Promise<RelativeAnswer> {
  refuseBesideRelative(options);
  const engines = { sql: createSqlEngine(), finaliser: createFinaliser() };
  const question = await planRelative(client, request, engines.sql);
  const { error, percent, steps, ceiling } = question.plan;
  if (options.explain === true) await (await import('./explain-relative.ts')).remarkRelative(client, question, request);
  else remark(wrap(text.relativePlan(error, percent, steps.length, ceiling.epsilon, ceiling.delta), terminalWidth(process.stderr)));
  const answer = await follow(client, question, engines, options.continue === true, (taken) => {
    if (options.receipt !== undefined) saveReceipt(taken, options.receipt);
    onStep(taken);
  });
  printRelative(answer, format);
  return answer;
}

/** One list of progress for each step. */
async function follow(
  client: StationClient,
  question: RelativeQuestion,
  engines: Parameters<typeof askRelative>[2],
  goOn: boolean,
  onTaken: (taken: TakenStep) => void,
): Promise<RelativeAnswer> {
  const signal = interruption();
  const announce = () => remark(painted.err.yellow(text.cancelling));
  signal.addEventListener('abort', announce, { once: true });
  let view: ProgressView | null = null;
  const endView = (well: boolean) => {
    view?.end(well);
    view = null;
  };
  try {
    return await askRelative(client, question, engines, {
      as: question.analyst,
      signal,
      goOn,
      onStep: (step) => {
        remark(painted.err.bold(text.relativeStep(step + 1, question.plan.steps.length, epsilonOf(question, step))));
        view = new ProgressView(process.stderr, text, painted.err);
      },
      onEvent: (event) => view?.onEvent(event),
      onRun: (run) => remark(painted.err.dim(text.runPut(run.id, run.coordinator))),
      onState: (state) => {
        const taken = state.taken.at(-1);
        if (view === null && taken !== undefined) remark(text.relativeTakenUp(taken.step + 1));
        endView(true);
        if (!state.met) remark(text.relativeNotYet(state.unmet.length));
        if (taken !== undefined) onTaken(taken);
      },
    });
  } finally {
    endView(false);
    signal.removeEventListener('abort', announce);
  }
}

const epsilonOf = ({ plan }: RelativeQuestion, step: number): string => plan.steps[step]?.prepared.plan.noise?.epsilon ?? '';

/** `receipt.json` becomes `receipt-1.json` and so on: each step has a receipt of its own. */
function saveReceipt({ step, answer }: TakenStep, path: string): void {
  const dot = path.lastIndexOf('.');
  const at = dot > path.lastIndexOf('/') + 1 ? dot : path.length;
  const numbered = `${path.slice(0, at)}-${step + 1}${path.slice(at)}`;
  writePrivate(numbered, receiptText(answer.receipt));
  remark(text.receiptSaved(numbered));
}

/** Throws InvalidError `usage/relative`. */
export function refuseBesideRelative({ wait, eachReceiver }: Pick<RelativeOptions, 'wait' | 'eachReceiver'>): void {
  const option = wait === false ? '--no-wait' : eachReceiver === true ? '--each-receiver' : null;
  if (option === null) return;
  throw new InvalidError('usage/relative', {
    stage: 'usage',
    message: `A relative error takes several questions, each decided on after the answer before it: ${option} does not go with it.`,
    remedy: 'Leave it out. What was broken off can be taken up again with --continue.',
  });
}
