/** The side that was asked: checks everything for itself, and answers. Whoever proposed drives. */
import { errorFromRecord, toHex, toSluisError } from '@sluis/base';
import type { SignedIntersectionApproval, SignedIntersectionProposal } from '@sluis/model';
import { type AdmittedIntersection, admitIntersection, checkIntersectionApprovals } from './intersection-admission.ts';
import { type ActiveAttempt, MOST_ATTEMPTS } from './intersection-attempts.ts';
import { checkAccount, giveWord, type Word } from './intersection-evidence.ts';
import { coordinatorGone, notTheirs } from './intersection-faults.ts';
import { lotCommitment } from './intersection-input.ts';
import type { Answered, Asked } from './intersection-messages.ts';
import type { IntersectionParts } from './intersection-parts.ts';
import { accountOf, releaseAttempt } from './intersection-release.ts';
import { nameOf, type Sender } from './intersection-wire.ts';
import { requireSender } from './messenger.ts';

export class AnsweringSide {
  readonly #parts: IntersectionParts;
  readonly #approved: (run: AdmittedIntersection) => void;

  /** @param approved - called for each approval of the other side, after it was kept. */
  constructor(parts: IntersectionParts, approved: (run: AdmittedIntersection) => void) {
    this.#parts = parts;
    this.#approved = approved;
  }

  serve(): void {
    const { station, wire, attempts } = this.#parts;
    wire.on('intersection.propose', ({ proposal }, from) => this.#proposed(proposal, from));
    wire.on('intersection.approval', async ({ approval }, from) => {
      const run = await this.#known(approval.statement.run, from);
      await this.#parts.book.keepApproval(run, approval as SignedIntersectionApproval);
      this.#approved(run);
      return {};
    });
    wire.on('intersection.begin', async (asked, from) => this.#begin(await this.#fromCoordinator(asked.run, from), asked));
    wire.on('intersection.play', async ({ run, attempt }, from, signal) => {
      await this.#fromCoordinator(run, from);
      return this.#play(await attempts.require(run, attempt), signal);
    });
    wire.on('intersection.finish', async (asked, from) => this.#finish(await this.#fromCoordinator(asked.body.run, from), asked));
    wire.on('intersection.end', async (asked, from) => this.#end(await this.#known(asked.run, from), asked));
    station.wire.onRequest('intersection.piece', async (m) => {
      const id = (m.header as Record<string, unknown>)['run'];
      const active = typeof id === 'string' ? attempts.get(id) : null;
      const peer = active?.run.peer.organisation ?? '';
      if (active !== null) requireSender(active.run.agreement, m, peer);
      await attempts.desk.arrived(m.header, m.body, nameOf(m));
      return {};
    });
  }

  async #proposed(proposal: SignedIntersectionProposal, from: Sender): Promise<Answered<'intersection.propose'>> {
    const { station, book } = this.#parts;
    const lot = toHex(station.random.bytes(32));
    const admitted = await admitIntersection(station, proposal);
    if (from(admitted) !== proposal.statement.coordinator) throw notTheirs(admitted);
    await book.add(proposal, lot, 'waiting');
    return { lot: lotCommitment(proposal.statement.run, station.organisation, lot) };
  }

  async #begin(run: AdmittedIntersection, asked: Asked<'intersection.begin'>): Promise<Answered<'intersection.begin'>> {
    const { station, book, attempts } = this.#parts;
    const id = run.proposal.run;
    const record = await book.record(id);
    const { proposal } = run;
    checkIntersectionApprovals(station, run, asked.approvals);
    if (
      lotCommitment(id, proposal.coordinator, asked.lot) !== proposal.lot ||
      asked.attempt > MOST_ATTEMPTS ||
      asked.attempt <= record.attempt
    )
      throw notTheirs(run);
    // A coordinator that begins anew has given up what it began before.
    const before = attempts.get(id);
    before?.controller.abort(book.notOpen(record));
    before?.close();
    const change = { state: 'running', attempt: asked.attempt, error: null } as const;
    if (!(await book.store.changeIntersection(id, ['waiting', 'running', 'failed'], change, station.clock.now())))
      throw book.notOpen(record);
    const active = attempts.open(run, asked.attempt);
    const { signal } = active.controller;
    signal.addEventListener('abort', () => void this.#broken(id, active), { once: true });
    return this.#answering(active, null, async () => {
      const input = await attempts.prepare(active);
      const { own } = book.lots(record);
      await attempts.commit(active, asked.input, [asked.lot, own]);
      return { input: input.said, lot: own };
    });
  }

  async #play(active: ActiveAttempt, signal: AbortSignal): Promise<Answered<'intersection.play'>> {
    return this.#answering(active, signal, async () => {
      const received = await this.#parts.attempts.play(active);
      active.sent = this.#parts.station.wire.meter(active.run.proposal.run).bytesSent;
      return { result: received?.commitment ?? null, sent: active.sent };
    });
  }

  /** Checks the coordinator's account, and signs it; asked again, gives the same word. */
  async #finish(run: AdmittedIntersection, { body, word }: Asked<'intersection.finish'>): Promise<Word> {
    const { station, book, attempts } = this.#parts;
    const given = await book.wordOn(body);
    if (given !== null) return given;
    const active = await attempts.require(body.run, body.attempt);
    if (active.step !== 'played') throw notTheirs(run);
    const of = accountOf(this.#parts, active, { result: null, sent: 0 });
    checkAccount(station, run, body, { ...of, sent: { ...of.sent, [station.organisation]: active.sent } });
    const mine = await giveWord(station, body);
    await releaseAttempt(this.#parts, active, body, { [station.organisation]: mine, [run.peer.organisation]: word });
    active.close();
    return mine;
  }

  /** The other side ended the run. It speaks for itself only. */
  async #end(
    known: AdmittedIntersection,
    { run, attempt, state, error }: Asked<'intersection.end'>,
  ): Promise<Answered<'intersection.end'>> {
    const { station, book, attempts } = this.#parts;
    const { exitCode, ...record } = error;
    const party = record.party === station.organisation ? null : known.peer.organisation;
    const told = errorFromRecord({ ...record, party }, exitCode);
    const active = attempts.get(run);
    if (active !== null && attempt !== active.attempt && attempt !== 0) return {};
    active?.controller.abort(told);
    active?.close();
    await book.end(run, state, told);
    return {};
  }

  /** Also when nobody waits for an answer: the coordinator fell silent. */
  async #broken(id: string, active: ActiveAttempt): Promise<void> {
    active.close();
    await this.#parts.book.end(id, 'failed', toSluisError(active.controller.signal.reason, 'run')).catch(() => undefined);
  }

  /** A failure here ends the attempt here; so does a coordinator that is gone. */
  async #answering<T>(active: ActiveAttempt, lost: AbortSignal | null, work: () => Promise<T>): Promise<T> {
    const gone = () => active.controller.abort(coordinatorGone(active.run));
    lost?.addEventListener('abort', gone, { once: true });
    try {
      return await work();
    } catch (thrown) {
      const error = toSluisError(thrown, 'run');
      active.controller.abort(error);
      await this.#parts.book.end(active.run.proposal.run, 'failed', error);
      throw error;
    } finally {
      lost?.removeEventListener('abort', gone);
    }
  }

  async #known(id: string, from: Sender): Promise<AdmittedIntersection> {
    const run = await this.#parts.book.admitted(await this.#parts.book.record(id));
    from(run);
    return run;
  }

  async #fromCoordinator(id: string, from: Sender): Promise<AdmittedIntersection> {
    const run = await this.#known(id, from);
    if (from(run) !== run.proposal.coordinator) throw notTheirs(run);
    return run;
  }
}
