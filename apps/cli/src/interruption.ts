/** Ctrl-C: the first asks the command to end cleanly, a later one ends it at once. */
import { text } from './messages/index.ts';
import { remark } from './output/streams.ts';

/** A terminal sends the signal to the launcher too, which passes it on: two within this time are one. */
const SAME_MS = 700;

let controller: AbortController | null = null;

/** The signal that aborts when the user interrupts this command. Installed once a process. */
export function interruption(): AbortSignal {
  if (controller !== null) return controller.signal;
  const own = new AbortController();
  controller = own;
  let first = 0;
  const onSignal = () => {
    const now = performance.now();
    if (first === 0) {
      first = now;
      own.abort();
    } else if (now - first > SAME_MS) {
      remark(text.forcedEnd);
      process.exit(130);
    }
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal);
  return own.signal;
}

/** What the work gives, or at once what aborted the signal: nobody waits for the work then, however it ends. */
export async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let abort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
  });
  try {
    return await Promise.race([aborted, work]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
