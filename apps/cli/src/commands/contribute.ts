/** `sluis contribute TABLE --from FILE` */
import { createReadStream, existsSync } from 'node:fs';
import { InvalidError } from '@sluis/base';
import type { DepositManifest } from '@sluis/model';
import {
  anonymousOf,
  BadRowsError,
  contribute,
  type Contributed,
  readTokenFile,
  type RowProblem,
  type TokenFile,
} from '@sluis/sdk/contribute';
import { unreadable } from '../connection.ts';
import { type Contributing, type ContributorOptions, withContributor, withToken } from '../contributing.ts';
import { interruption } from '../interruption.ts';
import { text } from '../messages/index.ts';
import { ContributeView } from '../output/contribute-view.ts';
import { print, printJson, remark } from '../output/streams.ts';
import { readPrivateText } from '../private-text.ts';
import { tokenInFile } from '../token-place.ts';

interface GivenOptions extends ContributorOptions {
  readonly from?: string;
  readonly replace?: boolean;
  readonly dropInvalid?: boolean;
  readonly again?: boolean;
  /** True, or the name of a token file. */
  readonly anonymous?: boolean | string;
  readonly dryRun?: boolean;
}

export interface ContributeRowsOptions extends GivenOptions {
  readonly from: string;
}

export async function contributeRows(table: string, given: GivenOptions): Promise<void> {
  const options = withFile(table, given);
  if (options.anonymous === undefined) return withContributor(options, (all) => deposit(table, options, all, null));
  const token = typeof options.anonymous === 'string' ? readTokenFile(readPrivateText(options.anonymous)) : await tokenNow(table, options);
  if (token.table !== table)
    throw new InvalidError('deposit/token-invalid', {
      stage: 'usage',
      message: `The token is for table "${token.table}".`,
      remedy: 'Name that table, or get another token.',
    });
  await withToken(token, options, (all) => deposit(table, options, all, anonymousOf(token).anonymous));
}

/** Checked before anybody is spoken to. */
function withFile(table: string, options: GivenOptions): ContributeRowsOptions {
  const { from } = options;
  if (from !== undefined && existsSync(from)) return { ...options, from };
  throw new InvalidError(from === undefined ? 'usage/no-file' : 'usage/file-unreadable', {
    stage: 'usage',
    message: from === undefined ? `It is not said which rows go into ${table}.` : `The file ${from} does not exist.`,
    remedy: from === undefined ? `Give a CSV file: sluis contribute ${table} --from FILE` : 'Check the path after --from.',
  });
}

async function tokenNow(table: string, options: ContributeRowsOptions): Promise<TokenFile> {
  remark(text.contributeTokenWaiting);
  const { token, path } = await withContributor(options, (all) => tokenInFile(all, table));
  remark(text.contributeTokenKept(path));
  return token;
}

async function deposit(
  table: string,
  options: ContributeRowsOptions,
  all: Contributing,
  anonymous: DepositManifest['anonymous'],
): Promise<void> {
  const view = new ContributeView(process.stderr, text);
  const signal = interruption();
  try {
    const done = await contribute({
      agreement: all.agreement,
      agreementId: all.agreementId,
      contributor: all.contributor,
      client: options.dryRun === true ? null : all.client,
      table,
      anonymous,
      mode: options.replace === true ? 'replace' : 'append',
      source: () => bytesOf(options.from),
      dropInvalid: options.dropInvalid === true,
      again: options.again === true,
      onProgress: (p) => view.show(p),
      signal,
    });
    view.end();
    tell(table, done, options);
  } catch (thrown) {
    view.end();
    if (!(thrown instanceof BadRowsError)) throw thrown;
    tellBadRows(thrown, options);
  }
}

export async function* bytesOf(path: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) yield chunk;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).syscall === undefined) throw cause;
    throw unreadable(path, cause);
  }
}

/** Every place on stderr for people, or in the document for programs. */
function tellBadRows(error: BadRowsError, options: ContributeRowsOptions): void {
  for (const problem of error.problems) remark(problemText(problem));
  if (error.count > error.problems.length) remark(text.contributeMoreProblems(error.count - error.problems.length));
  if (options.json !== true) throw error;
  process.exitCode = error.exitCode;
  printJson({ error: error.toRecord(), problems: error.problems });
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
  else {
    print(text.contributeDone(done.rows, table, done.batch, parties.map((p) => p.organisation).join(', ')));
    if (options.anonymous !== undefined) for (const line of text.contributeAnonymous) remark(line);
  }
}
