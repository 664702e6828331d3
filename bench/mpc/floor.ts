/** The floor of a computation's time: its bytes and rounds over bare TLS between three processes, without any computing. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { RUNTIME_FLAGS, runtimeEnvironment } from '../../apps/cli/bin/runtime.js';
import type { FromBare, ToBare } from './bare-party.ts';

const PROGRAM = fileURLToPath(new URL('./bare-party.ts', import.meta.url));

export interface Floor {
  readonly secondsPerByte: number;
  readonly cpuSecondsPerByte: number;
  readonly secondsPerRound: number;
}

/** Seconds below which no program that sends this much in so many rounds can end here. */
export const floorSeconds = (floor: Floor, bytes: number, rounds: number): number =>
  bytes * floor.secondsPerByte + rounds * floor.secondsPerRound;

/** Measures it: `bytes` in total, by three processes at once, after a warm-up. */
export async function measureFloor(bytes: number, rounds: number): Promise<Floor> {
  const children = [0, 1, 2].map(() => fork(PROGRAM, { execArgv: [...RUNTIME_FLAGS], env: runtimeEnvironment(process.env) }));
  try {
    const ports = (await Promise.all(children.map(next))) as { port: number }[];
    await all(children, (seat) => ({ port: (ports[(seat + 1) % 3] as { port: number }).port }));
    await all(children, () => ({ bytes: Math.ceil(bytes / 12) }));
    await all(children, () => ({ rounds: Math.ceil(rounds / 4) }));
    const moved = await all(children, () => ({ bytes: Math.ceil(bytes / 3) }));
    const pinged = await all(children, () => ({ rounds }));
    return {
      secondsPerByte: moved.seconds / bytes,
      cpuSecondsPerByte: moved.cpuSeconds / bytes,
      secondsPerRound: pinged.seconds / rounds,
    };
  } finally {
    for (const child of children) child.disconnect();
  }
}

async function all(children: readonly ChildProcess[], message: (seat: number) => ToBare) {
  const started = performance.now();
  const answers = children.map(next);
  children.forEach((child, seat) => void child.send(message(seat)));
  const done = await Promise.all(answers);
  const cpuSeconds = done.reduce((sum, m) => sum + ('cpuSeconds' in m ? m.cpuSeconds : 0), 0);
  return { seconds: (performance.now() - started) / 1000, cpuSeconds };
}

function next(child: ChildProcess): Promise<FromBare> {
  const { promise, resolve, reject } = Promise.withResolvers<FromBare>();
  const heard = (message: FromBare) => resolve(message);
  const ended = () => reject(new Error('a process of the floor has ended'));
  child.once('message', heard);
  child.once('exit', ended);
  return promise.finally(() => {
    child.off('message', heard);
    child.off('exit', ended);
  });
}
