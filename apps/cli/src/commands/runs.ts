/** `sluis runs`, and `sluis runs RUN`: what an approver reads before deciding */
import type { RunSummary, RunView } from '@sluis/model';
import { type ConnectionOptions, withStation } from '../connection.ts';
import { text } from '../messages/index.ts';
import { namedRun } from '../named-run.ts';
import { renderEstimate, renderExplanation } from '../output/explanation.ts';
import { renderGrid } from '../output/grid.ts';
import { printable, terminalWidth, wrap } from '../output/paint.ts';
import { painted, print, printJson, remark } from '../output/streams.ts';

export async function runs(options: ConnectionOptions & { readonly json?: boolean; readonly limit: number }): Promise<void> {
  const { answer, others } = await withStation(options, async (client) => {
    const answer = await client.runs(options.limit);
    return { answer, others: options.json === true ? 0 : (await client.intersections()).runs.length };
  });
  if (options.json === true) return printJson(answer);
  if (others > 0) remark(text.intersectRunsToo);
  if (answer.runs.length === 0) return print('No questions yet.');
  const rows = answer.runs.map((r) => [
    r.id.slice(0, 12),
    r.state,
    r.createdAt.slice(0, 16).replace('T', ' '),
    `${r.coordinator}/${r.analyst}`,
    r.charged?.epsilon ?? '',
    subject(r),
  ]);
  print(renderGrid(['run', 'state', 'asked (UTC)', 'by', 'ε', 'question'], rows, painted.out));
}

/** One run in full: question, who asked, who must approve, what it would reveal, and how it ended. */
export async function showRun(given: string, options: ConnectionOptions & { readonly json?: boolean }): Promise<void> {
  const run = await withStation(options, async (client) => {
    const { kind, id } = await namedRun(client, given);
    return kind === 'question' ? client.run(id) : null;
  });
  if (run === null) return (await import('./intersect-station.ts')).showRun(given, options);
  if (options.json === true) return printJson(run);
  const width = terminalWidth(process.stdout);
  print(
    runLines(run)
      .map((line) => wrap(line, width, '  '))
      .join('\n'),
  );
  if (run.explanation.sentences.length === 0) return;
  print(renderExplanation(run.explanation, text, painted.out, width));
  print(painted.out.dim(renderEstimate(run.explanation, text)));
}

function runLines(run: RunView): string[] {
  const { needed, given } = run.approvals;
  return [
    `Run ${run.id} of ${run.collaboration}: ${run.state}`,
    `Asked by ${printable(run.analyst)} of ${run.coordinator} at ${run.createdAt}; the result goes to ${run.receivers.join(', ')}`,
    ...(run.template === null ? [] : [`Template: ${run.template}`]),
    `Question: ${printable(run.sql.replace(/\s+/g, ' '))}`,
    needed.length === 0 ? 'Approval: not needed' : `Approval: needed of ${needed.join(', ')}; seen here: ${given.join(', ') || 'none'}`,
    ...chargedLines(run),
    ...(run.error === null ? [] : [`Ended: ${printable(run.error.message)} ${printable(run.error.remedy ?? '')}`]),
  ];
}

/** What failed after it was charged stays charged: the owner should know what for. */
function chargedLines({ charged, state }: RunView): string[] {
  if (charged === null) return [];
  const lost = ['failed', 'cancelled', 'refused'].includes(state) ? ` ${text.runChargedLost}` : '';
  return [`${text.runCharged(charged.epsilon, charged.delta, charged.tables.join(', '))}.${lost}`];
}

function subject(run: RunSummary): string {
  const question = run.template ?? run.sql.replace(/\s+/g, ' ');
  const short = question.length > 70 ? `${question.slice(0, 69)}…` : question;
  return run.error === null ? printable(short) : `${printable(short)} (${run.error.code})`;
}
