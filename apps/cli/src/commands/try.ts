/** `sluis try` */
import { join, resolve } from 'node:path';
import { StationError } from '@sluis/base';
import { type Agreement, type RunResult, serialiseAgreementYaml } from '@sluis/model';
import { writePrivate } from '../files.ts';
import { interruption } from '../interruption.ts';
import { text } from '../messages/index.ts';
import { answerDocument, type Format, nothingReleased, printAnswer, receiptText } from '../output/answer.ts';
import { renderExplanation } from '../output/explanation.ts';
import { durationText, terminalWidth, wrap } from '../output/paint.ts';
import { painted, remark } from '../output/streams.ts';
import { choiceLines } from '../sandbox/choices.ts';
import { SANDBOX_COLLABORATION } from '../sandbox/draft.ts';
import { type PartyFile, partyFiles } from '../sandbox/parties.ts';
import { Sandbox } from '../sandbox/sandbox.ts';
import { type Cast, castOf, draftTrial, type Found, inspectParties, type TrialOptions } from '../sandbox/trial.ts';
import { askWithProgress } from './ask.ts';

export interface TryOptions extends TrialOptions {
  readonly ask: string;
  readonly party?: string[];
  readonly format: Format;
  readonly json?: boolean;
  readonly keep?: string;
}

export async function tryOut(dir: string | undefined, options: TryOptions): Promise<void> {
  const format = options.json === true ? 'json' : options.format;
  const parties = partyFiles(dir, options.party);
  const signal = interruption();
  remark(painted.err.yellow(wrap(text.sandboxWarning, terminalWidth(process.stderr))));
  const sandbox = Sandbox.open(options.keep === undefined ? undefined : resolve(options.keep), signal);
  try {
    const { cast, agreement } = await setUp(sandbox, parties, options);
    await connectAll(sandbox, cast, options.table);
    const { client } = sandbox.member(cast.receiver);
    if (format === 'table') {
      const { explanation } = await client.explain({ sql: options.ask });
      remark(renderExplanation(explanation, text, painted.err, terminalWidth(process.stderr)));
    }
    const answer = await askWithProgress(client, { sql: options.ask }, format);
    if (options.keep !== undefined) keep(sandbox, agreement, answer);
    printAnswer(answer, format);
  } catch (thrown) {
    throw signal.aborted && thrown === signal.reason ? interrupted() : thrown;
  } finally {
    await sandbox.close();
  }
}

/** Inspects the files while the stations start; then all sign the drafted agreement. */
async function setUp(sandbox: Sandbox, parties: readonly PartyFile[], options: TryOptions): Promise<{ cast: Cast; agreement: Agreement }> {
  const begun = Date.now();
  remark(text.inspecting(parties.length));
  // With --split-by the organisations are known only after looking.
  const early = options.splitBy === undefined ? null : await inspectParties(parties);
  const cast = castOf(parties, early, options);
  remark(text.starting(cast.names.length));
  const titles = (name: string) =>
    name === cast.third
      ? 'Third station without data, added by sluis try'
      : name === cast.receiver && !cast.receiverHasData
        ? 'Analyst without data'
        : '';
  const cards = await sandbox.make(cast.names.map((name) => ({ name, title: titles(name) })));
  const [started, inspected] = await Promise.allSettled([sandbox.start(), early ?? inspectParties(parties)]);
  if (inspected.status === 'rejected') throw inspected.reason;
  if (started.status === 'rejected') throw started.reason;
  const agreement = draft(cast, cards, inspected.value, options);
  remark(text.started(cast.names.length, durationText(Date.now() - begun)));
  remark(text.signing);
  await sandbox.sign(agreement);
  return { cast, agreement };
}

function draft(cast: Cast, cards: Parameters<typeof draftTrial>[1], found: Found, options: TryOptions): Agreement {
  const { agreement, leftOut } = draftTrial(cast, cards, found, options);
  const lines = choiceLines(
    { agreement, columns: found.columns, third: cast.third, receiverHasData: cast.receiverHasData, rulesFile: options.rules },
    text,
  );
  const width = terminalWidth(process.stderr);
  remark([painted.err.bold(text.choicesHeading), ...[...lines, ...leftOut].map((line) => wrap(`  - ${line}`, width, '    '))].join('\n'));
  return agreement;
}

async function connectAll(sandbox: Sandbox, cast: Cast, table: string): Promise<void> {
  remark(text.connecting);
  const ended = await Promise.allSettled(
    cast.providers.map(async ({ name, source }) => {
      const { report } = await sandbox.member(name).client.connect({ collaboration: SANDBOX_COLLABORATION, table, ...source });
      const outside = report.violations.reduce((n, v) => n + v.count, 0);
      remark(painted.err.dim(`  ${outside === 0 ? text.connected(name, report.rows) : text.violations(name, report.rows, outside)}`));
    }),
  );
  const failed = ended.find((e) => e.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

function keep(sandbox: Sandbox, agreement: Agreement, answer: RunResult): void {
  const nothing = answer.result !== null && nothingReleased(answer.result, answer.receipt);
  writePrivate(join(sandbox.folder, 'agreement.yaml'), serialiseAgreementYaml(agreement));
  writePrivate(join(sandbox.folder, 'receipt.json'), receiptText(answer.receipt));
  writePrivate(join(sandbox.folder, 'answer.json'), `${JSON.stringify(answerDocument(answer, nothing), null, 2)}\n`);
  remark(text.kept(sandbox.folder));
}

export function interrupted(): StationError {
  return new StationError('run/cancelled', {
    stage: 'run',
    message: 'You ended this command; its stations were stopped.',
    remedy: 'Nothing was released.',
  });
}
