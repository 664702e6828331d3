/** `sluis demo` */
import { join } from 'node:path';
import { RefusedError, SluisError, StationError, utf8 } from '@sluis/base';
import { type AskRequest, type ExplainTopic, type RunResult, serialiseAgreementYaml } from '@sluis/model';
import { writePrivate, writePublic } from '../files.ts';
import { interruption, unlessAborted } from '../interruption.ts';
import { text } from '../messages/index.ts';
import { receiptText } from '../output/answer.ts';
import { renderExplanation } from '../output/explanation.ts';
import { failureText } from '../output/failure.ts';
import { bytesText, durationText, terminalWidth, wrap } from '../output/paint.ts';
import { painted, print, remark } from '../output/streams.ts';
import { renderTable } from '../output/table.ts';
import { DEMO, demoAgreement, type SampleParty, sampleParties, writeSample } from '../sandbox/demo-collaboration.ts';
import { Sandbox } from '../sandbox/sandbox.ts';
import { askWithProgress } from './ask.ts';
import { interrupted } from './try.ts';
import { cautionOf, factsOf, verifyBytes } from './verify.ts';

export async function demo(options: { readonly once?: boolean }): Promise<void> {
  const begun = performance.now();
  const signal = interruption();
  const sandbox = Sandbox.open(undefined, signal);
  try {
    await setUp(sandbox, signal);
    heading(text.demoQuestionResult);
    const first = await askAndShow(sandbox, DEMO.questions.result, { template: DEMO.template });
    remark(painted.err.dim(text.demoFirst(durationText(performance.now() - begun))));
    heading(text.demoQuestionSuppressed);
    // What was explained at length before need not be again.
    await askAndShow(sandbox, DEMO.questions.suppressed, { sql: DEMO.questions.suppressed }, ['receiver', 'suppression']);
    await showRefusal(sandbox, DEMO.questions.refused);
    await showReceipt(sandbox, first);
    if (options.once === true) return;
    remark(hints(sandbox));
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      // Signal handlers alone don't keep a process alive; the wait must.
      const alive = setInterval(() => {}, 60_000);
      signal.addEventListener('abort', () => resolve(clearInterval(alive)), { once: true });
    });
  } catch (thrown) {
    throw signal.aborted && !(thrown instanceof SluisError) ? interrupted() : thrown;
  } finally {
    remark(text.stopping);
    await sandbox.close();
    remark(text.demoEnded);
  }
}

async function setUp(sandbox: Sandbox, signal: AbortSignal): Promise<void> {
  const begun = performance.now();
  heading(text.demoTitle);
  remark(wrap(text.demoIntro, terminalWidth(process.stderr)));
  const parties = await sampleParties();
  remark(text.starting(parties.length));
  const cards = await sandbox.make(parties.map(({ name, title }) => ({ name, title })));
  await sandbox.start();
  remark(text.started(parties.length, durationText(performance.now() - begun)));
  remark(text.signing);
  const agreement = await demoAgreement(
    cards,
    parties.map((p) => p.name),
    begun,
  );
  writePublic(join(sandbox.folder, 'agreement.yaml'), serialiseAgreementYaml(agreement));
  await unlessAborted(signal, sandbox.sign(agreement));
  remark(text.connecting);
  await unlessAborted(signal, Promise.all(parties.map((party) => connect(sandbox, party))));
}

async function connect(sandbox: Sandbox, party: SampleParty): Promise<void> {
  const { client, home } = sandbox.member(party.name);
  await client.connect({ collaboration: DEMO.collaboration, table: DEMO.table, file: writeSample(home, party) });
  remark(painted.err.dim(`  ${text.demoData(party.name, party.rows)}`));
}

async function askAndShow(sandbox: Sandbox, sql: string, question: AskRequest, topics?: readonly ExplainTopic[]): Promise<RunResult> {
  const { client } = sandbox.member(DEMO.receiver);
  const request = { ...question, as: DEMO.analyst };
  const width = terminalWidth(process.stderr);
  remark(wrap(`${text.wordQuestion}: ${sql}`, width, '  '));
  const plan = await client.explain(request);
  const sentences = plan.explanation.sentences.filter((s) => topics === undefined || topics.includes(s.about));
  remark(renderExplanation({ ...plan.explanation, sentences }, text, painted.err, width));
  if (plan.approvals.length > 0) remark(painted.err.yellow(text.demoApproving));
  const answer = await askWithProgress(client, request, 'table', {
    onPlanned: plan.approvals.length > 0 ? approverOf(sandbox) : undefined,
  });
  if (answer.result === null) throw new StationError('demo/no-result', { stage: 'release', message: 'The receiver has no result.' });
  print(renderTable(answer.result, text, painted.out));
  remark(painted.err.dim(text.cost(durationText(answer.timings.totalMs), bytesText(answer.bytes.total), answer.rounds)));
  return answer;
}

/** Approves for an organisation as soon as its station has checked the question, as its approver would do. */
function approverOf(sandbox: Sandbox): (organisation: string, run: string) => void {
  return (organisation, run) => {
    const { client } = sandbox.member(organisation);
    // A failure here shows as a run that waits; the run's own time limit and Ctrl-C end it.
    client.approve(run, { as: `approver-of-${organisation}` }).catch((thrown: unknown) => {
      if (thrown instanceof SluisError) remark(failureText(thrown, text, painted.err));
    });
  };
}

async function showRefusal(sandbox: Sandbox, sql: string): Promise<void> {
  heading(text.demoQuestionRefused);
  remark(wrap(`${text.wordQuestion}: ${sql}`, terminalWidth(process.stderr), '  '));
  try {
    await sandbox.member(DEMO.receiver).client.ask({ sql, as: DEMO.analyst });
  } catch (thrown) {
    if (!(thrown instanceof RefusedError)) throw thrown;
    remark(text.demoRefusedAsAgreed);
    print(failureText(thrown, text, painted.out));
    return;
  }
  throw new StationError('demo/not-refused', { stage: 'plan', message: 'The third question should have been refused, but was not.' });
}

/** Writes the receipt of the first answer and verifies it from the file's bytes alone. */
async function showReceipt(sandbox: Sandbox, answer: RunResult): Promise<void> {
  heading(text.wordReceipt);
  const content = receiptText(answer.receipt);
  writePrivate(receiptPath(sandbox), content);
  const verified = await verifyBytes(utf8(content));
  for (const line of factsOf(verified, painted.err, terminalWidth(process.stderr))) remark(line);
  cautionOf(verified);
  if (JSON.stringify(verified.result) !== JSON.stringify(answer.result)) {
    throw new StationError('demo/result-differs', {
      stage: 'receipt',
      message: 'The result recomputed from the receipt differs from the one shown.',
    });
  }
  print(painted.out.green(text.demoVerified));
}

function hints(sandbox: Sandbox): string {
  const home = (name: string) => `--home ${sandbox.member(name).home}`;
  const analyst = home(DEMO.receiver);
  const [approver] = DEMO.committee;
  const providers = sandbox.names().join(' ');
  const list: [string, string][] = [
    [text.demoHintTemplate, `npx sluis ask --template ${DEMO.template} ${analyst}`],
    [text.demoHintExplain, `npx sluis explain "${DEMO.questions.own}" ${analyst}`],
    [text.demoHintAsk, `npx sluis ask "${DEMO.questions.own}" --as ${DEMO.analyst} ${analyst}`],
    [text.demoHintRuns, `npx sluis runs ${home(approver)}`],
    [text.demoHintApprove, `for o in ${providers}; do npx sluis approve RUN --home ${sandbox.folder}/$o; done`],
    [text.demoHintVerify, `npx sluis verify ${receiptPath(sandbox)} --agreement ${join(sandbox.folder, 'agreement.yaml')}`],
    [text.demoHintAgreement, `npx sluis agreement show ${analyst}`],
  ];
  return [
    '',
    painted.err.bold(text.demoStays),
    ...list.flatMap(([what, command]) => [`  ${what}:`, `    ${painted.err.green(command)}`]),
  ].join('\n');
}

const receiptPath = (sandbox: Sandbox): string => join(sandbox.folder, 'receipt.json');

function heading(title: string): void {
  remark(`\n${painted.err.bold(`── ${title} ──`)}`);
}
