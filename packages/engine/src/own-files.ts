/** A station's own files are no data: its token, keys and state never become rows of a shared table. */
import { realpathSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { RefusedError } from '@sluis/base';

/** Files in a station's folder; the database and the key file have companions with longer names. */
const OWN = /^(token|station\.(json|crt)|unlock\.secret|keys\.sealed.*|state\.db.*)$/i;

/** Throws RefusedError `dataset/own-file` if a source, links followed, is a file of the station itself. */
export function refuseOwnFiles(home: string, files: readonly string[]): void {
  const folder = real(home);
  for (const file of files) {
    const path = real(file);
    if (path === null || dirname(path) !== folder || !OWN.test(basename(path))) continue;
    throw new RefusedError('dataset/own-file', {
      stage: 'dataset',
      message: `${file} is one of this station's own files; it holds no rows.`,
      remedy: 'Name a file with the data.',
    });
  }
}

function real(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}
