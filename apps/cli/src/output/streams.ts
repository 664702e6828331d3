/** Where output goes: results to stdout, progress and remarks to stderr. */
import { paintFor } from './paint.ts';

export const painted = { out: paintFor(process.stdout), err: paintFor(process.stderr) };

export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, process.stdout.isTTY === true ? 2 : 0)}\n`);
}

export function remark(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** A reader that goes away (`sluis … | head`) is no failure. */
export function tolerateClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}
