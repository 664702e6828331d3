/** Three compute parties as processes of their own: starts them, has them run one workload together, adds up their figures. */
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { RUNTIME_FLAGS, runtimeEnvironment } from '../../apps/cli/bin/runtime.js';
import type { FromParty, Order, PartyFigures, Threat, ToParty } from './protocol.ts';

const PROGRAM = fileURLToPath(new URL('./party.ts', import.meta.url));

export interface Measured {
  /** From telling all three until the last has ended. */
  readonly seconds: number;
  /** The following are sums over the three processes, but for the rounds. */
  readonly cpuSeconds: number;
  readonly bytes: number;
  readonly rounds: number;
  readonly pageFaults: number;
  /** The largest of the three so far. */
  readonly peakBytes: number;
}

/** A workload that `mpc` can't do yet. */
export class Missing extends Error {}

export class Trio {
  readonly children: readonly ChildProcess[];

  private constructor(children: readonly ChildProcess[]) {
    this.children = children;
  }

  /** @param silentMs - when a silent peer is given up; the wire's own choice by default. */
  static async start(silentMs?: number): Promise<Trio> {
    const execArgv = [...RUNTIME_FLAGS, ...(process.env['SLUIS_BENCH_FLAGS']?.split(' ') ?? []), '--expose-gc'];
    const options = { execArgv, env: runtimeEnvironment(process.env) };
    const trio = new Trio(
      [0, 1, 2].map((seat) => fork(PROGRAM, [String(seat), ...(silentMs === undefined ? [] : [String(silentMs)])], options)),
    );
    const hello = await trio.#answers('listening');
    await trio.#ask({ kind: 'peers', peers: hello.map((h) => h.peer) }, 'ready');
    return trio;
  }

  /** Runs a workload once and has its result checked. Throws `Missing` if it does not exist yet, and whatever it fails with. */
  async measure(workload: string, size: number, threat: Threat, profile: string | null = null): Promise<Measured> {
    const order: Order = { workload, size, threat, run: randomBytes(16).toString('hex'), profile };
    await this.#ask({ kind: 'prepare', order }, 'ready');
    const started = performance.now();
    const done = (await this.#ask({ kind: 'go' }, 'done')).map((m) => m.figures);
    const seconds = (performance.now() - started) / 1000;
    await this.#ask({ kind: 'check' }, 'checked');
    const sum = (of: (f: PartyFigures) => number) => done.reduce((total, f) => total + of(f), 0);
    return {
      seconds,
      cpuSeconds: sum((f) => f.cpuSeconds),
      bytes: sum((f) => f.bytesSent),
      pageFaults: sum((f) => f.pageFaults),
      rounds: Math.max(...done.map((f) => f.rounds)),
      peakBytes: Math.max(...done.map((f) => f.peakBytes)),
    };
  }

  stop(): void {
    for (const child of this.children) if (child.connected) child.disconnect();
  }

  /** What each has to say next, whatever it is; for who starts and stops parts himself. */
  next(seat: number, withinMs: number): Promise<FromParty> {
    const { promise, resolve, reject } = Promise.withResolvers<FromParty>();
    const child = this.children[seat] as ChildProcess;
    const timer = setTimeout(() => reject(new Error(`party ${seat} said nothing within ${withinMs} ms`)), withinMs);
    child.once('message', resolve);
    return promise.finally(() => {
      clearTimeout(timer);
      child.off('message', resolve);
    });
  }

  #ask<K extends FromParty['kind']>(message: ToParty, expected: K) {
    const answers = this.#answers(expected);
    for (const child of this.children) child.send(message);
    return answers;
  }

  /** Waits for the next message of each; rejects on the first that is not the expected one, or that ends. */
  #answers<K extends FromParty['kind']>(expected: K): Promise<Extract<FromParty, { kind: K }>[]> {
    return Promise.all(this.children.map((child, seat) => nextMessage(child, seat, expected)));
  }
}

function nextMessage<K extends FromParty['kind']>(child: ChildProcess, seat: number, expected: K) {
  const { promise, resolve, reject } = Promise.withResolvers<Extract<FromParty, { kind: K }>>();
  const heard = (message: FromParty) => {
    if (message.kind === expected) resolve(message as Extract<FromParty, { kind: K }>);
    else if (message.kind === 'missing') reject(new Missing(message.what));
    else reject(new Error(`party ${seat}: ${message.kind === 'failed' ? `${message.code}: ${message.message}` : message.kind}`));
  };
  const ended = () => reject(new Error(`party ${seat} ended`));
  child.once('message', heard);
  child.once('exit', ended);
  return promise.finally(() => {
    child.off('message', heard);
    child.off('exit', ended);
  });
}
