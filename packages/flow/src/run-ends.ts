/** How runs end badly at one station: written down once, and remembered when the disk refuses until it can be written. */
import { errorFromRecord, type ErrorRecord, RefusedError, type SluisError, toSluisError } from '@sluis/base';
import { unknownRun } from './admission.ts';
import type { StationContext } from './context.ts';
import type { RunRecord, RunState } from './ports.ts';

export const OPEN: readonly RunState[] = ['proposed', 'waiting', 'running'];
export type BadEnd = 'refused' | 'failed' | 'cancelled';

const KIND = { refused: 'run.refused', failed: 'run.failed', cancelled: 'run.cancelled' } as const;

interface End {
  readonly state: BadEnd;
  readonly error: SluisError;
}

export class RunEnds {
  readonly #station: StationContext;
  /** Ends that the store would not take yet. Lost at a restart, where such runs end as interrupted. */
  readonly #unwritten = new Map<string, End>();
  readonly #writing = new Map<string, Promise<void>>();

  constructor(station: StationContext) {
    this.#station = station;
  }

  /** Ends a run unless it has ended. Never throws: a run whose end can't be written down has ended nevertheless. */
  end(id: string, state: BadEnd, error: SluisError): Promise<void> {
    return this.exclusively(id, () => this.#end(id, { state, error }));
  }

  /** One at a time for each run, so that a run that is being kept does not end otherwise in the middle of it. */
  async exclusively(id: string, task: () => Promise<void>): Promise<void> {
    const before = this.#writing.get(id) ?? Promise.resolve();
    const mine = before.catch(() => undefined).then(task);
    this.#writing.set(id, mine);
    try {
      await mine;
    } finally {
      if (this.#writing.get(id) === mine) this.#writing.delete(id);
    }
  }

  async #end(id: string, end: End): Promise<void> {
    if (this.#unwritten.has(id)) return;
    try {
      if (!(await this.#write(id, end))) return;
    } catch {
      this.#unwritten.set(id, end);
    }
    this.#station.events.emit(id, end.state, end.error.party ?? this.#station.organisation, end.error.message);
  }

  /** False if the run had ended before. */
  async #write(id: string, { state, error }: End): Promise<boolean> {
    const { store, audit, budget, clock } = this.#station;
    const record = await store.run(id);
    if (record === null || !OPEN.includes(record.state)) return false;
    const spent = (await budget.chargesOf([id])).map((c) => c.table);
    const lost = spent.length === 0 ? {} : { charged: spent };
    await audit.append({ kind: KIND[state], details: { run: id, code: error.code, party: error.party, ...lost } });
    const text = JSON.stringify({ ...error.toRecord(), exitCode: error.exitCode });
    return store.moveRun(id, OPEN, state, { error: text, at: clock.now() });
  }

  /** Tries again to write down what could not be written. */
  async retry(): Promise<void> {
    for (const [id, end] of this.#unwritten) {
      try {
        await this.#write(id, end);
        this.#unwritten.delete(id);
      } catch {
        // Later again.
      }
    }
  }

  /** A run's record with its end, written or not. */
  seen(record: RunRecord): RunRecord {
    const end = this.#unwritten.get(record.id);
    if (end === undefined || !OPEN.includes(record.state)) return record;
    return { ...record, state: end.state, error: JSON.stringify({ ...end.error.toRecord(), exitCode: end.error.exitCode }) };
  }

  /**
   * The record of a run in one of these states. Throws what ended the run if it has ended badly (so that whoever comes
   * late learns the cause and not just a state), RefusedError `run/wrong-state` otherwise.
   */
  async require(id: string, states: readonly RunState[]): Promise<RunRecord> {
    const stored = await this.#station.store.run(id);
    if (stored === null) throw unknownRun(this.#station, id);
    const record = this.seen(stored);
    if (states.includes(record.state)) return record;
    const cause = causeOf(record);
    if (cause !== null) throw cause;
    throw new RefusedError('run/wrong-state', {
      stage: 'run',
      party: this.#station.organisation,
      message: `Run ${id} is ${record.state} at ${this.#station.organisation}; this is possible only while it is ${states.join(' or ')}.`,
      remedy: 'See: sluis runs',
    });
  }
}

/** The error with which a run ended, or null. */
export function causeOf(record: RunRecord): SluisError | null {
  if (record.error === null) return null;
  try {
    const { exitCode, ...error } = JSON.parse(record.error) as ErrorRecord & { exitCode: number };
    return errorFromRecord(error, exitCode);
  } catch (thrown) {
    return toSluisError(thrown, 'store');
  }
}
