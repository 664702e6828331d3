/** Writing files that a command promises, with errors that say what to mend. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { InvalidError } from '@sluis/base';

/** Writes a file that only its owner can read. Throws InvalidError `usage/cannot-write`. */
export function writePrivate(path: string, content: string): void {
  write(path, content, 0o600);
}

/** Writes a file that others may read. Throws InvalidError `usage/cannot-write`. */
export function writePublic(path: string, content: string): void {
  write(path, content, 0o644);
}

function write(path: string, content: string, mode: number): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content, { mode });
  } catch (cause) {
    throw new InvalidError('usage/cannot-write', {
      stage: 'usage',
      message: `${path} can't be written.`,
      remedy: 'Check the folder, its permissions and the space left.',
      cause,
    });
  }
}
