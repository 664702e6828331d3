/** How a failure ends a command: words on stderr or one JSON document on stdout, and the exit code of the contract. */
import { InvalidError, NothingReleasedError, PeerError, RefusedError, SluisError, StationError } from '@sluis/base';
import { type Messages, text } from '../messages/index.ts';
import { type Paint, printable, terminalWidth, wrap } from './paint.ts';
import { painted, printJson, remark } from './streams.ts';

/** Ends the command with this failure; `json` as the command's options say. */
export function reportFailure(thrown: unknown, json: boolean): void {
  const error = failureOf(thrown);
  process.exitCode = error.exitCode;
  if (json) printJson({ error: error.toRecord() });
  else remark(failureText(error, text, painted.err));
  if (process.env['SLUIS_DEBUG']) remark(String(thrown instanceof Error ? (thrown.stack ?? thrown) : thrown) + causeOf(thrown));
}

/** What a command says of anything that was thrown. */
export const failureOf = (thrown: unknown): SluisError =>
  thrown instanceof SluisError ? thrown : (fileFault(thrown) ?? unexpected(thrown));

/** Faults of the file system that no command expects at that place, and what to do about each. */
const FILE_FAULTS: Readonly<Record<string, readonly [message: string, remedy: string]>> = {
  EACCES: ['may not be read or written', 'Check who owns it and its permissions.'],
  EPERM: ['may not be read or written', 'Check who owns it and its permissions.'],
  EROFS: ['lies on a file system that is read-only', 'Choose another folder.'],
  ENOSPC: ['could not be written: there is no space left', 'Free some space; then try again.'],
  EDQUOT: ['could not be written: the quota is used up', 'Free some space; then try again.'],
  ENOTDIR: ['has a file in its path where a folder is needed', 'Choose another folder.'],
};

/** A fault of the file system with the path that it is about; null for everything else. */
function fileFault(thrown: unknown): SluisError | null {
  const { code, path } = thrown instanceof Error ? (thrown as NodeJS.ErrnoException) : {};
  const [message, remedy] = FILE_FAULTS[code ?? ''] ?? [];
  if (message === undefined || remedy === undefined) return null;
  return new InvalidError('usage/file-system', { stage: 'usage', message: `${path ?? 'A file'} ${message}.`, remedy, cause: thrown });
}

/** Texts of unknown errors may hold values of data, so they are shown only on demand. */
function unexpected(thrown: unknown): SluisError {
  const code = thrown instanceof Error && 'code' in thrown ? ` (${String(thrown.code)})` : '';
  return new StationError('internal/unexpected', {
    stage: 'usage',
    message: `An unexpected fault happened in this command${code}.`,
    remedy: 'Run it again with SLUIS_DEBUG=1 to see where; please report it if it repeats.',
    cause: thrown,
  });
}

export function failureText(error: SluisError, messages: Messages, paint: Paint): string {
  const where = error.party === null ? '' : ` ${messages.at(printable(error.party))}`;
  const width = terminalWidth(process.stderr);
  const translated = messages.headlines[error.code] ?? messages.headlines[`${error.code.split('/')[0]}/`];
  const lines = error.message.split('\n').map((line) => wrap(printable(line), width));
  const out = [
    `${paint.red(paint.bold(`${headline(error, messages)}${where}`))} ${paint.dim(`(${error.code})`)}`,
    ...(translated === undefined ? [] : [translated]),
    ...lines,
  ];
  if (error.remedy !== null) out.push(wrap(`${paint.bold(`${messages.nextStep}:`)} ${printable(error.remedy)}`, width));
  return out.join('\n');
}

function headline(error: SluisError, messages: Messages): string {
  if (error instanceof RefusedError) return messages.refused;
  if (error instanceof InvalidError) return messages.invalid;
  if (error instanceof PeerError) return error.party === null ? messages.failed : messages.peerFailed;
  if (error instanceof NothingReleasedError) return messages.nothingReleased;
  return messages.failed;
}

function causeOf(thrown: unknown): string {
  if (!(thrown instanceof Error) || thrown.cause === undefined) return '';
  const cause = thrown.cause instanceof Error ? (thrown.cause.stack ?? String(thrown.cause)) : String(thrown.cause);
  return `\nCaused by: ${cause}`;
}
