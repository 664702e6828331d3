/** A bound on waiting: the earlier of a time limit and the caller's signal. */
import type { SluisError } from '@sluis/base';

export class Deadline {
  readonly #failed = Promise.withResolvers<never>();
  readonly #timer: NodeJS.Timeout;
  readonly #signal: AbortSignal | undefined;
  readonly #aborted = () => this.#failed.reject(this.#signal?.reason);

  constructor(timeoutMs: number, signal: AbortSignal | undefined, late: () => SluisError) {
    this.#signal = signal;
    // Nobody may be waiting yet when it fails.
    this.#failed.promise.catch(() => undefined);
    this.#timer = setTimeout(() => this.#failed.reject(late()), timeoutMs);
    if (signal?.aborted) this.#aborted();
    else signal?.addEventListener('abort', this.#aborted, { once: true });
  }

  /** The promise's outcome, unless time runs out or the signal's reason comes first. */
  race<T>(promise: Promise<T>): Promise<T> {
    return Promise.race([this.#failed.promise, promise]);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener('abort', this.#aborted);
  }
}
