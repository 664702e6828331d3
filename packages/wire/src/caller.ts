/** Requests and pushes to other stations, on connections that this station dials. Only answers come back on them. */
import { errorFromRecord, type SluisError } from '@sluis/base';
import type { Channel } from './channel.ts';
import { type ConnectionOptions, Connections } from './connections.ts';
import { Deadline } from './deadline.ts';
import { atStep, garbage, timedOut, tooLarge } from './faults.ts';
import { type Head, runOf } from './head.ts';
import type { Message } from './inbox.ts';
import type { Meter } from './meter.ts';
import type { Peer, Reply } from './peer.ts';

interface Pending {
  readonly run: string | null;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (reason: unknown) => void;
}

export interface CallerOptions extends ConnectionOptions {
  readonly meter: Meter;
  /** A connection to this certificate ended. */
  readonly lost: (certificate: string, reason: SluisError) => void;
}

export interface Bounds {
  /** What is being done, for error texts: a type or a step. */
  readonly step: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export class Caller {
  readonly #options: CallerOptions;
  readonly #connections: Connections;
  readonly #pending = new Map<Channel, Map<number, Pending>>();
  /** What remote handlers threw: it happened at their station and is passed on as it is. */
  readonly #remote = new WeakSet<SluisError>();

  constructor(options: CallerOptions) {
    this.#options = options;
    this.#connections = new Connections(options, {
      admit: (channel, _, head) => this.#admit(channel, head),
      message: (channel, message) => this.#answered(channel, message),
      // A peer takes an answer back only by closing.
      cancelled: () => undefined,
      opened: (channel) => this.#pending.set(channel, new Map()),
      closed: (channel, reason) => this.#lost(channel, reason),
    });
  }

  /** Sends a request and waits for its answer; a failure of the remote handler is thrown here. */
  async request(peer: Peer, head: Head, body: Uint8Array, bounds: Bounds): Promise<Reply> {
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    return this.#within(peer, body.length, bounds, async (channel, deadline) => {
      let number = 0;
      const started = (n: number) => {
        number = n;
        this.#pending.get(channel)?.set(n, { run: runOf(head), resolve, reject });
      };
      const { sent, cancel } = channel.send(head, body, { lane: null, started, traffic: this.#sent(head) });
      sent.catch(reject);
      try {
        return await deadline.race(promise);
      } catch (thrown) {
        cancel(thrown);
        throw thrown;
      } finally {
        this.#pending.get(channel)?.delete(number);
      }
    });
  }

  /** Sends a message that has no answer. Resolves when it is handed to the operating system. */
  async push(peer: Peer, head: Head, body: Uint8Array, lane: string | null, bounds: Bounds): Promise<void> {
    return this.#within(peer, body.length, bounds, async (channel, deadline) => {
      const { sent, cancel } = channel.send(head, body, { lane, traffic: this.#sent(head) });
      try {
        await deadline.race(sent);
      } catch (thrown) {
        cancel(thrown);
        throw thrown;
      }
    });
  }

  /** Whether a connection to this peer stands. */
  has(certificate: string): boolean {
    return this.#connections.has(certificate);
  }

  close(reason: SluisError): Promise<void> {
    return this.#connections.close(reason);
  }

  #admit(channel: Channel, head: Head): boolean {
    if (head.kind !== 'reply' && head.kind !== 'failure') throw garbage(channel.peer, 'a request on a connection that it did not open');
    // An answer that nobody waits for any more is thrown away.
    return this.#pending.get(channel)?.has(head.answers) ?? false;
  }

  #answered(channel: Channel, { head, body, wireBytes }: Message): void {
    if (head.kind !== 'reply' && head.kind !== 'failure') return;
    const pending = this.#pending.get(channel)?.get(head.answers);
    if (pending === undefined) return;
    if (pending.run !== null) this.#options.meter.add(pending.run, 0, wireBytes, 0);
    if (head.kind === 'reply') pending.resolve({ header: head.header, body });
    else {
      const error = errorFromRecord({ ...head.error, party: head.error.party ?? channel.peer }, head.exitCode);
      this.#remote.add(error);
      pending.reject(error);
    }
  }

  #lost(channel: Channel, reason: SluisError): void {
    for (const pending of this.#pending.get(channel)?.values() ?? []) pending.reject(reason);
    this.#pending.delete(channel);
    this.#options.lost(channel.certificate, reason);
  }

  async #within<T>(peer: Peer, bodyBytes: number, bounds: Bounds, act: (channel: Channel, deadline: Deadline) => Promise<T>): Promise<T> {
    const { limits } = this.#options;
    if (bodyBytes > limits.bodyBytes) throw tooLarge(peer.name, bounds.step, 'body', limits.bodyBytes);
    const deadline = new Deadline(bounds.timeoutMs, bounds.signal, () => timedOut(peer.name, bounds.step, bounds.timeoutMs));
    try {
      const channel = await deadline.race(this.#connections.to(peer));
      return await act(channel, deadline);
    } catch (thrown) {
      throw this.#remote.has(thrown as SluisError) ? thrown : atStep(thrown, bounds.step);
    } finally {
      deadline.end();
    }
  }

  #sent(head: Head): (bytes: number) => void {
    const run = runOf(head);
    return (bytes) => run !== null && this.#options.meter.add(run, bytes, 0, 0);
  }
}
