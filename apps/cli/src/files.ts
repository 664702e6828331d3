/** Writing files that a command promises, with errors that say what to mend. */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fstatSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { InvalidError, utf8 } from '@sluis/base';
import { writePrivateFile } from '@sluis/keys';

const PRIVATE = 0o600;

/** Writes a file that only its owner can read. Throws InvalidError `usage/cannot-write`. */
export function writePrivate(path: string, content: string | Uint8Array): void {
  write(path, content, PRIVATE);
}

/** The same for what must not be lost: it is on the disk when this returns, and a crash leaves the old file or the new one. */
export function writePrivateDurably(path: string, content: string | Uint8Array): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writePrivateFile(path, typeof content === 'string' ? utf8(content) : content);
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
}

/** Makes a folder that only its owner may enter, if it is not there. Throws InvalidError `usage/cannot-write`. */
export function makePrivateFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
}

/** Says before the work, and not after it, that its result could not be written. Throws InvalidError `usage/cannot-write`. */
export function requireWritable(path: string): void {
  const wanted = resolve(path);
  let there = wanted;
  while (!existsSync(there)) there = dirname(there);
  try {
    accessSync(there, constants.W_OK);
    if (statSync(there).isDirectory() === (there === wanted)) throw new Error('a folder where a file is needed, or a file for a folder');
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
}

/** Writes a file that others may read. Throws InvalidError `usage/cannot-write`. */
export function writePublic(path: string, content: string): void {
  write(path, content, 0o644);
}

/** Half of a new file is not left behind. */
function write(path: string, content: string | Uint8Array, mode: number): void {
  const fresh = !existsSync(path);
  try {
    mkdirSync(dirname(path), { recursive: true, mode: mode === PRIVATE ? 0o700 : 0o777 });
    const file = openSync(path, 'w', mode);
    try {
      // A file that is there already keeps its permissions otherwise.
      if (mode === PRIVATE && fstatSync(file).isFile()) fchmodSync(file, mode);
      writeFileSync(file, content);
    } catch (cause) {
      if (fresh) rmSync(path, { force: true });
      throw cause;
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    throw cannotWrite(path, cause);
  }
}

const cannotWrite = (path: string, cause: unknown) =>
  new InvalidError('usage/cannot-write', {
    stage: 'usage',
    message: `${path} can't be written.`,
    remedy: 'Check the folder, its permissions and the space left.',
    cause,
  });
