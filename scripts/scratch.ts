/**
 * Where tests write their temporary files: in memory, where there is room. Stations wait for the disk at every entry of
 * their logs and databases, so that tests wait for it thousands of times.
 */
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { freemem } from 'node:os';
import { join } from 'node:path';

const MEMORY = '/dev/shm';
const NAME = /^sluis-tests-(\d+)-/;
const GIB = 2 ** 30;
/** Lists of a few hundred thousand rows, several times over, and what browsers and databases keep. */
const ROOM = 3 * GIB;
/** Stations of two files at a time need more than what is written. */
const FREE = 3 * ROOM;

/** Sets TMPDIR for this process and its children, until it ends; does nothing where somebody has chosen a folder, or room is short. */
export function scratchInMemory(): void {
  if (process.env['TMPDIR'] !== undefined || process.platform !== 'linux' || !existsSync(MEMORY)) return;
  removeLeftovers();
  const { bavail, bsize } = statfsSync(MEMORY);
  if (bavail * bsize < ROOM || freemem() < FREE) return;
  const folder = mkdtempSync(join(MEMORY, `sluis-tests-${process.pid}-`));
  // As /tmp: tests start processes of other operating-system users.
  chmodSync(folder, 0o1777);
  process.env['TMPDIR'] = folder;
  process.on('exit', () => remove(folder));
}

/** Of runs that were killed. */
function removeLeftovers(): void {
  for (const entry of readdirSync(MEMORY)) {
    const pid = NAME.exec(entry)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) remove(join(MEMORY, entry));
  }
}

function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // Somebody else's, or still in use: it is removed by a later run.
  }
}
