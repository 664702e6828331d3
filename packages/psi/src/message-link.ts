/**
 * The two-party port over any channel that carries whole messages in order: a WebSocket, a MessagePort, a data channel. The
 * channel must be authenticated and encrypted; stations use their own wire instead.
 */
import { concatBytes, ProtocolError, utf8 } from '@sluis/base';
import type { PairLink } from '@sluis/model';

interface Letter {
  readonly step: string;
  readonly body: Uint8Array;
}

/** How long the peer may be silent, by default: a minute. */
const TIMEOUT_MS = 60_000;
const decoder = new TextDecoder();

const refused = (code: string, message: string) =>
  new ProtocolError(code, { stage: 'wire', message, remedy: 'Check the peer and the connection, then start again.' });

/** One end. Give it what arrives (`arrived`), and say when the channel has ended (`ended`). */
export class MessageLink implements PairLink {
  readonly #post: (message: Uint8Array) => void | Promise<void>;
  readonly #timeoutMs: number;
  readonly #letters: Letter[] = [];
  #waiting: (() => void) | null = null;
  #gone = false;

  /** @param post - sends one message; it may return a promise of when the next one is welcome. */
  constructor(post: (message: Uint8Array) => void | Promise<void>, timeoutMs: number = TIMEOUT_MS) {
    this.#post = post;
    this.#timeoutMs = timeoutMs;
  }

  /** Takes a message that the channel brought. Messages without a step end the link. */
  arrived(message: Uint8Array): void {
    const name = message[0] ?? 0;
    if (name === 0 || message.length < 1 + name) this.#gone = true;
    else this.#letters.push({ step: decoder.decode(message.subarray(1, 1 + name)), body: message.slice(1 + name) });
    this.#waiting?.();
  }

  /** The channel has ended: whoever waits, or will, fails. */
  ended(): void {
    this.#gone = true;
    this.#waiting?.();
  }

  async send(step: string, body: Uint8Array): Promise<void> {
    const name = utf8(step);
    if (name.length === 0 || name.length > 255) throw new RangeError('the name of a step has 1 to 255 bytes');
    await this.#post(concatBytes(Uint8Array.of(name.length), name, body));
  }

  /** @throws ProtocolError `wire/disconnected`, `wire/timeout`, `wire/unexpected-step`, `wire/bad-length`. */
  async receive(step: string, bytes: number | { readonly atMost: number }): Promise<Uint8Array> {
    const letter = await this.#next(step);
    if (letter.step !== step) throw refused('wire/unexpected-step', `A message of another step came instead of ${step}.`);
    const fits = typeof bytes === 'number' ? letter.body.length === bytes : letter.body.length <= bytes.atMost;
    if (!fits) throw refused('wire/bad-length', `The message of step ${step} has another length than due.`);
    return letter.body;
  }

  async #next(step: string): Promise<Letter> {
    const until = performance.now() + this.#timeoutMs;
    for (;;) {
      const letter = this.#letters.shift();
      if (letter !== undefined) return letter;
      if (this.#gone) throw refused('wire/disconnected', `The peer is gone before step ${step}.`);
      const left = until - performance.now();
      if (left <= 0) throw refused('wire/timeout', `The peer sent nothing for step ${step}.`);
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting = resolve;
      const timer = setTimeout(resolve, left);
      await promise;
      clearTimeout(timer);
    }
  }
}
