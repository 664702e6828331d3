/** Sealed bodies that arrive for one run, one from each expected sender, before or after they are waited for. */
import { PeerError, ProtocolError } from '@sluis/base';

export class Mailbox {
  readonly #expected: ReadonlySet<string>;
  readonly #step: string;
  readonly #maximumBytes: number;
  readonly #boxes = new Map<string, Uint8Array>();
  #wake: (() => void) | null = null;

  constructor(step: string, expected: readonly string[], maximumBytes: number) {
    this.#step = step;
    this.#expected = new Set(expected);
    this.#maximumBytes = maximumBytes;
  }

  /** Takes one sender's body; throws ProtocolError on an unexpected sender, a second body, or an oversized one. */
  put(from: string, body: Uint8Array): void {
    const problem = !this.#expected.has(from)
      ? 'was not expected from this organisation'
      : this.#boxes.has(from)
        ? 'arrived a second time'
        : body.length > this.#maximumBytes
          ? 'is larger than the plan allows'
          : null;
    if (problem !== null) {
      throw new ProtocolError('run/unexpected-message', {
        stage: 'wire',
        party: from,
        message: `The message "${this.#step}" of ${from} ${problem}; it was refused.`,
      });
    }
    this.#boxes.set(from, body);
    this.#wake?.();
  }

  /** All expected bodies. Throws PeerError naming who is missing when time runs out, or the signal's reason. */
  async all(timeoutMs: number, signal: AbortSignal): Promise<ReadonlyMap<string, Uint8Array>> {
    const deadline = Date.now() + timeoutMs;
    while (this.#boxes.size < this.#expected.size) {
      signal.throwIfAborted();
      const left = deadline - Date.now();
      if (left <= 0) throw this.#missing();
      await this.#change(left, signal);
    }
    return this.#boxes;
  }

  #change(timeoutMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#wake = null;
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      signal.addEventListener('abort', done, { once: true });
      this.#wake = done;
    });
  }

  #missing(): PeerError {
    const missing = [...this.#expected].filter((name) => !this.#boxes.has(name));
    return new PeerError('run/timeout', {
      stage: 'wire',
      ...(missing[0] === undefined ? {} : { party: missing[0] }),
      message: `No message "${this.#step}" arrived in time from ${missing.join(', ')}.`,
      remedy: 'Check that their stations are up and reachable, then ask again.',
    });
  }
}
