/**
 * The two-party port over any channel that carries whole messages in order: a WebSocket, a MessagePort, a data channel. The
 * channel must be authenticated and encrypted; stations use their own wire instead.
 */
import { concatBytes, ProtocolError, utf8 } from '@sluis/base';
import type { PairLink } from '@sluis/model';

interface Letter {
  readonly step: string;
  readonly body: Uint8Array;
  readonly cost: number;
}

/** How long the peer may be silent, by default: a minute. */
const TIMEOUT_MS = 60_000;
/** What may wait to be received, by default. */
const UNREAD_BYTES = 64 * 1024 * 1024;
/** What keeping a message costs beside its body: so that empty ones have a bound too. */
const LETTER_COST = 4096;
const decoder = new TextDecoder();

export interface MessageLinkOptions {
  /** Who is at the other end, for errors. */
  readonly peer?: string;
  /** How long the peer may be silent: a minute, if not given. */
  readonly timeoutMs?: number;
  /** Beyond this much that waits to be received, a peer that sends on ends the link: 64 MiB, if not given. */
  readonly unreadBytes?: number;
}

/** One end. Give it what arrives (`arrived`), and say when the channel has ended (`ended`). */
export class MessageLink implements PairLink {
  readonly #post: (message: Uint8Array) => void | Promise<void>;
  readonly #peer: string | undefined;
  readonly #timeoutMs: number;
  readonly #unreadBytes: number;
  readonly #letters: Letter[] = [];
  #unread = 0;
  #wake: (() => void)[] = [];
  #gone = false;
  #failed: ProtocolError | null = null;

  /** @param post - sends one message; it may return a promise of when the next one is welcome. */
  constructor(post: (message: Uint8Array) => void | Promise<void>, options: MessageLinkOptions = {}) {
    this.#post = post;
    this.#peer = options.peer;
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    this.#unreadBytes = options.unreadBytes ?? UNREAD_BYTES;
  }

  /**
   * Takes a message that the channel brought. Messages without a step end the link, and so does one that comes while too
   * much is unread. A message is taken whole: the channel bounds how long one may be.
   *
   * @returns when the next one is welcome. Never rejects. The peer's `post` should not resolve before: let the channel
   * stop reading, or acknowledge.
   */
  async arrived(message: Uint8Array): Promise<void> {
    if (this.#gone) return;
    const name = message[0] ?? 0;
    if (name === 0 || message.length < 1 + name) return this.ended();
    if (this.#unread > this.#unreadBytes) return this.#overrun();
    const cost = LETTER_COST + message.length;
    this.#letters.push({ step: decoder.decode(message.subarray(1, 1 + name)), body: message.slice(1 + name), cost });
    this.#unread += cost;
    this.#ring();
    while (this.#unread > this.#unreadBytes && !this.#gone) await this.#change();
  }

  /** The channel has ended: whoever waits, or will, fails. */
  ended(): void {
    this.#gone = true;
    this.#ring();
  }

  async send(step: string, body: Uint8Array): Promise<void> {
    const name = utf8(step);
    if (name.length === 0 || name.length > 255) throw new RangeError('the name of a step has 1 to 255 bytes');
    await this.#post(concatBytes(Uint8Array.of(name.length), name, body));
  }

  /** @throws ProtocolError `wire/disconnected`, `wire/timeout`, `wire/unexpected-step`, `wire/bad-length`, `wire/too-much-unread`. */
  async receive(step: string, bytes: number | { readonly atMost: number }): Promise<Uint8Array> {
    const letter = await this.#next(step);
    if (letter.step !== step) throw this.#refused('wire/unexpected-step', `A message of another step came instead of ${step}.`);
    const fits = typeof bytes === 'number' ? letter.body.length === bytes : letter.body.length <= bytes.atMost;
    if (!fits) throw this.#refused('wire/bad-length', `The message of step ${step} has another length than due.`);
    return letter.body;
  }

  async #next(step: string): Promise<Letter> {
    const until = performance.now() + this.#timeoutMs;
    for (;;) {
      if (this.#failed !== null) throw this.#failed;
      const letter = this.#letters.shift();
      if (letter !== undefined) {
        this.#unread -= letter.cost;
        this.#ring();
        return letter;
      }
      const peer = this.#peer ?? 'The peer';
      if (this.#gone) throw this.#refused('wire/disconnected', `${peer} is gone before step ${step}.`);
      const left = until - performance.now();
      if (left <= 0) throw this.#refused('wire/timeout', `${peer} sent nothing for step ${step}.`);
      await this.#change(left);
    }
  }

  /** Until something came, was read, or ended. */
  #change(timeoutMs?: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = timeoutMs === undefined ? undefined : setTimeout(resolve, timeoutMs);
    this.#wake.push(resolve);
    return promise.finally(() => clearTimeout(timer));
  }

  #ring(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  /** What was not read is dropped: nothing of a peer that breaks the rule is used, or kept. */
  #overrun(): void {
    const peer = this.#peer ?? 'The peer';
    const megabytes = Math.ceil(this.#unreadBytes / 1024 / 1024);
    this.#failed = this.#refused(
      'wire/too-much-unread',
      `${peer} sent on while more than ${megabytes} MiB were unread; the link has ended.`,
    );
    this.#letters.length = 0;
    this.#unread = 0;
    this.ended();
  }

  #refused(code: string, message: string): ProtocolError {
    const party = this.#peer === undefined ? {} : { party: this.#peer };
    return new ProtocolError(code, { stage: 'wire', ...party, message, remedy: 'Check the peer and the connection, then start again.' });
  }
}
