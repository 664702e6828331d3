/** The receiving side of a connection: puts messages together again within bounds. */
import { type Kind, FRAME_HEADER, type FrameSink, KIND } from './frame.ts';
import { garbage, tooLarge } from './faults.ts';
import { decodeHead, type Head } from './head.ts';
import type { WireLimits } from './limits.ts';

const CONCURRENT = 1024;
/** Beyond the largest body: room for small messages beside it. */
const BESIDE = 64 * 1024 * 1024;

export interface Message {
  readonly number: number;
  readonly head: Head;
  readonly body: Uint8Array;
  /** Size on the wire, frames included. */
  readonly wireBytes: number;
}

export interface InboxEvents {
  /** Looks at a head before its body; false: the body is thrown away as it comes and the message is not delivered. */
  admit(number: number, head: Head): boolean;
  message(message: Message): unknown;
  /** The sender cancels a message that was delivered (or thrown away). */
  cancelled(number: number): void;
  ping(): unknown;
  farewell(payload: Uint8Array): void;
}

interface Assembly {
  readonly head: Head;
  /** Null: not admitted, only counted. */
  readonly body: Uint8Array | null;
  filled: number;
  wireBytes: number;
}

export class Inbox implements FrameSink {
  readonly #peer: string;
  readonly #limits: WireLimits;
  readonly #events: InboxEvents;
  readonly #partials = new Map<number, Assembly>();
  /** Bytes of bodies so far. */
  received = 0;
  #last = 0;
  #assembling = 0;

  constructor(peer: string, limits: WireLimits, events: InboxEvents) {
    this.#peer = peer;
    this.#limits = limits;
    this.#events = events;
  }

  control(kind: Exclude<Kind, 2>, number: number, payload: Uint8Array): void {
    if (kind === KIND.head) this.#begin(number, payload);
    else if (kind === KIND.abort) this.#abort(number);
    else if (kind === KIND.ping) this.#events.ping();
    else if (kind === KIND.farewell) this.#events.farewell(payload);
  }

  data(number: number, bytes: Uint8Array, opening: boolean): void {
    const partial = this.#partials.get(number);
    if (partial === undefined || partial.filled + bytes.length > partial.head.bytes)
      throw garbage(this.#peer, 'data that no message announced');
    partial.body?.set(bytes, partial.filled);
    partial.filled += bytes.length;
    this.received += bytes.length;
    partial.wireBytes += bytes.length + (opening ? FRAME_HEADER : 0);
    if (partial.filled === partial.head.bytes) this.#finish(number, partial);
  }

  /** True while some message has begun and is not complete. */
  get midway(): boolean {
    return this.#partials.size > 0;
  }

  /** Forgets everything; for a closed connection. */
  clear(): void {
    this.#partials.clear();
    this.#assembling = 0;
  }

  #begin(number: number, payload: Uint8Array): void {
    if (number !== this.#last + 1) throw garbage(this.#peer, 'a message number that does not follow');
    this.#last = number;
    const head = decodeHead(this.#peer, payload);
    const type = 'type' in head ? head.type : head.kind;
    if (head.bytes > this.#limits.bodyBytes) throw tooLarge(this.#peer, type, 'body', this.#limits.bodyBytes);
    const admitted = this.#events.admit(number, head);
    if (admitted) this.#assembling += head.bytes;
    if (this.#assembling > this.#limits.bodyBytes + BESIDE || this.#partials.size >= CONCURRENT) {
      throw garbage(this.#peer, 'more unfinished messages than allowed');
    }
    // Memory of its own, so that a payload is aligned and keeps nothing else alive.
    const body = admitted ? new Uint8Array(Buffer.allocUnsafeSlow(head.bytes).buffer) : null;
    const partial: Assembly = { head, body, filled: 0, wireBytes: FRAME_HEADER + payload.length };
    if (head.bytes === 0) this.#finish(number, partial);
    else this.#partials.set(number, partial);
  }

  #finish(number: number, partial: Assembly): void {
    this.#partials.delete(number);
    if (partial.body === null) return;
    this.#assembling -= partial.body.length;
    this.#events.message({ number, head: partial.head, body: partial.body, wireBytes: partial.wireBytes });
  }

  #abort(number: number): void {
    if (number < 1 || number > this.#last) throw garbage(this.#peer, 'a cancellation of nothing');
    const partial = this.#partials.get(number);
    if (partial?.body != null) this.#assembling -= partial.body.length;
    this.#partials.delete(number);
    if (partial === undefined) this.#events.cancelled(number);
  }
}
