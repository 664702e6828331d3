/** Sealed bodies that arrive for one run, one from each expected sender, before or after they are waited for. */
import { Arrivals } from './arrivals.ts';

export class Mailbox {
  readonly #expected: ReadonlySet<string>;
  readonly #maximumBytes: number;
  readonly #boxes = new Map<string, Uint8Array>();
  readonly #arrivals: Arrivals;

  constructor(step: string, expected: readonly string[], maximumBytes: number) {
    this.#expected = new Set(expected);
    this.#maximumBytes = maximumBytes;
    this.#arrivals = new Arrivals(step);
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
    if (problem !== null) throw this.#arrivals.refused(from, problem);
    this.#boxes.set(from, body);
    this.#arrivals.came();
  }

  /** All expected bodies. Throws PeerError naming who is missing when time runs out, or the signal's reason. */
  async all(timeoutMs: number, signal: AbortSignal): Promise<ReadonlyMap<string, Uint8Array>> {
    await this.#arrivals.until(() => [...this.#expected].filter((name) => !this.#boxes.has(name)), timeoutMs, signal);
    return this.#boxes;
  }
}
