/**
 * The sending side of a connection: messages take turns, piece by piece, at the pace of the socket.
 *
 * One write is under way at a time: what node finds waiting together it would copy into one buffer, however large. What
 * comes meanwhile goes out together in the next write, so that many small messages cost little more than one.
 */
import type { Writable } from 'node:stream';
import { FRAME_HEADER, frameHeader, KIND, type Kind } from './frame.ts';
import { FRAME_LIMIT, type WireLimits } from './limits.ts';

/** Messages up to this size are begun at once, however much is being sent. */
const SMALL = 64 * 1024;
/** Bytes of small frames that are put together in one write. */
const BATCH = 64 * 1024;
/** What a TLS record holds: of a large piece as much as fills one goes with its header, the rest is not copied. */
const RECORD = 16 * 1024;
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

/** One write: small frames to be put together, and what is left of a large piece. */
interface Batch {
  readonly parts: Uint8Array[];
  bytes: number;
  tail: Uint8Array | null;
  /** Messages that end in it. */
  readonly ended: Entry[];
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
  #scheduled = false;
  #writing: readonly Entry[] | null = null;
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
      this.#schedule();
    }
    return { sent, cancel: (reason) => this.#cancel(entry, reason) };
  }

  get backlog(): number {
    return this.#waiting.length + this.#active.length;
  }

  /** Sends a frame that is no message; goes before everything that waits. */
  control(kind: Exclude<Kind, 1 | 2>, message: number, payload: Uint8Array = NOTHING): void {
    if (this.#closed !== null) return;
    const header = this.#header(kind, message, payload.length);
    this.#socket.write(payload.length === 0 ? header : Buffer.concat([header, payload]));
  }

  close(reason: unknown): void {
    if (this.#closed !== null) return;
    this.#closed = { reason };
    for (const entry of [...this.#waiting.splice(0), ...this.#active.splice(0), ...(this.#writing ?? [])]) entry.reject(reason);
    this.#lanes.clear();
  }

  /** What is sent before this turn of the event loop's work is done goes out together. */
  #schedule(): void {
    if (this.#scheduled || this.#writing !== null) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      if (this.#writing === null && this.#closed === null) this.#write();
    });
  }

  #write(): void {
    const batch: Batch = { parts: [], bytes: 0, tail: null, ended: [] };
    while (batch.bytes < BATCH && batch.tail === null) {
      const entry = this.#next();
      if (entry === null) break;
      this.#turn(entry, batch);
    }
    if (batch.bytes === 0) return;
    this.#writing = batch.ended;
    const written = (error?: Error | null) => this.#written(batch, error);
    this.#socket.write(Buffer.concat(batch.parts, batch.bytes), batch.tail === null ? written : undefined);
    if (batch.tail !== null) this.#socket.write(batch.tail, written);
  }

  #written(batch: Batch, error?: Error | null): void {
    this.#writing = null;
    if (this.#closed !== null) return;
    // A write that failed ends the connection, which rejects with its reason.
    if (error != null) this.#writing = batch.ended;
    else {
      for (const entry of batch.ended) entry.resolve();
      this.#write();
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

  /** Adds a message's head with its first piece, or its next piece. */
  #turn(entry: Entry, batch: Batch): void {
    let traffic = 0;
    const add = (part: Uint8Array) => {
      batch.parts.push(part);
      batch.bytes += part.length;
    };
    if (entry.number === 0) {
      this.#messages += 1;
      entry.number = this.#messages;
      entry.started?.(entry.number);
      add(this.#header(KIND.head, entry.number, entry.head.length));
      add(entry.head);
      traffic += FRAME_HEADER + entry.head.length;
    }
    const end = Math.min(entry.body.length, entry.offset + Math.min(this.#limits.chunkBytes, FRAME_LIMIT));
    if (end > entry.offset) {
      add(this.#header(KIND.data, entry.number, end - entry.offset));
      const together = end - entry.offset <= RECORD ? end : entry.offset + Math.max(0, RECORD - (batch.bytes % RECORD));
      add(entry.body.subarray(entry.offset, together));
      if (together < end) batch.tail = entry.body.subarray(together, end);
      traffic += FRAME_HEADER + end - entry.offset;
      entry.offset = end;
    }
    entry.traffic(traffic);
    if (entry.offset < entry.body.length) return;
    batch.ended.push(entry);
    this.#retire(entry);
  }

  #header(kind: Kind, message: number, length: number): Uint8Array {
    const header = frameHeader(kind, message, this.#sequence, length);
    this.#sequence = (this.#sequence + 1) >>> 0;
    return header;
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
    this.#schedule();
  }
}
