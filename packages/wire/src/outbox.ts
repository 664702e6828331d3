/** The sending side of a connection: messages take turns, piece by piece, at the pace of the socket. */
import type { Writable } from 'node:stream';
import { FRAME_HEADER, frameHeader, KIND, type Kind } from './frame.ts';
import { FRAME_LIMIT, type WireLimits } from './limits.ts';

/** Messages up to this size are begun at once, however much is being sent. */
const SMALL = 64 * 1024;
/** Bytes handed to TLS before waiting until it has passed them on. */
const AHEAD = 1024 * 1024;
const NOTHING = new Uint8Array(0);

export interface Outgoing {
  readonly head: Uint8Array;
  readonly body: Uint8Array;
  /** Messages of one lane arrive in order: the next begins when the one before is sent. Null: a lane of its own. */
  readonly lane: string | null;
  /** Called with the number under which the message goes out. */
  readonly started?: (message: number) => void;
  readonly traffic: (bytes: number) => void;
}

interface Entry extends Outgoing {
  number: number;
  offset: number;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

export class Outbox {
  readonly #socket: Writable;
  readonly #limits: WireLimits;
  readonly #waiting: Entry[] = [];
  readonly #active: Entry[] = [];
  readonly #lanes = new Set<string>();
  #activeBytes = 0;
  #messages = 0;
  #sequence = 0;
  #pumping = false;
  #closed: { readonly reason: unknown } | null = null;

  constructor(socket: Writable, limits: WireLimits) {
    this.#socket = socket;
    this.#limits = limits;
  }

  /** Resolves when the message's last byte is handed to the operating system; rejects when cancelled or closed. */
  send(outgoing: Outgoing): { readonly sent: Promise<void>; readonly cancel: (reason: unknown) => void } {
    const { promise: sent, resolve, reject } = Promise.withResolvers<void>();
    const entry: Entry = { ...outgoing, number: 0, offset: 0, resolve, reject };
    if (this.#closed !== null) reject(this.#closed.reason);
    else {
      this.#waiting.push(entry);
      void this.#pump();
    }
    return { sent, cancel: (reason) => this.#cancel(entry, reason) };
  }

  get backlog(): number {
    return this.#waiting.length + this.#active.length;
  }

  /** Sends a frame that is no message; goes before everything that waits. */
  control(kind: Exclude<Kind, 1 | 2>, message: number, payload: Uint8Array = NOTHING): void {
    if (this.#closed === null) this.#write(kind, message, payload);
  }

  close(reason: unknown): void {
    if (this.#closed !== null) return;
    this.#closed = { reason };
    for (const entry of [...this.#waiting.splice(0), ...this.#active.splice(0)]) entry.reject(reason);
    this.#lanes.clear();
  }

  async #pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      for (let entry = this.#next(); entry !== null && this.#closed === null; entry = this.#next()) {
        if (!this.#turn(entry) && this.#socket.writableLength >= AHEAD) await this.#drained();
      }
    } finally {
      this.#pumping = false;
    }
  }

  /** Begins what may begin, then gives the turn to the message that has waited longest for it. */
  #next(): Entry | null {
    let full = false;
    for (let at = 0; at < this.#waiting.length; ) {
      const entry = this.#waiting[at] as Entry;
      const fits: boolean = entry.body.length <= SMALL || (!full && this.#hasRoom(entry.body.length));
      full ||= !fits;
      if (!fits || (entry.lane !== null && this.#lanes.has(entry.lane))) at += 1;
      else this.#activate(this.#waiting.splice(at, 1)[0] as Entry);
    }
    const entry = this.#active.shift() ?? null;
    if (entry !== null) this.#active.push(entry);
    return entry;
  }

  /** The peer bounds what it assembles at a time; a body of any allowed size may go alone. */
  #hasRoom(bytes: number): boolean {
    return this.#activeBytes === 0 || this.#activeBytes + bytes <= this.#limits.bodyBytes;
  }

  #activate(entry: Entry): void {
    this.#active.push(entry);
    if (entry.lane !== null) this.#lanes.add(entry.lane);
    if (entry.body.length > SMALL) this.#activeBytes += entry.body.length;
  }

  /** Sends a message's head with its first piece, or its next piece. False when the socket has enough for now. */
  #turn(entry: Entry): boolean {
    const first = entry.number === 0;
    if (first) {
      this.#messages += 1;
      entry.number = this.#messages;
      entry.started?.(entry.number);
    }
    const piece = entry.body.subarray(entry.offset, entry.offset + Math.min(this.#limits.chunkBytes, FRAME_LIMIT));
    entry.offset += piece.length;
    const last = entry.offset === entry.body.length;
    const done = last ? () => entry.resolve() : undefined;
    this.#socket.cork();
    let roomy = true;
    if (first) roomy = this.#write(KIND.head, entry.number, entry.head, piece.length === 0 ? done : undefined);
    if (piece.length > 0) roomy = this.#write(KIND.data, entry.number, piece, done);
    this.#socket.uncork();
    entry.traffic((first ? FRAME_HEADER + entry.head.length : 0) + (piece.length > 0 ? FRAME_HEADER + piece.length : 0));
    if (last) this.#retire(entry);
    return roomy;
  }

  #write(kind: Kind, message: number, payload: Uint8Array, done?: () => void): boolean {
    const header = frameHeader(kind, message, this.#sequence, payload.length);
    this.#sequence = (this.#sequence + 1) >>> 0;
    if (payload.length === 0) return this.#socket.write(header, done);
    this.#socket.write(header);
    return this.#socket.write(payload, done);
  }

  #retire(entry: Entry): void {
    const at = this.#active.indexOf(entry);
    if (at < 0) return;
    this.#active.splice(at, 1);
    if (entry.lane !== null) this.#lanes.delete(entry.lane);
    if (entry.body.length > SMALL) this.#activeBytes -= entry.body.length;
  }

  /** Stops sending; the peer is told to forget a message that has begun. A message sent whole is cancelled there too. */
  #cancel(entry: Entry, reason: unknown): void {
    const waiting = this.#waiting.indexOf(entry);
    if (waiting >= 0) this.#waiting.splice(waiting, 1);
    this.#retire(entry);
    if (entry.number > 0) this.control(KIND.abort, entry.number);
    entry.reject(reason);
    void this.#pump();
  }

  #drained(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const done = () => {
      this.#socket.off('drain', done);
      this.#socket.off('close', done);
      resolve();
    };
    this.#socket.once('drain', done);
    this.#socket.once('close', done);
    if (!this.#socket.writableNeedDrain || this.#socket.destroyed) done();
    return promise;
  }
}
