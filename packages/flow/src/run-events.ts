/** Progress of runs as people follow it: a bounded history per run, and waiting for the next event. */
import type { Clock } from '@sluis/base';

export interface RunEvent {
  readonly sequence: number;
  readonly at: number;
  readonly run: string;
  readonly step: string;
  readonly party: string;
  readonly detail: string;
}

const HISTORY = 500;
const RUNS = 1000;

export class RunEvents {
  readonly #history = new Map<string, RunEvent[]>();
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  emit(run: string, step: string, party: string, detail: string): void {
    const events = this.#history.get(run) ?? [];
    const sequence = (events.at(-1)?.sequence ?? 0) + 1;
    events.push({ sequence, at: this.#clock.now(), run, step, party, detail });
    if (events.length > HISTORY) events.shift();
    this.#history.set(run, events);
    if (this.#history.size > RUNS) this.#history.delete(this.#history.keys().next().value ?? '');
    for (const wake of this.#waiting.get(run) ?? []) wake();
    this.#waiting.delete(run);
  }

  since(run: string, sequence: number): RunEvent[] {
    return (this.#history.get(run) ?? []).filter((e) => e.sequence > sequence);
  }

  /** Resolves at the run's next event, or after `timeoutMs`. */
  next(run: string, timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const set = this.#waiting.get(run) ?? new Set();
      const done = () => {
        clearTimeout(timer);
        set.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      timer.unref();
      set.add(done);
      this.#waiting.set(run, set);
    });
  }
}
