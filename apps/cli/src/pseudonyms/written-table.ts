/** Writing a table anew, readable by its owner only; it is there as a whole or not at all. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { InvalidError } from '@sluis/base';
import { csvLine } from '../output/csv.ts';

const ROWS_AT_ONCE = 5000;

/** Writes a CSV file durably. @returns rows written. Throws InvalidError `usage/cannot-write`. */
export function writeTable(path: string, names: readonly string[], rows: Iterable<readonly (string | null)[]>): number {
  const temporary = `${path}.${process.pid}.new`;
  let written = 0;
  try {
    const out = openSync(temporary, 'wx', 0o600);
    try {
      let lines = [csvLine(names)];
      for (const row of rows) {
        lines.push(csvLine(row));
        written += 1;
        if (lines.length < ROWS_AT_ONCE) continue;
        writeAll(out, lines.join(''));
        lines = [];
      }
      writeAll(out, lines.join(''));
      fsyncSync(out);
    } finally {
      closeSync(out);
    }
    renameSync(temporary, path);
    return written;
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw new InvalidError('usage/cannot-write', {
      stage: 'usage',
      message: `${path} can't be written.`,
      remedy: 'Check the folder, its permissions and the space left.',
      cause,
    });
  }
}

function writeAll(file: number, content: string): void {
  const bytes = Buffer.from(content);
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}
