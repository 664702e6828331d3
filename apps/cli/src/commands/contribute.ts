/** `sluis contribute TABLE --from FILE` */
import { createReadStream } from 'node:fs';
import { InvalidError } from '@sluis/base';
import { BadRowsError, contribute, type Contributed, type RowProblem } from '@sluis/sdk/contribute';
import { type ContributorOptions, withContributor } from '../contributing.ts';
import { interruption } from '../interruption.ts';
import { text } from '../messages/index.ts';
import { ContributeView } from '../output/contribute-view.ts';
import { print, printJson, remark } from '../output/streams.ts';

export interface ContributeRowsOptions extends ContributorOptions {
  readonly from: string;
  readonly replace?: boolean;
  readonly dropInvalid?: boolean;
  readonly again?: boolean;
  readonly anonymous?: boolean;
  readonly dryRun?: boolean;
}

export async function contributeRows(table: string, options: ContributeRowsOptions): Promise<void> {
  const signal = interruption();
  await withContributor(options, async ({ contributor, client, agreement, agreementId }) => {
    const view = new ContributeView(process.stderr, text);
    try {
      const done = await contribute({
        agreement,
        agreementId,
        table,
        contributor,
        anonymous: null,
        mode: options.replace === true ? 'replace' : 'append',
        source: () => bytesOf(options.from),
        dropInvalid: options.dropInvalid === true,
        again: options.again === true,
        client: options.dryRun === true ? null : client,
        onProgress: (p) => view.show(p),
        signal,
      });
      view.end();
      tell(table, done, options);
    } catch (thrown) {
      view.end();
      if (!(thrown instanceof BadRowsError)) throw thrown;
      for (const problem of thrown.problems) remark(problemText(problem));
      throw thrown;
    }
  });
}

export async function* bytesOf(path: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) yield chunk;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).syscall === undefined) throw cause;
    throw new InvalidError('usage/file-unreadable', {
      stage: 'usage',
      message: `${path} can't be read.`,
      remedy: 'Check the path and its permissions.',
      cause,
    });
  }
}

function problemText({ line, column, problem }: RowProblem): string {
  return text.contributeProblem(line, column, text.contributeProblems[problem] ?? problem);
}

function tell(table: string, done: Contributed, options: ContributeRowsOptions): void {
  const parties = done.parties.map(({ organisation, deposit }) => ({ organisation, state: deposit.state }));
  if (options.json === true) {
    printJson({ deposit: done.batch, table, rows: done.rows, dropped: done.dropped, already: done.already, parties });
    return;
  }
  for (const problem of done.problems) remark(problemText(problem));
  if (done.dropped > 0) remark(text.contributeDropped(done.dropped));
  if (done.batch === null) print(text.contributeDry(done.rows, table));
  else if (done.already) print(text.contributeAlready(done.batch));
  else print(text.contributeDone(done.rows, table, done.batch, parties.map((p) => p.organisation).join(', ')));
}
