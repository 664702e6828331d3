/** Two parties as processes of their own: starts them, has them intersect, adds up their figures. */
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { RUNTIME_FLAGS, runtimeEnvironment } from '../../apps/cli/bin/runtime.js';
import type { FromParty, Order, PartyFigures, ToParty } from './order.ts';

const PROGRAM = fileURLToPath(new URL('./party.ts', import.meta.url));

export interface Measured {
  /** From telling both until the last has ended. */
  readonly seconds: number;
  readonly sender: PartyFigures;
  readonly receiver: PartyFigures;
}

export class Duo {
  readonly #sender: ChildProcess;
  readonly #receiver: ChildProcess;

  private constructor(sender: ChildProcess, receiver: ChildProcess) {
    this.#sender = sender;
    this.#receiver = receiver;
  }

  static async start(): Promise<Duo> {
    const options = { execArgv: [...RUNTIME_FLAGS, '--expose-gc'], env: runtimeEnvironment(process.env) };
    const duo = new Duo(fork(PROGRAM, ['sender'], options), fork(PROGRAM, ['receiver'], options));
    const { port } = await ask(duo.#sender, { kind: 'listen' }, 'listening');
    await ask(duo.#receiver, { kind: 'dial', port }, 'ready');
    return duo;
  }

  /** Intersects once; the parties check the answer. */
  async measure(what: Omit<Order, 'run' | 'profile'>, profile: string | null = null): Promise<Measured> {
    const order: Order = { ...what, run: randomBytes(16).toString('hex'), profile };
    const both = [this.#sender, this.#receiver] as const;
    await Promise.all(both.map((child) => ask(child, { kind: 'prepare', order }, 'ready')));
    const started = performance.now();
    const [sender, receiver] = await Promise.all(both.map((child) => ask(child, { kind: 'go' }, 'done')));
    const seconds = (performance.now() - started) / 1000;
    if (sender === undefined || receiver === undefined) throw new Error('a party has no figures');
    return { seconds, sender: sender.figures, receiver: receiver.figures };
  }

  stop(): void {
    for (const child of [this.#sender, this.#receiver]) if (child.connected) child.disconnect();
  }
}

/** Tells a party something; its next message, which must be the expected one. */
function ask<K extends FromParty['kind']>(child: ChildProcess, message: ToParty, expected: K): Promise<Extract<FromParty, { kind: K }>> {
  const { promise, resolve, reject } = Promise.withResolvers<Extract<FromParty, { kind: K }>>();
  const heard = (answer: FromParty) => {
    if (answer.kind === expected) resolve(answer as Extract<FromParty, { kind: K }>);
    else reject(new Error(answer.kind === 'failed' ? answer.message : `${answer.kind} instead of ${expected}`));
  };
  const ended = () => reject(new Error('a party ended'));
  child.once('message', heard);
  child.once('exit', ended);
  child.send(message);
  return promise.finally(() => {
    child.off('message', heard);
    child.off('exit', ended);
  });
}
