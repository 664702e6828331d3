/** `sluis try` */
import { resolve } from 'node:path';
import { StationError } from '@sluis/base';
import { createSqlEngine } from '@sluis/engine';
import type { Agreement, RunResult } from '@sluis/model';
import { interruption, unlessAborted } from '../interruption.ts';
import { text } from '../messages/index.ts';
import { type Format, printAnswer } from '../output/answer.ts';
import { renderExplanation } from '../output/explanation.ts';
import { durationText, terminalWidth, wrap } from '../output/paint.ts';
import { painted, remark } from '../output/streams.ts';
import { askedTables } from '../sandbox/asked-tables.ts';
import type { Cast } from '../sandbox/cast.ts';
import { checkedDraft } from '../sandbox/checked-draft.ts';
import { choiceLines } from '../sandbox/choices.ts';
import { SANDBOX_COLLABORATION } from '../sandbox/draft.ts';
import { keepAgreement, keepAnswer, keepRelative } from '../sandbox/keep.ts';
import { partyFiles } from '../sandbox/parties.ts';
import { Sandbox } from '../sandbox/sandbox.ts';
import { inspectTrial, type Trial, type TrialOptions } from '../sandbox/trial.ts';
import { type TrialQuestion, trialQuestion } from '../sandbox/trial-question.ts';
import { askForEach, refuseCsv } from './ask-each.ts';
import { askRelatively, refuseBesideRelative } from './ask-relative.ts';
import { askWithProgress, isRelative } from './ask.ts';

export interface TryOptions extends TrialOptions {
  readonly ask?: string;
  readonly template?: string;
  readonly party?: string[];
  readonly format: Format;
  readonly json?: boolean;
  readonly keep?: string;
}

export async function tryOut(dir: string | undefined, options: TryOptions): Promise<void> {
  const format = options.json === true ? 'json' : options.format;
  if (options.eachReceiver === true) refuseCsv(format, '--receiver');
  const question = trialQuestion(options.ask, options.template);
  if (isRelative({ sql: question.sql })) refuseBesideRelative(options);
  const engine = createSqlEngine();
  const asked = await askedTables(question.sql, engine);
  const files = partyFiles(dir, options.party, asked.joined);
  const signal = interruption();
  remark(painted.err.yellow(wrap(text.sandboxWarning, terminalWidth(process.stderr))));
  const sandbox = Sandbox.open(options.keep === undefined ? undefined : resolve(options.keep), signal);
  try {
    remark(text.inspecting(files.length));
    const trial = await inspectTrial(files, asked, question.sql, options, engine);
    const agreement = await draft(sandbox, trial, question, options, engine);
    await open(sandbox, trial.cast, agreement, signal);
    await ask(sandbox, trial, question, options, format);
  } catch (thrown) {
    throw signal.aborted && thrown === signal.reason ? interrupted() : thrown;
  } finally {
    await sandbox.close();
  }
}

/** Drafts and checks before anything starts, and says what was chosen. */
async function draft(
  sandbox: Sandbox,
  trial: Trial,
  { template }: TrialQuestion,
  options: TryOptions,
  engine: Parameters<typeof checkedDraft>[3],
): Promise<Agreement> {
  const { cast, renamings, sql } = trial;
  const title = (name: string) =>
    name === cast.third ? text.titleThird : cast.providers.some((p) => p.name === name) ? '' : text.titleNoData;
  const cards = await sandbox.make(cast.names.map((name) => ({ name, title: title(name) })));
  const templates = template === null ? {} : { templates: { [template.name]: { description: template.description, sql } } };
  const terms = { ...options, ...templates, ...(template === null ? {} : { templateOutput: template.output }) };
  const { agreement, tables, leftOut } = await checkedDraft(trial, cards, terms, engine);
  const named = template === null ? null : { name: template.name, file: options.template ?? '' };
  const lines = choiceLines({ agreement, tables, cast, renamings, rulesFile: options.rules, template: named }, text);
  const width = terminalWidth(process.stderr);
  remark([painted.err.bold(text.choicesHeading), ...[...lines, ...leftOut].map((line) => wrap(`  - ${line}`, width, '    '))].join('\n'));
  if (options.keep !== undefined) keepAgreement(sandbox.folder, agreement);
  return agreement;
}

/** Starts the stations, lets all sign, and connects the data. */
async function open(sandbox: Sandbox, cast: Cast, agreement: Agreement, signal: AbortSignal): Promise<void> {
  const begun = performance.now();
  remark(text.starting(cast.names.length));
  await sandbox.start();
  remark(text.started(cast.names.length, durationText(performance.now() - begun)));
  remark(text.signing);
  await unlessAborted(signal, sandbox.sign(agreement));
  remark(text.connecting);
  const all = cast.providers.flatMap(({ name, datasets }) => datasets.map((d) => ({ name, ...d })));
  const ended = await unlessAborted(signal, Promise.allSettled(all.map((one) => connect(sandbox, agreement, one))));
  const failed = ended.find((e) => e.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

type Dataset = { readonly name: string } & Cast['providers'][number]['datasets'][number];

async function connect(sandbox: Sandbox, agreement: Agreement, { name, table, source }: Dataset): Promise<void> {
  const { report } = await sandbox.member(name).client.connect({ collaboration: SANDBOX_COLLABORATION, table, ...source });
  const outside = report.violations.reduce((n, v) => n + v.count, 0);
  const of = agreement.tables[table]?.kind === 'owner' ? `${name}.${table}` : name;
  remark(painted.err.dim(`  ${outside === 0 ? text.connected(of, report.rows) : text.violations(of, report.rows, outside)}`));
}

async function ask(
  sandbox: Sandbox,
  { cast, sql }: Trial,
  { template }: TrialQuestion,
  options: TryOptions,
  format: Format,
): Promise<void> {
  const request = template === null ? { sql } : { template: template.name };
  const at = cast.receivers.map((receiver) => ({ receiver, client: sandbox.member(receiver).client }));
  const kept = (answer: RunResult, of: string) => {
    if (options.keep === undefined) return;
    keepAnswer(sandbox.folder, answer, of);
    remark(text.kept(sandbox.folder));
  };
  if (options.eachReceiver === true) return askForEach(at, request, format, (receiver, answer) => kept(answer, `-${receiver}`));
  const client = at[0]?.client;
  if (client === undefined) throw new RangeError('somebody receives');
  if (isRelative(request)) {
    const answer = await askRelatively(client, request, {}, format, (taken) => kept(taken.answer, `-${taken.step + 1}`));
    if (options.keep !== undefined) keepRelative(sandbox.folder, answer);
    return;
  }
  if (format === 'table') {
    const { explanation } = await client.explain(request);
    remark(renderExplanation(explanation, text, painted.err, terminalWidth(process.stderr)));
  }
  const answer = await askWithProgress(client, request, format);
  kept(answer, '');
  printAnswer(answer, format);
}

export function interrupted(): StationError {
  return new StationError('run/cancelled', {
    stage: 'run',
    message: 'You ended this command; its stations were stopped.',
    remedy: 'Nothing was released.',
  });
}
