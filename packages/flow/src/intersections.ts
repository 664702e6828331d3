/**
 * Intersections between two stations, through the six steps: proposal, approvals, commitment, protocol, release, receipt. Whoever
 * proposes drives; the other side checks everything for itself. One instance a station.
 */
import { fromHex, toHex } from '@sluis/base';
import { commitInput } from '@sluis/ledger';
import type { IntersectionAudit, IntersectionResult } from '@sluis/model';
import type { StationContext } from './context.ts';
import { refusedIntersection } from './intersection-admission.ts';
import { AnsweringSide } from './intersection-answering.ts';
import { AskingSide, type StartIntersection } from './intersection-asking.ts';
import { Attempts } from './intersection-attempts.ts';
import { IntersectionBook, OPEN_STATES } from './intersection-book.ts';
import { interruptedIntersection, stationStopping } from './intersection-faults.ts';
import { type InputSources, readKeys } from './intersection-input.ts';
import type { IntersectionParts } from './intersection-parts.ts';
import type { IntersectionStore } from './intersection-store.ts';
import { stopped } from './run-faults.ts';
import { IntersectionWire } from './intersection-wire.ts';

export class Intersections {
  readonly book: IntersectionBook;
  readonly sources: InputSources;
  readonly #parts: IntersectionParts;
  readonly #asking: AskingSide;
  readonly #answering: AnsweringSide;

  constructor(station: StationContext, store: IntersectionStore, sources: InputSources) {
    this.sources = sources;
    this.book = new IntersectionBook(station, store);
    const attempts = new Attempts(station, this.book, sources);
    this.#parts = { station, book: this.book, attempts, sources, wire: new IntersectionWire(station) };
    this.#asking = new AskingSide(this.#parts);
    this.#answering = new AnsweringSide(this.#parts, (run) => this.#asking.proceed(run));
  }

  /** Answers other stations from now on. */
  serve(): void {
    this.#answering.serve();
  }

  /** Proposes a run to the other side; goes on in the background. Gives the run's id. Run by: a side that is an asker. */
  propose(asked: StartIntersection): Promise<string> {
    return this.#asking.propose(asked);
  }

  /** One more attempt of a run that broke off, with the inputs committed to before. Run by: who proposed it. */
  retry(id: string): Promise<void> {
    return this.#asking.retry(id);
  }

  /** This organisation's yes. Run by: an approver of either side. */
  async approve(id: string, approver: string): Promise<void> {
    const run = await this.book.admitted(await this.book.record(id));
    const approval = await this.book.approve(run, approver);
    if (run.proposal.coordinator === this.#parts.station.organisation) this.#asking.proceed(run);
    else await this.#parts.wire.ask(run, 'intersection.approval', { approval });
  }

  /** Ends a run for both. Run by: an approver of either side, or who asked. */
  async stop(id: string, state: 'refused' | 'cancelled', by: string, reason: string): Promise<void> {
    const { station } = this.#parts;
    const record = await this.book.record(id);
    if (!OPEN_STATES.includes(record.state)) throw this.book.notOpen(record);
    const error = stopped(id, station.organisation, { state, by, reason });
    await this.#asking.endBoth(await this.book.admitted(record), record.attempt, state, error);
  }

  result(id: string): Promise<IntersectionResult> {
    return this.book.result(id);
  }

  /**
   * Whether this station's rows are still those that it committed to in a run, with what an auditor needs to compute the same.
   * Run by: a side whose list is to be checked afterwards.
   */
  async audit(id: string): Promise<IntersectionAudit> {
    const { station } = this.#parts;
    const record = await this.book.record(id);
    const kept = this.book.keptInputs(record);
    const run = await this.book.admitted(record, Number.NEGATIVE_INFINITY);
    if (kept === null || kept.own.commitment === null)
      throw refusedIntersection('nothing-committed', {
        stage: 'run',
        party: station.organisation,
        message: `${station.organisation} committed to no list in run ${id}.`,
        remedy: 'Only runs that came as far as committing can be audited.',
      });
    const own = await readKeys(station, this.sources, run, new AbortController().signal);
    const now = toHex(commitInput(id, station.organisation, fromHex(kept.own.salt), own.items.bytes));
    await station.audit.append({ kind: 'intersection.audited', details: { run: id, same: now === kept.own.commitment } });
    return { run: id, commitment: kept.own.commitment, salt: kept.own.salt, now, same: now === kept.own.commitment };
  }

  /** After a restart: what was being played is over, since no protocol resumes; what waits goes on waiting. */
  async recover(): Promise<void> {
    for (const run of await this.book.store.intersectionsIn(['proposed', 'running']))
      await this.book.end(run, 'failed', interruptedIntersection(this.#parts.station.organisation, run));
  }

  async close(): Promise<void> {
    this.#parts.attempts.closeAll(stationStopping(this.#parts.station.organisation));
  }
}
