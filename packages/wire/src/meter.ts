/** Counts what each run costs on the wire: frames with their headers, as TLS gets them. */

export interface RunTraffic {
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly rounds: number;
}

/** Runs that are remembered; older ones are forgotten, so that a peer can't fill the memory with invented runs. */
const RUNS = 1000;

export class Meter {
  readonly #runs = new Map<string, { bytesSent: number; bytesReceived: number; rounds: number }>();

  add(run: string, sent: number, received: number, rounds: number): void {
    const entry = this.#runs.get(run) ?? { bytesSent: 0, bytesReceived: 0, rounds: 0 };
    entry.bytesSent += sent;
    entry.bytesReceived += received;
    entry.rounds += rounds;
    this.#runs.delete(run);
    this.#runs.set(run, entry);
    const oldest = this.#runs.keys().next().value;
    if (this.#runs.size > RUNS && oldest !== undefined) this.#runs.delete(oldest);
  }

  of(run: string): RunTraffic {
    return { ...(this.#runs.get(run) ?? { bytesSent: 0, bytesReceived: 0, rounds: 0 }) };
  }
}
