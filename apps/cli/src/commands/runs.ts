/** `sluis runs` */
import type { RunSummary } from '@sluis/model';
import { type ConnectionOptions, withStation } from '../connection.ts';
import { renderGrid } from '../output/grid.ts';
import { printable } from '../output/paint.ts';
import { painted, print, printJson } from '../output/streams.ts';

export async function runs(options: ConnectionOptions & { readonly json?: boolean; readonly limit: number }): Promise<void> {
  const answer = await withStation(options, (client) => client.runs(options.limit));
  if (options.json === true) return printJson(answer);
  if (answer.runs.length === 0) return print('No questions yet.');
  const rows = answer.runs.map((r) => [
    r.id.slice(0, 12),
    r.state,
    r.createdAt.slice(0, 16).replace('T', ' '),
    `${r.coordinator}/${r.analyst}`,
    subject(r),
  ]);
  print(renderGrid(['run', 'state', 'asked (UTC)', 'by', 'question'], rows, painted.out));
}

function subject(run: RunSummary): string {
  const question = run.template ?? run.sql.replace(/\s+/g, ' ');
  const short = question.length > 70 ? `${question.slice(0, 69)}…` : question;
  return run.error === null ? printable(short) : `${printable(short)} (${run.error.code})`;
}
