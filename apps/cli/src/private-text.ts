/** Reading a file that only its owner should be able to read. */
import { statSync } from 'node:fs';
import { InvalidError } from '@sluis/base';
import { readInput } from './connection.ts';

/** Throws InvalidError `usage/file-readable` if other users of the machine may read it. */
export function readPrivateText(path: string): string {
  const content = readInput(path);
  if (process.platform === 'win32' || (statSync(path).mode & 0o077) === 0) return content;
  throw new InvalidError('usage/file-readable', {
    stage: 'usage',
    message: `${path} can be read by other users of this machine.`,
    remedy: `Run: chmod 600 ${path}`,
  });
}
