/**
 * Links of the three compute parties: payloads bound to run, attempt, step and sender (by certificate).
 * Order of arrival means nothing; what repeats ends the trust in its sender for this attempt.
 */
import type { SluisError } from '@sluis/base';
import type { CommitteeLinks } from '@sluis/model';
import { atStep, brokenLink, endedEarly, timedOut, tooLarge, unreachableAt } from './faults.ts';
import type { Head } from './head.ts';
import type { WireLimits } from './limits.ts';
import type { Peer, WireEvent } from './peer.ts';
import type { Uplink } from './uplinks.ts';

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
  /** Sends to a peer that has not asked for this attempt's payloads (yet). */
  readonly push: (peer: Peer, head: MpcHead, payload: Uint8Array, bounds: { timeoutMs: number; signal: AbortSignal }) => Promise<void>;
  /** The connection on which a peer listens for this attempt's payloads, or null. */
  readonly uplink: (certificate: string, run: string, attempt: number) => Uplink | null;
  /** Asks a peer for this attempt's payloads; returns how to stop. */
  readonly listen: (peer: Peer, run: string, attempt: number) => () => void;
  readonly sent: (run: string, bytes: number) => void;
  readonly round: (run: string) => void;
  readonly log: (event: WireEvent) => void;
}

/** Far more steps than any protocol has. */
const STEPS = 10_000_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

interface Waiting extends PromiseWithResolvers<Uint8Array> {
  readonly timeoutMs: number;
}

interface Line {
  readonly peer: Peer;
  readonly seen: Set<string>;
  readonly ready: Map<string, Uint8Array>;
  readonly waiting: Map<string, Waiting>;
  /** Payloads that are being sent, with their steps and how to stop them. */
  readonly sending: Map<(reason: unknown) => void, string>;
  readonly stopListening: () => void;
  bytes: number;
  /** Error for whoever waits for a step from now on. */
  fault: ((step: string) => unknown) | null;
}

/** What `Links` need of all links of the station together. */
export interface LinksDesk extends CommitteeOptions {
  /** Something of this peer has come, or is waited for: reading goes on or stops accordingly. */
  readonly pace: (certificate: string) => void;
}

export class Links implements OpenLinks {
  readonly me: Seat;
  readonly #options: LinkOptions;
  readonly #desk: LinksDesk;
  readonly #lines: readonly (Line | null)[];
  readonly #ended: () => void;
  readonly #closing = new AbortController();
  readonly #signal: AbortSignal;
  readonly #until: number;
  /** One for all that is waited for: a timer for each would cost more than a small message. */
  readonly #timer: NodeJS.Timeout;

  constructor(options: LinkOptions, desk: LinksDesk, ended: () => void) {
    this.me = options.me;
    this.#options = options;
    this.#desk = desk;
    this.#ended = ended;
    this.#until = performance.now() + options.timeoutMs;
    this.#signal = AbortSignal.any([options.signal, this.#closing.signal]);
    this.#lines = options.peers.map((peer, seat) => {
      if ((peer === null) !== (seat === options.me)) throw new RangeError('exactly the own seat has no peer');
      return peer && this.#newLine(peer);
    });
    this.#timer = setTimeout(() => this.#late(), Math.min(options.timeoutMs, LONGEST_TIMER_MS));
    this.#timer.unref();
    this.#signal.addEventListener('abort', () => this.#giveUp(() => this.#signal.reason), { once: true });
  }

  async send(to: Seat, step: string, payload: Uint8Array): Promise<void> {
    const { run, attempt } = this.#options;
    const line = this.#line(to);
    const { peer } = line;
    const uplink = this.#desk.uplink(peer.certificate, run, attempt);
    if (uplink === null) {
      const head: MpcHead = { kind: 'mpc', run, attempt, step, bytes: payload.length };
      const pushed = this.#desk.push(peer, head, payload, { timeoutMs: this.#timeLeftMs(), signal: this.#signal });
      return pushed.catch((thrown: unknown) => {
        throw unreachableAt(thrown, step);
      });
    }
    this.#signal.throwIfAborted();
    if (performance.now() > this.#until) throw timedOut(peer.name, step, this.#options.timeoutMs);
    const { payloadBytes } = this.#desk.limits;
    if (payload.length > payloadBytes) throw tooLarge(peer.name, step, 'body', payloadBytes);
    const head = { kind: 'step', link: uplink.link, step, bytes: payload.length } as const;
    const traffic = (bytes: number) => this.#desk.sent(run, bytes);
    const { sent, cancel } = uplink.channel.send(head, payload, { lane: null, traffic });
    line.sending.set(cancel, step);
    try {
      await sent;
    } catch (thrown) {
      throw atStep(thrown, step);
    } finally {
      line.sending.delete(cancel);
    }
  }

  /** The payload is memory of its own, aligned for 64-bit words, which nobody else keeps. */
  receive(from: Seat, step: string): Promise<Uint8Array> {
    const line = this.#line(from);
    if (this.#signal.aborted) return Promise.reject(this.#signal.reason);
    const payload = line.ready.get(step);
    if (payload !== undefined) return Promise.resolve(this.#take(line, step, payload));
    if (line.fault !== null) return Promise.reject(line.fault(step));
    if (line.seen.has(step) || line.waiting.has(step)) return Promise.reject(new RangeError(`step "${step}" is received twice`));
    const timeoutMs = this.#timeLeftMs();
    if (performance.now() > this.#until) return Promise.reject(timedOut(line.peer.name, step, timeoutMs));
    const waiting: Waiting = { ...Promise.withResolvers<Uint8Array>(), timeoutMs };
    line.waiting.set(step, waiting);
    this.#desk.pace(line.peer.certificate);
    return waiting.promise;
  }

  round(): void {
    this.#desk.round(this.#options.run);
  }

  close(): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(brokenLink('wire/links-closed', 'this station', 'end', 'has closed the links'));
    clearTimeout(this.#timer);
    this.#ended();
    for (const line of this.#lines) {
      line?.stopListening();
      line?.ready.clear();
    }
  }

  /** What this peer's payloads take up here, and whether one of them is waited for. */
  load(certificate: string): { readonly bytes: number; readonly waiting: boolean } {
    const line = this.#lineOf(certificate);
    return { bytes: line?.bytes ?? 0, waiting: (line?.waiting.size ?? 0) > 0 };
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
    if (waiting !== undefined) {
      line.waiting.delete(step);
      waiting.resolve(payload);
    } else {
      line.ready.set(step, payload);
      line.bytes += payload.length;
    }
    this.#desk.pace(certificate);
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

  /** Nothing more will come of this peer: its part has ended. */
  left(certificate: string): void {
    const line = this.#lineOf(certificate);
    if (line === null || line.fault !== null) return;
    this.#break(line, (step) => endedEarly(line.peer.name, step));
  }

  /** What has arrived before the connection broke can still be received. */
  lost(certificate: string, reason: SluisError): void {
    const line = this.#lineOf(certificate);
    if (line !== null && line.fault === null) this.#break(line, (step) => atStep(reason, step));
  }

  #break(line: Line, fault: (step: string) => unknown): void {
    line.fault = fault;
    for (const [step, waiting] of line.waiting) waiting.reject(fault(step));
    line.waiting.clear();
  }

  /** Ends all waiting and sending. */
  #giveUp(reason: (line: Line, step: string, timeoutMs: number) => unknown): void {
    for (const line of this.#lines) {
      if (line === null) continue;
      for (const [step, waiting] of line.waiting) waiting.reject(reason(line, step, waiting.timeoutMs));
      line.waiting.clear();
      for (const [cancel, step] of line.sending) cancel(reason(line, step, this.#options.timeoutMs));
    }
  }

  #late(): void {
    this.#giveUp((line, step, timeoutMs) => timedOut(line.peer.name, step, timeoutMs));
  }

  #newLine(peer: Peer): Line {
    const { run, attempt } = this.#options;
    const stopListening = this.#desk.listen(peer, run, attempt);
    return { peer, seen: new Set(), ready: new Map(), waiting: new Map(), sending: new Map(), stopListening, bytes: 0, fault: null };
  }

  #take(line: Line, step: string, payload: Uint8Array): Uint8Array {
    line.ready.delete(step);
    line.bytes -= payload.length;
    this.#desk.pace(line.peer.certificate);
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
