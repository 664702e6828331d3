/**
 * Encrypted shares as files in the station's folder: `deposits/BATCH/PIECE`, mode 0600. A file is written under another
 * name and renamed when it is on the disk, so that a crash leaves a whole piece or none.
 */
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ShareFiles } from '@sluis/flow';
import { guarded } from './failures.ts';

const BATCH = /^[0-9a-f]{32}$/;

export function shareFiles(home: string): ShareFiles {
  const root = join(home, 'deposits');
  const folderOf = (batch: string): string => {
    if (!BATCH.test(batch)) throw new RangeError('a deposit has a number of 32 hexadecimal digits');
    return join(root, batch);
  };
  const fileOf = (batch: string, piece: number): string => {
    if (!Number.isSafeInteger(piece) || piece < 0) throw new RangeError('pieces are numbered from 0');
    return join(folderOf(batch), String(piece));
  };
  return {
    put: (batch, piece, bytes) => guarded('writing shares', () => write(root, folderOf(batch), fileOf(batch, piece), bytes)),
    get: (batch, piece) => guarded('reading shares', async () => new Uint8Array(await readFile(fileOf(batch, piece)))),
    remove: (batch) => guarded('deleting shares', () => rm(folderOf(batch), { recursive: true, force: true })),
    list: () =>
      guarded('reading the folder of shares', async () => {
        const names = await readdir(root).catch((cause: NodeJS.ErrnoException) => {
          if (cause.code === 'ENOENT') return [];
          throw cause;
        });
        return names.filter((n) => BATCH.test(n));
      }),
  };
}

async function write(root: string, folder: string, path: string, bytes: Uint8Array): Promise<void> {
  const made = await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = `${path}.new`;
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await syncFolder(folder);
  if (made !== undefined) await syncFolder(root);
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
