/**
 * Two-party connections over the wire: each message is cut into pieces, every piece a request of its own, bound to run, attempt,
 * sequence and sender (by certificate). A piece that comes twice, too early or from somebody else ends the connection.
 */
import { PeerError, ProtocolError, type SluisError } from '@sluis/base';
import type { PairLink } from '@sluis/model';
import type { Peer, Wire } from '@sluis/wire';
import { z } from 'zod';
import { readMessage } from './messages.ts';

const PIECE_BYTES = 4 * 1024 * 1024;
/** What waits to be received before a sender has to wait. */
const AHEAD_BYTES = 64 * 1024 * 1024;
const MOST_BYTES = 2 ** 31;
/** What keeping a piece costs beside its body: so that empty ones have a bound too. */
const PIECE_COST = 4096;

export const pieceSchema = z.strictObject({
  run: z.string().regex(/^[0-9a-f]{32}$/),
  attempt: z.number().int().min(1).max(100),
  /** Of the piece, over the whole connection in this direction. */
  sequence: z.number().int().min(0),
  step: z.string().regex(/^[a-z0-9/-]{1,60}$/),
  /** Of the message that it is a part of. */
  bytes: z.number().int().min(0).max(MOST_BYTES),
  from: z.number().int().min(0),
});
export type Piece = z.infer<typeof pieceSchema>;

export interface LinkOptions {
  readonly run: string;
  readonly attempt: number;
  readonly peer: Peer;
  readonly wire: Pick<Wire, 'request'>;
  readonly timeLeftMs: () => number;
  readonly signal: AbortSignal;
}

export class WirePairLink implements PairLink {
  readonly #options: LinkOptions;
  readonly #arrived: { readonly piece: Piece; readonly body: Uint8Array }[] = [];
  #queued = 0;
  #sent = 0;
  #expected = 0;
  /** Bytes of bodies sent. */
  sentBytes = 0;
  #failed: SluisError | null = null;
  #wake: (() => void)[] = [];
  #sending: Promise<void> = Promise.resolve();

  constructor(options: LinkOptions) {
    this.#options = options;
    options.signal.addEventListener('abort', () => this.#ring(), { once: true });
  }

  send(step: string, body: Uint8Array): Promise<void> {
    // Pieces must arrive in order, so that one replayed or left out is noticed.
    this.#sending = this.#sending.then(() => this.#sendNow(step, body));
    return this.#sending;
  }

  async #sendNow(step: string, body: Uint8Array): Promise<void> {
    const { run, attempt, peer, wire, signal, timeLeftMs } = this.#options;
    for (let from = 0; from === 0 || from < body.length; from += PIECE_BYTES) {
      signal.throwIfAborted();
      if (this.#failed !== null) throw this.#failed;
      const part = body.subarray(from, Math.min(body.length, from + PIECE_BYTES));
      const header: Piece = { run, attempt, sequence: this.#sent++, step, bytes: body.length, from };
      await wire.request(peer, 'intersection.piece', header, part, { timeoutMs: timeLeftMs(), signal });
      this.sentBytes += part.length;
    }
  }

  async receive(step: string, bytes: number | { readonly atMost: number }): Promise<Uint8Array> {
    const first = await this.#next(step);
    const { bytes: total } = first.piece;
    const fits = first.piece.from === 0 && (typeof bytes === 'number' ? total === bytes : total <= bytes.atMost);
    if (first.piece.step !== step) throw this.#broken(step, `sent a message of step "${first.piece.step}"`);
    if (!fits) throw this.#broken(step, `sent a message of ${total} bytes, which is not the length due`);
    if (first.body.length > total) throw this.#broken(step, 'sent more than it announced');
    if (first.body.length === total) return first.body;
    const out = new Uint8Array(total);
    out.set(first.body);
    for (let at = first.body.length; at < total; ) {
      const { piece, body } = await this.#next(step);
      const next = piece.step === step && piece.bytes === total && piece.from === at && body.length > 0 && at + body.length <= total;
      if (!next) throw this.#broken(step, 'sent pieces that make no message');
      out.set(body, at);
      at += body.length;
    }
    return out;
  }

  /** A piece from the wire. Resolves when there is room for the next; throws what ends the connection. */
  async take(piece: Piece, body: Uint8Array): Promise<void> {
    if (this.#failed !== null) throw this.#failed;
    if (body.length > PIECE_BYTES) throw this.#broken(piece.step, `sent a piece of ${body.length} bytes`);
    if (piece.sequence !== this.#expected) throw this.#fail(this.#replayed(piece));
    // Who waits for each answer never sends on while this much is unread.
    if (this.#queued > AHEAD_BYTES) throw this.#broken(piece.step, 'sent on without waiting until what it had sent was taken');
    this.#expected++;
    this.#arrived.push({ piece, body });
    this.#queued += PIECE_COST + body.length;
    this.#ring();
    while (this.#queued > AHEAD_BYTES && this.#failed === null && !this.#options.signal.aborted) await this.#wait();
    this.#options.signal.throwIfAborted();
    if (this.#failed !== null) throw this.#failed;
  }

  async #next(step: string): Promise<{ readonly piece: Piece; readonly body: Uint8Array }> {
    const { signal, peer, timeLeftMs } = this.#options;
    for (;;) {
      signal.throwIfAborted();
      if (this.#failed !== null) throw this.#failed;
      const found = this.#arrived.shift();
      if (found !== undefined) {
        this.#queued -= PIECE_COST + found.body.length;
        this.#ring();
        return found;
      }
      const left = timeLeftMs();
      if (left <= 0)
        throw this.#fail(
          new PeerError('wire/timeout', {
            stage: 'run',
            party: peer.name,
            message: `${peer.name} sent nothing in step "${step}" before time ran out.`,
            remedy: 'Look at its station, then begin another attempt.',
          }),
        );
      await this.#wait(left);
    }
  }

  #wait(timeoutMs?: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = timeoutMs === undefined ? undefined : setTimeout(resolve, timeoutMs);
      this.#wake.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #ring(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  #fail(error: SluisError): SluisError {
    this.#failed ??= error;
    this.#arrived.length = 0;
    this.#ring();
    return error;
  }

  #broken(step: string, what: string): SluisError {
    const { peer } = this.#options;
    return this.#fail(
      new ProtocolError('intersection/broken-message', {
        stage: 'run',
        party: peer.name,
        message: `In step "${step}", ${peer.name} ${what}; the run ended.`,
        remedy: 'Bring both stations to the same release; then begin another attempt.',
      }),
    );
  }

  #replayed(piece: Piece): SluisError {
    const { peer } = this.#options;
    return new ProtocolError('intersection/replayed-message', {
      stage: 'run',
      party: peer.name,
      message: `${peer.name} sent message ${piece.sequence} of step "${piece.step}" out of turn (${this.#expected} was due); the run ended.`,
      remedy: 'Something repeats, reorders or drops messages between the stations: find it, then begin another attempt.',
    });
  }
}

/** The open connections of a station. */
export class PairDesk {
  readonly #open = new Map<string, WirePairLink>();

  open(options: LinkOptions): WirePairLink {
    const key = `${options.run} ${options.attempt}`;
    if (this.#open.has(key)) throw new RangeError('this attempt has a connection');
    const link = new WirePairLink(options);
    this.#open.set(key, link);
    return link;
  }

  close(run: string, attempt: number): void {
    this.#open.delete(`${run} ${attempt}`);
  }

  /** A piece from a station that was found to be the other side of this run. */
  async arrived(header: unknown, body: Uint8Array, from: string): Promise<void> {
    const piece = readMessage(pieceSchema, header, 'intersection.piece', from);
    const link = this.#open.get(`${piece.run} ${piece.attempt}`);
    if (link === undefined)
      throw new ProtocolError('intersection/not-running', {
        stage: 'run',
        party: from,
        message: 'A message came for an attempt that is not running here.',
        remedy: 'Begin another attempt.',
      });
    await link.take(piece, body);
  }
}
