/** Writing files that a command promises, with errors that say what to mend. */
import { closeSync, fchmodSync, fstatSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { InvalidError } from '@sluis/base';

const PRIVATE = 0o600;

/** Writes a file that only its owner can read. Throws InvalidError `usage/cannot-write`. */
export function writePrivate(path: string, content: string): void {
  write(path, content, PRIVATE);
}

/** Writes a file that others may read. Throws InvalidError `usage/cannot-write`. */
export function writePublic(path: string, content: string): void {
  write(path, content, 0o644);
}

function write(path: string, content: string, mode: number): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(path, 'w', mode);
    try {
      // A file that is there already keeps its permissions otherwise.
      if (mode === PRIVATE && fstatSync(file).isFile()) fchmodSync(file, mode);
      writeFileSync(file, content);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    throw new InvalidError('usage/cannot-write', {
      stage: 'usage',
      message: `${path} can't be written.`,
      remedy: 'Check the folder, its permissions and the space left.',
      cause,
    });
  }
}
