/**
 * Links of the three compute parties: payloads bound to run, attempt, step and sender (by certificate).
 * Order of arrival means nothing; what repeats ends the trust in its sender for this attempt.
 */
import type { SluisError } from '@sluis/base';
import type { CommitteeLinks } from '@sluis/model';
import { Deadline } from './deadline.ts';
import { atStep, brokenLink, timedOut } from './faults.ts';
import type { Head } from './head.ts';
import type { WireLimits } from './limits.ts';
import type { Peer, WireEvent } from './peer.ts';

type Seat = 0 | 1 | 2;
export type MpcHead = Extract<Head, { kind: 'mpc' }>;

export interface LinkOptions {
  readonly run: string;
  readonly attempt: number;
  readonly me: Seat;
  /** In committee order; null at this station's own seat. */
  readonly peers: readonly [Peer | null, Peer | null, Peer | null];
  /** How long after their opening the links may still be waited on. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface OpenLinks extends CommitteeLinks {
  /** Ends the links; later frames of this run and attempt are refused. */
  close(): void;
}

export interface CommitteeOptions {
  readonly limits: WireLimits;
  readonly push: (peer: Peer, head: MpcHead, payload: Uint8Array, bounds: { timeoutMs: number; signal: AbortSignal }) => Promise<void>;
  readonly round: (run: string) => void;
  readonly log: (event: WireEvent) => void;
}

/** Far more steps than any protocol has. */
const STEPS = 1_000_000;

interface Line {
  readonly peer: Peer;
  readonly seen: Set<string>;
  readonly ready: Map<string, Uint8Array>;
  readonly waiting: Map<string, PromiseWithResolvers<Uint8Array>>;
  bytes: number;
  /** Error for whoever waits for a step from now on. */
  fault: ((step: string) => unknown) | null;
}

export class Links implements OpenLinks {
  readonly me: Seat;
  readonly #options: LinkOptions;
  readonly #desk: CommitteeOptions;
  readonly #lines: readonly (Line | null)[];
  readonly #ended: () => void;
  readonly #closing = new AbortController();
  readonly #signal: AbortSignal;
  readonly #until: number;

  constructor(options: LinkOptions, desk: CommitteeOptions, ended: () => void) {
    this.me = options.me;
    this.#options = options;
    this.#desk = desk;
    this.#ended = ended;
    this.#until = performance.now() + options.timeoutMs;
    this.#signal = AbortSignal.any([options.signal, this.#closing.signal]);
    this.#lines = options.peers.map((peer, seat) => {
      if ((peer === null) !== (seat === options.me)) throw new RangeError('exactly the own seat has no peer');
      return peer && { peer, seen: new Set(), ready: new Map(), waiting: new Map(), bytes: 0, fault: null };
    });
  }

  async send(to: Seat, step: string, payload: Uint8Array): Promise<void> {
    const { run, attempt } = this.#options;
    const head: MpcHead = { kind: 'mpc', run, attempt, step, bytes: payload.length };
    await this.#desk.push(this.#line(to).peer, head, payload, { timeoutMs: this.#timeLeftMs(), signal: this.#signal });
  }

  async receive(from: Seat, step: string): Promise<Uint8Array> {
    const line = this.#line(from);
    this.#signal.throwIfAborted();
    const payload = line.ready.get(step);
    if (payload !== undefined) return this.#take(line, step, payload);
    if (line.fault !== null) throw line.fault(step);
    if (line.seen.has(step) || line.waiting.has(step)) throw new RangeError(`step "${step}" is received twice`);
    const waiting = Promise.withResolvers<Uint8Array>();
    line.waiting.set(step, waiting);
    const timeoutMs = this.#timeLeftMs();
    const deadline = new Deadline(timeoutMs, this.#signal, () => timedOut(line.peer.name, step, timeoutMs));
    try {
      return await deadline.race(waiting.promise);
    } finally {
      deadline.end();
      line.waiting.delete(step);
    }
  }

  round(): void {
    this.#desk.round(this.#options.run);
  }

  close(): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(brokenLink('wire/links-closed', 'this station', 'end', 'has closed the links'));
    this.#ended();
    for (const line of this.#lines) line?.ready.clear();
  }

  /** Takes a frame; false if its sender has no seat here. A repeated step ends all waiting for that peer. */
  arrived(certificate: string, step: string, payload: Uint8Array): boolean {
    const line = this.#lineOf(certificate);
    if (line === null || line.fault !== null) return false;
    const { limits } = this.#desk;
    if (line.seen.has(step)) return this.violated(certificate, 'wire/duplicate', 'sent its message a second time', step);
    if (line.bytes + payload.length > limits.linkBytes || line.seen.size >= STEPS) {
      return this.violated(certificate, 'wire/flooded', 'sent more than is waited for', step);
    }
    line.seen.add(step);
    const waiting = line.waiting.get(step);
    if (waiting !== undefined) waiting.resolve(payload);
    else {
      line.ready.set(step, payload);
      line.bytes += payload.length;
    }
    return true;
  }

  /** What such a peer has sent is not used any more. */
  violated(certificate: string, code: string, what: string, at?: string): false {
    const line = this.#lineOf(certificate);
    if (line !== null) {
      line.ready.clear();
      this.#break(line, (step) => brokenLink(code, line.peer.name, at ?? step, what));
    }
    return false;
  }

  /** What has arrived before the connection broke can still be received. */
  lost(certificate: string, reason: SluisError): void {
    const line = this.#lineOf(certificate);
    if (line !== null && line.fault === null) this.#break(line, (step) => atStep(reason, step));
  }

  #break(line: Line, fault: (step: string) => unknown): void {
    line.fault = fault;
    for (const [step, waiting] of line.waiting) waiting.reject(fault(step));
  }

  #take(line: Line, step: string, payload: Uint8Array): Uint8Array {
    line.ready.delete(step);
    line.bytes -= payload.length;
    return payload;
  }

  #timeLeftMs(): number {
    return Math.max(1, this.#until - performance.now());
  }

  #line(seat: Seat): Line {
    const line = this.#lines[seat];
    if (line == null) throw new RangeError('a party has no link to itself');
    return line;
  }

  #lineOf(certificate: string): Line | null {
    return this.#lines.find((line) => line?.peer.certificate === certificate) ?? null;
  }
}
