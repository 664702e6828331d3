/** One connection after its handshake: messages both ways, a pulse, and an end that everybody waiting hears of. */
import { canonicalBytes, errorFromRecord, parseCanonical, type SluisError } from '@sluis/base';
import type { TLSSocket } from 'node:tls';
import { z } from 'zod';
import { disconnected, timedOut } from './faults.ts';
import { FrameReader, KIND } from './frame.ts';
import { encodeHead, type Head } from './head.ts';
import { Inbox, type Message } from './inbox.ts';
import type { WireLimits } from './limits.ts';
import { Outbox } from './outbox.ts';

const farewellSchema = z.strictObject({
  code: z.string().regex(/^wire\/[a-z-]+$/),
  message: z.string().max(4000),
  remedy: z.string().max(4000).nullable(),
});
/** How long a closing connection may take to say goodbye. */
const GOODBYE_MS = 1000;
const PONG_BELOW = 1024 * 1024;

export interface ChannelEvents {
  /** Throws to end the connection; false to throw the body away. */
  admit(channel: Channel, number: number, head: Head): boolean;
  message(channel: Channel, message: Message): void;
  cancelled(channel: Channel, number: number): void;
  closed(channel: Channel, reason: SluisError): void;
}

export interface ChannelOptions {
  readonly socket: TLSSocket;
  /** How to hear what the peer sends, on a socket that was dialled; else its 'data' events. */
  readonly read?: (reader: (bytes: Uint8Array) => void) => void;
  /** For error texts. */
  readonly peer: string;
  readonly certificate: string;
  readonly limits: WireLimits;
  readonly events: ChannelEvents;
}

export class Channel {
  readonly peer: string;
  readonly certificate: string;
  readonly #socket: TLSSocket;
  readonly #limits: WireLimits;
  readonly #events: ChannelEvents;
  readonly #outbox: Outbox;
  readonly #inbox: Inbox;
  readonly #reader: FrameReader;
  readonly #pulse: NodeJS.Timeout;
  #heardAt = performance.now();
  #beatAt = performance.now();
  #end: SluisError | null = null;
  #paused = false;

  constructor(options: ChannelOptions) {
    const { socket, limits, events } = options;
    this.peer = options.peer;
    this.certificate = options.certificate;
    this.#socket = socket;
    this.#limits = limits;
    this.#events = events;
    this.#outbox = new Outbox(socket, limits);
    this.#inbox = new Inbox(options.peer, limits, {
      admit: (number, head) => events.admit(this, number, head),
      message: (message) => this.#end === null && events.message(this, message),
      cancelled: (number) => events.cancelled(this, number),
      // What is already on its way is sign of life enough; answering anyway would let a peer that never reads fill the memory.
      ping: () => socket.writableLength < PONG_BELOW && this.#outbox.control(KIND.pong, 0),
      farewell: (payload) => this.close(this.#farewellOf(payload)),
    });
    this.#reader = new FrameReader(options.peer, limits.headerBytes, this.#inbox);
    this.#pulse = setInterval(() => this.#beat(), Math.min(limits.pingMs, limits.silentMs));
    this.#pulse.unref();
    socket.setNoDelay(true);
    socket.on('error', (cause) => this.close(disconnected(this.peer, 'connection', cause)));
    socket.on('end', () =>
      this.close(disconnected(this.peer, this.#reader.midway || this.#inbox.midway ? 'in the middle of a message' : 'connection')),
    );
    socket.on('close', () => this.close(disconnected(this.peer, 'connection')));
    if (options.read === undefined) socket.on('data', (bytes) => this.#heard(bytes));
    else {
      options.read((bytes) => this.#heard(bytes));
      // Nothing comes this way, but the stream must flow to tell of its end.
      socket.resume();
    }
    // It may have gone between the handshake and now, when nobody listened.
    if (socket.destroyed) queueMicrotask(() => this.close(disconnected(this.peer, 'connection')));
  }

  /** Why the connection ended, or null. */
  get end(): SluisError | null {
    return this.#end;
  }

  /** Bytes of messages' bodies heard so far. */
  get received(): number {
    return this.#inbox.received;
  }

  /** Stops or goes on reading: the peer's messages then wait at the peer. What TLS has already taken in still comes. */
  hold(paused: boolean): void {
    if (this.#paused === paused || this.#end !== null) return;
    this.#paused = paused;
    if (paused) this.#socket.pause();
    else this.#socket.resume();
  }

  /** Messages that wait to be sent. */
  get backlog(): number {
    return this.#outbox.backlog;
  }

  send(
    head: Head,
    body: Uint8Array,
    options: { lane: string | null; started?: (number: number) => void; traffic: (bytes: number) => void },
  ) {
    return this.#outbox.send({ head: encodeHead(head), body, ...options });
  }

  /** Ends the connection; the other end is told `reason` if it is this station's own. Idempotent. */
  close(reason: SluisError, tell = false): void {
    if (this.#end !== null) return;
    this.#end = reason;
    clearInterval(this.#pulse);
    if (tell) this.#outbox.control(KIND.farewell, 0, canonicalBytes({ code: reason.code, message: reason.message, remedy: reason.remedy }));
    this.#outbox.close(reason);
    this.#inbox.clear();
    if (tell) {
      this.#socket.end();
      setTimeout(() => this.#socket.destroy(), GOODBYE_MS).unref();
    } else this.#socket.destroy();
    this.#events.closed(this, reason);
  }

  #heard(bytes: Uint8Array): void {
    this.#heardAt = performance.now();
    if (this.#end !== null) return;
    try {
      this.#reader.push(bytes);
    } catch (thrown) {
      this.close(thrown as SluisError, true);
    }
  }

  #beat(): void {
    const now = performance.now();
    // A station that was itself asleep or busy for longer than a beat, or did not read, can't tell who was silent meanwhile.
    if (this.#paused || now - this.#beatAt > 2 * this.#limits.pingMs) this.#heardAt = now;
    this.#beatAt = now;
    const silent = now - this.#heardAt;
    if (silent > this.#limits.silentMs) this.close(timedOut(this.peer, 'sign of life', silent));
    else this.#outbox.control(KIND.ping, 0);
  }

  /** What the other end says when it closes; its text is about this station, so the peer is the one to ask. */
  #farewellOf(payload: Uint8Array): SluisError {
    try {
      const { code, message, remedy } = farewellSchema.parse(parseCanonical(payload, 'A farewell'));
      return errorFromRecord(
        { code, message: `${this.peer} closed the connection: ${message}`, remedy, stage: 'wire', party: this.peer },
        5,
      );
    } catch {
      return disconnected(this.peer, 'connection');
    }
  }
}
