/** Which station a command talks to, and how the command ends whatever happens. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { InvalidError } from '@sluis/base';
import { accessFromHome, normaliseUrl, readToken, type StationAccess, StationClient } from '@sluis/sdk';

export interface ConnectionOptions {
  readonly home?: string;
  readonly station?: string;
  readonly tokenFile?: string;
  readonly certificate?: string;
}

/** The station's folder as options or SLUIS_HOME name it; null if neither does. */
export function homeOf(options: { readonly home?: string }): string | null {
  const named = options.home ?? process.env['SLUIS_HOME'];
  return named === undefined || named === '' ? null : resolve(named);
}

export function requireHome(options: { readonly home?: string }): string {
  const home = homeOf(options);
  if (home !== null) return home;
  throw new InvalidError('usage/no-home', {
    stage: 'usage',
    message: "No station's folder is named.",
    remedy: 'Give --home DIR, or set SLUIS_HOME.',
  });
}

/** Access from a folder, or from an address with token and certificate given apart. */
export function accessOf(options: ConnectionOptions): StationAccess {
  const url = options.station ?? (process.env['SLUIS_STATION'] || undefined);
  const home = homeOf(options);
  if (home !== null) return accessFromHome(home, url);
  const certificate = options.certificate ?? process.env['SLUIS_CERTIFICATE'];
  const token = options.tokenFile === undefined ? process.env['SLUIS_TOKEN'] : readToken(options.tokenFile);
  if (url === undefined || certificate === undefined || token === undefined) {
    throw new InvalidError('usage/no-station', {
      stage: 'usage',
      message: 'It is not clear which station to talk to.',
      remedy:
        "Give --home DIR (or SLUIS_HOME) with the station's folder; or --station URL with --certificate FILE and --token-file FILE " +
        '(or SLUIS_STATION, SLUIS_CERTIFICATE and SLUIS_TOKEN).',
    });
  }
  return { url: normaliseUrl(url), token, certificate: readInput(certificate) };
}

/** Runs something with a client of the station and closes its connections afterwards. */
export async function withStation<T>(options: ConnectionOptions, use: (client: StationClient) => Promise<T>): Promise<T> {
  const client = new StationClient(accessOf(options));
  try {
    return await use(client);
  } finally {
    client.close();
  }
}

/** A text file in UTF-8 that the user named, or standard input for `-` where that may be; without a byte order mark. */
export function readInput(path: string, standardInput = false): string {
  const bytes = standardInput && path === '-' ? readFileSync(0) : readInputBytes(path);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new InvalidError('usage/file-encoding', {
      stage: 'usage',
      message: `${path === '-' ? 'What comes on standard input' : path} is not UTF-8 text.`,
      remedy: 'Save it as UTF-8.',
      cause,
    });
  }
}

export function readInputBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** The error for a file that the user named and that can't be read. */
export function unreadable(path: string, cause: unknown): InvalidError {
  const code = (cause as NodeJS.ErrnoException).code;
  const [message, remedy] =
    code === 'ENOENT' || code === 'ENOTDIR'
      ? [`There is no file ${path}.`, 'Check the name; relative names start from the current folder.']
      : code === 'EISDIR'
        ? [`${path} is a folder.`, 'Name a file in it.']
        : [`${path} can't be read${code === 'EACCES' ? ': its permissions do not allow it' : ''}.`, 'Check the path and its permissions.'];
  return new InvalidError('usage/file-unreadable', { stage: 'usage', message, remedy, cause });
}
