/** `sluis ask` */
import { InvalidError } from '@sluis/base';
import type { AskRequest, RunResult } from '@sluis/model';
import { asksRelativeError } from '@sluis/planner';
import { askAndFollow, type StationClient } from '@sluis/sdk';
import { type ConnectionOptions, withStation } from '../connection.ts';
import { writePrivate } from '../files.ts';
import { interruption } from '../interruption.ts';
import { text } from '../messages/index.ts';
import { type Format, printAnswer, receiptText } from '../output/answer.ts';
import { renderExplanation } from '../output/explanation.ts';
import { terminalWidth } from '../output/paint.ts';
import { ProgressView } from '../output/progress.ts';
import { painted, print, printJson, remark } from '../output/streams.ts';

export interface QuestionOptions extends ConnectionOptions {
  readonly template?: string;
  readonly collaboration?: string;
  readonly receivers?: string[];
  readonly as?: string;
}

export interface AskOptions extends QuestionOptions {
  readonly format: Format;
  readonly json?: boolean;
  readonly wait: boolean;
  readonly explain?: boolean;
  readonly receipt?: string;
  readonly eachReceiver?: boolean;
  readonly continue?: boolean;
}

export async function ask(sql: string | undefined, options: AskOptions): Promise<void> {
  const request = questionOf(sql, options);
  checkTogether(options);
  const format = options.json === true ? 'json' : options.format;
  if (isRelative(request)) {
    const { askRelatively } = await import('./ask-relative.ts');
    await withStation(options, (client) => askRelatively(client, request, options, format));
    return;
  }
  if (options.continue === true) throw nothingToContinue();
  await withStation(options, async (client) => {
    if (options.explain === true) await explainQuestion(client, request);
    if (options.eachReceiver === true) return (await import('./ask-each.ts')).askEach(client, request, format);
    if (!options.wait) return askOnly(client, request, format);
    const answer = await askWithProgress(client, request, format);
    if (options.receipt !== undefined) saveReceipt(answer, options.receipt);
    printAnswer(answer, format);
  });
}

/** Options that would have no effect beside others are refused, not ignored. Throws InvalidError `usage/options`. */
export function checkTogether({ eachReceiver, wait, receipt }: Pick<AskOptions, 'eachReceiver' | 'wait' | 'receipt'>): void {
  const refuse = (option: string, beside: string, remedy: string) => {
    throw new InvalidError('usage/options', { stage: 'usage', message: `${option} has no effect beside ${beside}.`, remedy });
  };
  if (eachReceiver === true && !wait) refuse('--no-wait', '--each-receiver', 'Leave one out: the runs are asked one after the other.');
  if (eachReceiver === true && receipt !== undefined)
    refuse('--receipt', '--each-receiver', 'Leave one out; afterwards, for each run at its receiver: sluis result RUN --receipt FILE');
  if (!wait && receipt !== undefined)
    refuse('--receipt', '--no-wait', 'Leave one out; once the run has ended: sluis result RUN --receipt FILE');
}

/** Whether it asks for a relative error, which takes several questions. Templates are put as they stand. */
export const isRelative = ({ sql }: AskRequest): boolean => sql !== undefined && asksRelativeError(sql);

const nothingToContinue = (): InvalidError =>
  new InvalidError('usage/continue', {
    stage: 'usage',
    message: '--continue is for questions that ask for a relative error; this one has one answer.',
    remedy: 'Leave it out. The answer of an earlier run: sluis result RUN.',
  });

/** Says before a question is put all that it would reveal. */
export async function explainQuestion(client: StationClient, request: AskRequest): Promise<void> {
  const { explanation } = await client.explain(request);
  remark(renderExplanation(explanation, text, painted.err, terminalWidth(process.stderr)));
}

/** The request that arguments and options describe. Throws InvalidError unless there is exactly one of SQL and template. */
export function questionOf(sql: string | undefined, options: QuestionOptions): AskRequest {
  if ((sql === undefined) === (options.template === undefined)) {
    throw new InvalidError('usage/no-question', {
      stage: 'usage',
      message: sql === undefined ? 'There is no question.' : 'There is both SQL and a template.',
      remedy: 'Give either SQL between quotes, or --template NAME.',
    });
  }
  const { template, collaboration, receivers, as } = options;
  return {
    ...(sql === undefined ? {} : { sql }),
    ...(template === undefined ? {} : { template }),
    ...(collaboration === undefined ? {} : { collaboration }),
    ...(receivers === undefined ? {} : { receivers }),
    ...(as === undefined ? {} : { as }),
  };
}

async function askOnly(client: StationClient, request: AskRequest, format: Format): Promise<void> {
  const run = await client.ask(request);
  if (format === 'json') printJson({ run: run.id, state: run.state, approvals: run.approvals });
  else print(run.id);
  if (run.approvals.needed.length > 0) remark(text.approveHint(run.approvals.needed.join(', ')));
}

/** Asks and follows with progress on stderr; an interruption cancels the run everywhere. */
export async function askWithProgress(
  client: StationClient,
  request: AskRequest,
  format: Format,
  hooks: { readonly onPlanned?: ((organisation: string, run: string) => void) | undefined } = {},
): Promise<RunResult> {
  const signal = interruption();
  const view = new ProgressView(process.stderr, text, painted.err);
  const announce = () => remark(painted.err.yellow(text.cancelling));
  signal.addEventListener('abort', announce, { once: true });
  try {
    const answer = await askAndFollow(client, request, {
      as: request.as,
      signal,
      onEvent: (event) => {
        view.onEvent(event);
        if (event.step === 'propose') hooks.onPlanned?.(event.party, event.run);
      },
      onRun: (run) => {
        if (format !== 'json' || process.stderr.isTTY === true) remark(painted.err.dim(text.runPut(run.id, run.coordinator)));
      },
    });
    view.end(true);
    return answer;
  } catch (thrown) {
    view.end(false);
    throw thrown;
  } finally {
    signal.removeEventListener('abort', announce);
  }
}

export function saveReceipt(answer: RunResult, path: string): void {
  writePrivate(path, receiptText(answer.receipt));
  remark(text.receiptSaved(path));
}
