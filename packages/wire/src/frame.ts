/**
 * Frames of `sluis/1`: 4 bytes length of the payload, 1 byte kind, 4 bytes message, 4 bytes sequence (all big-endian), payload.
 * The sequence counts all frames of one direction: TLS already forbids repeats, this finds faults of the code around it.
 */
import { garbage } from './faults.ts';
import { FRAME_LIMIT } from './limits.ts';

export const FRAME_HEADER = 13;

export const KIND = { head: 1, data: 2, abort: 3, ping: 4, pong: 5, farewell: 6 } as const;
export type Kind = (typeof KIND)[keyof typeof KIND];

const FAREWELL_LIMIT = 16 * 1024;

export function frameHeader(kind: Kind, message: number, sequence: number, length: number): Uint8Array {
  const out = new Uint8Array(FRAME_HEADER);
  const view = new DataView(out.buffer);
  view.setUint32(0, length);
  view.setUint8(4, kind);
  view.setUint32(5, message);
  view.setUint32(9, sequence);
  return out;
}

export interface FrameSink {
  /** A whole frame other than data. */
  control(kind: Exclude<Kind, 2>, message: number, payload: Uint8Array): void;
  /** The next bytes of a message's body, a view that is valid only during the call; `opening`: the first of a frame. */
  data(message: number, bytes: Uint8Array, opening: boolean): void;
}

/** Cuts a byte stream into frames. Data is passed on as it comes, everything else is collected first. */
export class FrameReader {
  readonly #peer: string;
  readonly #headLimit: number;
  readonly #sink: FrameSink;
  readonly #header = new Uint8Array(FRAME_HEADER);
  readonly #view = new DataView(this.#header.buffer);
  #headerFilled = 0;
  #sequence = 0;
  #left = 0;
  #payload: Uint8Array | null = null;

  constructor(peer: string, headLimit: number, sink: FrameSink) {
    this.#peer = peer;
    this.#headLimit = headLimit;
    this.#sink = sink;
  }

  /** True while a frame has begun and is not complete. */
  get midway(): boolean {
    return this.#headerFilled > 0;
  }

  /** Takes the stream's next bytes. Throws ProtocolError `wire/garbage` on the first byte that can't be of the protocol. */
  push(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) at += this.#headerFilled < FRAME_HEADER ? this.#fillHeader(bytes, at) : this.#fillPayload(bytes, at);
  }

  #fillHeader(bytes: Uint8Array, at: number): number {
    const count = Math.min(FRAME_HEADER - this.#headerFilled, bytes.length - at);
    this.#header.set(bytes.subarray(at, at + count), this.#headerFilled);
    this.#headerFilled += count;
    if (this.#headerFilled === FRAME_HEADER) this.#begin();
    return count;
  }

  #begin(): void {
    const kind = this.#view.getUint8(4);
    this.#left = this.#view.getUint32(0);
    if (kind < KIND.head || kind > KIND.farewell) throw garbage(this.#peer, 'a frame of unknown kind');
    if (this.#view.getUint32(9) !== this.#sequence) throw garbage(this.#peer, 'a frame out of sequence');
    this.#sequence = (this.#sequence + 1) >>> 0;
    const limit = kind === KIND.data ? FRAME_LIMIT : kind === KIND.head ? this.#headLimit : kind === KIND.farewell ? FAREWELL_LIMIT : 0;
    if (this.#left > limit || (kind === KIND.data && this.#left === 0)) throw garbage(this.#peer, 'a frame of impossible length');
    this.#payload = kind === KIND.data ? null : new Uint8Array(this.#left);
    if (this.#left === 0) this.#finish();
  }

  #fillPayload(bytes: Uint8Array, at: number): number {
    const part = bytes.subarray(at, at + Math.min(this.#left, bytes.length - at));
    if (this.#payload === null) this.#sink.data(this.#view.getUint32(5), part, this.#left === this.#view.getUint32(0));
    else this.#payload.set(part, this.#payload.length - this.#left);
    this.#left -= part.length;
    if (this.#left === 0) this.#finish();
    return part.length;
  }

  #finish(): void {
    const payload = this.#payload;
    this.#payload = null;
    this.#headerFilled = 0;
    if (payload !== null) this.#sink.control(this.#view.getUint8(4) as Exclude<Kind, 2>, this.#view.getUint32(5), payload);
  }
}
