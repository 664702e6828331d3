/** Waiting for what other stations send within a run. */
import { PeerError, ProtocolError } from '@sluis/base';

/** One waiter at a time; whoever puts something in tells it. */
export class Arrivals {
  readonly #step: string;
  #wake: (() => void) | null = null;

  constructor(step: string) {
    this.#step = step;
  }

  /** Tells the waiter that something arrived. */
  came(): void {
    this.#wake?.();
  }

  /** Waits until nobody is missing. Throws PeerError naming who is when time runs out, or the signal's reason. */
  async until(missing: () => readonly string[], timeoutMs: number, signal: AbortSignal): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (missing().length > 0) {
      signal.throwIfAborted();
      const left = deadline - performance.now();
      if (left <= 0) throw this.#late(missing());
      await this.#change(left, signal);
    }
  }

  refused(from: string, problem: string): ProtocolError {
    return new ProtocolError('run/unexpected-message', {
      stage: 'wire',
      party: from,
      message: `The message "${this.#step}" of ${from} ${problem}; it was refused.`,
    });
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

  #late(missing: readonly string[]): PeerError {
    return new PeerError('run/timeout', {
      stage: 'wire',
      ...(missing[0] === undefined ? {} : { party: missing[0] }),
      message: `No message "${this.#step}" arrived in time from ${missing.join(', ')}.`,
      remedy: 'Check that their stations are up and reachable, then ask again.',
    });
  }
}
