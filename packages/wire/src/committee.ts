/**
 * Links of the three compute parties: payloads bound to run, attempt, step and sender (by certificate).
 * What arrives before this station has opened its side waits, within bounds; what repeats or comes too late is refused.
 */
import type { SluisError } from '@sluis/base';
import type { CommitteeLinks } from '@sluis/model';
import { atStep, brokenLink, timedOut } from './faults.ts';
import { Deadline } from './deadline.ts';
import { EarlyFrames } from './early-frames.ts';
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
  /** Longest wait for one step. */
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

/** Attempts whose end is remembered, to refuse what comes late. */
const REMEMBERED = 1000;
/** How long data may still be on its way in after the connection the other way has broken. */
const LAST_WORDS_MS = 1000;

export class CommitteeDesk {
  readonly #options: CommitteeOptions;
  readonly #open = new Map<string, Links>();
  readonly #closed = new Set<string>();
  readonly #early: EarlyFrames;

  constructor(options: CommitteeOptions) {
    this.#options = options;
    this.#early = new EarlyFrames(options.limits);
  }

  /** Opens this station's links of one attempt. Throws RangeError if that attempt was opened here before. */
  open(options: LinkOptions): OpenLinks {
    const key = `${options.run}/${options.attempt}`;
    if (this.#open.has(key) || this.#closed.has(key)) throw new RangeError('the links of this attempt have been opened before');
    const links = new Links(options, this.#options, () => this.#end(key));
    this.#open.set(key, links);
    for (const peer of options.peers) {
      if (peer === null) continue;
      const { frames, flooded } = this.#early.take(peer.certificate, key);
      for (const frame of frames) links.arrived(peer.certificate, frame.step, frame.payload);
      if (flooded) links.violated(peer.certificate, 'wire/flooded', 'sent more than this station holds for links that are not open yet');
    }
    return links;
  }

  arrived(certificate: string, head: MpcHead, payload: Uint8Array): void {
    const key = `${head.run}/${head.attempt}`;
    const links = this.#open.get(key);
    const taken =
      links !== undefined
        ? links.arrived(certificate, head.step, payload)
        : !this.#closed.has(key) && this.#early.keep(certificate, key, head.step, payload);
    if (!taken) this.#options.log({ kind: 'dropped', peer: null, code: 'wire/unexpected-frame', detail: `${key} ${head.step}` });
  }

  /** A connection with this certificate has ended; `incoming` if it was one on which its frames arrive. */
  lost(certificate: string, reason: SluisError, incoming: boolean): void {
    const affected = [...this.#open.values()];
    const tell = () => affected.forEach((links) => void links.lost(certificate, reason));
    if (incoming) tell();
    else setTimeout(tell, LAST_WORDS_MS).unref();
  }

  close(): void {
    this.#early.clear();
    for (const links of [...this.#open.values()]) links.close();
  }

  #end(key: string): void {
    this.#open.delete(key);
    this.#closed.add(key);
    const oldest = this.#closed.values().next().value;
    if (this.#closed.size > REMEMBERED && oldest !== undefined) this.#closed.delete(oldest);
  }
}

interface Line {
  readonly peer: Peer;
  readonly seen: Set<string>;
  readonly ready: Map<string, Uint8Array>;
  readonly waiting: Map<string, PromiseWithResolvers<Uint8Array>>;
  bytes: number;
  /** Error for whoever waits for a step from now on. */
  fault: ((step: string) => unknown) | null;
}

class Links implements OpenLinks {
  readonly me: Seat;
  readonly #options: LinkOptions;
  readonly #desk: CommitteeOptions;
  readonly #lines: readonly (Line | null)[];
  readonly #ended: () => void;
  readonly #closing = new AbortController();
  readonly #signal: AbortSignal;

  constructor(options: LinkOptions, desk: CommitteeOptions, ended: () => void) {
    this.me = options.me;
    this.#options = options;
    this.#desk = desk;
    this.#ended = ended;
    this.#signal = AbortSignal.any([options.signal, this.#closing.signal]);
    this.#lines = options.peers.map((peer, seat) => {
      if ((peer === null) !== (seat === options.me)) throw new RangeError('exactly the own seat has no peer');
      return peer && { peer, seen: new Set(), ready: new Map(), waiting: new Map(), bytes: 0, fault: null };
    });
  }

  async send(to: Seat, step: string, payload: Uint8Array): Promise<void> {
    const { run, attempt, timeoutMs } = this.#options;
    const head: MpcHead = { kind: 'mpc', run, attempt, step, bytes: payload.length };
    await this.#desk.push(this.#line(to).peer, head, payload, { timeoutMs, signal: this.#signal });
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
    const { timeoutMs } = this.#options;
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

  #line(seat: Seat): Line {
    const line = this.#lines[seat];
    if (line == null) throw new RangeError('a party has no link to itself');
    return line;
  }

  #lineOf(certificate: string): Line | null {
    return this.#lines.find((line) => line?.peer.certificate === certificate) ?? null;
  }
}

/** Far more steps than any protocol has. */
const STEPS = 1_000_000;
