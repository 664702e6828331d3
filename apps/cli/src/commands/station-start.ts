/** `sluis station start` */
import { requireHome } from '../connection.ts';
import { interruption } from '../interruption.ts';
import { printJson, remark } from '../output/streams.ts';

export interface StartOptions {
  readonly home?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly untilStdinEnds?: boolean;
}

export async function stationStart(options: StartOptions): Promise<void> {
  const home = requireHome(options);
  // Libraries write files of their own in the station's folder, such as what does not fit the engine's memory.
  process.umask(0o077);
  const stopped = untilStopped(options.untilStdinEnds === true);
  const { startStation } = await import('@sluis/station');
  const station = await startStation({ home, log: options.quiet === true ? 'quiet' : 'json' }).catch((thrown: unknown) => {
    // An open standard input would keep a process alive that has no station.
    process.stdin.destroy();
    throw thrown;
  });
  if (options.json === true) printJson({ ready: true, url: station.url });
  else remark(`The station accepts connections at ${station.url}; stop it with Ctrl-C.`);
  await stopped;
  await station.close();
  // Whatever a library still keeps open must not keep a stopped station alive.
  process.exit(0);
}

function untilStopped(watchStdin: boolean): Promise<void> {
  const signal = interruption();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (!watchStdin) return;
    process.stdin.on('end', resolve).on('error', resolve).on('close', resolve).resume();
  });
}
