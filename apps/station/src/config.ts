/** The station's folder: what is in it and how it is read. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidError } from '@sluis/base';
import { STATION_FILES, type StationConfig, stationConfigSchema } from '@sluis/model';

export function readConfig(home: string): StationConfig {
  const path = join(home, STATION_FILES.config);
  if (!existsSync(path)) {
    throw new InvalidError('station/not-initialised', {
      stage: 'usage',
      message: `There is no station in ${home}.`,
      remedy: 'Make one with: sluis station init --home DIR --name NAME --listen HOST:PORT',
    });
  }
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new InvalidError('station/config-invalid', { stage: 'usage', message: `${path} is not valid JSON.`, remedy: 'Mend the file or restore it from a backup.', cause });
  }
  const parsed = stationConfigSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new InvalidError('station/config-invalid', {
      stage: 'usage',
      message: `${path}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not of the right form'}.`,
      remedy: 'Mend the file.',
    });
  }
  return parsed.data;
}

/** The bearer token with which this folder's owner talks to the station. Refused if others may read it. */
export function readToken(home: string): string {
  const path = join(home, STATION_FILES.token);
  if (!existsSync(path)) throw new InvalidError('station/no-token', { stage: 'usage', message: `${path} is missing.`, remedy: 'Restore it, or initialise a new station.' });
  if ((statSync(path).mode & 0o077) !== 0) {
    throw new InvalidError('station/token-readable', { stage: 'usage', message: `${path} can be read by other users of this machine.`, remedy: `Run: chmod 600 ${path}` });
  }
  return readFileSync(path, 'utf8').trim();
}

export function splitAddress(text: string): { host: string; port: number } {
  const at = text.lastIndexOf(':');
  return { host: text.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(text.slice(at + 1)) };
}
