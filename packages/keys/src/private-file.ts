/** Files that only their owner may read: written whole or not at all, refused when others could read them. */
import {
  chmodSync,
  closeSync,
  existsSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { StationError } from '@sluis/base';

const OWNER_ONLY = 0o600;
const OTHERS = 0o077;

/** Writes a file of mode 0600 durably and atomically. */
export function writePrivateFile(path: string, bytes: Uint8Array): void {
  const temporary = `${path}.new`;
  rmSync(temporary, { force: true });
  const file = openSync(temporary, 'wx', OWNER_ONLY);
  try {
    fchmodSync(file, OWNER_ONLY);
    writeFileSync(file, bytes);
    fsyncSync(file);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw cause;
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  // Windows has no such thing for folders.
  if (process.platform === 'win32') return;
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** What SQLite may keep beside a database's file; it creates them with the file's own mode. */
const BESIDE_DATABASE = ['-wal', '-shm', '-journal'];

/** Before SQLite opens `path`: the file is there with mode 0600, and so are those that an earlier process left beside it. */
export function makePrivateDatabase(path: string): void {
  closeSync(openSync(path, 'a', OWNER_ONLY));
  for (const file of ['', ...BESIDE_DATABASE].map((suffix) => path + suffix)) if (existsSync(file)) chmodSync(file, OWNER_ONLY);
}

/** Null if there is no such file; throws StationError `keys/readable-by-others` if group or world have any right to it. */
export function readPrivateFile(path: string): Uint8Array | null {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new StationError('keys/unreadable', {
      stage: 'keys',
      message: `The file ${path} cannot be read.`,
      remedy: "Check that the station's user owns it.",
      cause,
    });
  }
  try {
    if (process.platform !== 'win32' && (fstatSync(file).mode & OTHERS) !== 0) {
      throw new StationError('keys/readable-by-others', {
        stage: 'keys',
        message: `Others than its owner have rights to the file ${path}, so its secrets may be known to them.`,
        remedy: `If nobody has read it: chmod 600 ${path}. Otherwise make new keys and have the agreement signed anew.`,
      });
    }
    return new Uint8Array(readFileSync(file));
  } finally {
    closeSync(file);
  }
}
