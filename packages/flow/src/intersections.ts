/**
 * Intersections between two stations, through the six steps: proposal, approvals, commitment, protocol, release, receipt. Whoever
 * proposes drives; the other side checks everything for itself. One instance a station.
 */
import {
  canonicalBytes,
  errorFromRecord,
  fromHex,
  PeerError,
  RefusedError,
  SluisError,
  StationError,
  toHex,
  toSluisError,
} from '@sluis/base';
import { commitInput } from '@sluis/ledger';
import type { IntersectionAudit, IntersectionProposal, IntersectionResult, SignedIntersectionApproval } from '@sluis/model';
import type { Incoming } from '@sluis/wire';
import { organisationOf, peerOf, type StationContext } from './context.ts';
import {
  type AdmittedIntersection,
  admitIntersection,
  refusedIntersection,
  checkIntersectionApprovals,
  openIntersection,
  PROPOSAL_MS,
} from './intersection-admission.ts';
import { type ActiveAttempt, Attempts } from './intersection-attempts.ts';
import { IntersectionBook, OPEN_STATES } from './intersection-book.ts';
import { checkAccount, type FinishedAttempt, giveWord, receiptBody, receiptOf, type Word } from './intersection-evidence.ts';
import { type InputSources, lotCommitment, readKeys } from './intersection-input.ts';
import { type Answered, type Asked, answerSchema, type IntersectionMessages, questionSchema } from './intersection-messages.ts';
import type { IntersectionStore } from './intersection-store.ts';
import { parseBody, readMessage } from './messages.ts';
import { requireSender } from './messenger.ts';

const SHORT_MS = 30_000;
const END_MS = 10_000;
const FINISH_AGAIN = 3;
const AGAIN_MS = 1_000;
/** A run that broke off may be tried again with the same inputs, so often. */
export const MOST_ATTEMPTS = 3;

export interface StartIntersection {
  readonly agreement: string;
  readonly intersection: string;
  readonly analyst: string;
}

export class Intersections {
  readonly book: IntersectionBook;
  readonly #station: StationContext;
  readonly #attempts: Attempts;
  readonly sources: InputSources;

  constructor(station: StationContext, store: IntersectionStore, sources: InputSources) {
    this.#station = station;
    this.sources = sources;
    this.book = new IntersectionBook(station, store);
    this.#attempts = new Attempts(station, this.book, sources);
  }

  /** Proposes a run to the other side; goes on in the background. Gives the run's id. Run by: a side that is an asker. */
  async propose({ agreement, intersection, analyst }: StartIntersection): Promise<string> {
    const station = this.#station;
    const { agreement: terms } = await openIntersection(station, agreement, intersection);
    const now = station.clock.now();
    const [run, lot] = [toHex(station.random.bytes(16)), toHex(station.random.bytes(32))];
    const statement: IntersectionProposal = {
      format: 'sluis-intersection/1',
      run,
      collaboration: terms.collaboration,
      agreement,
      intersection,
      coordinator: station.organisation,
      analyst,
      lot: lotCommitment(run, station.organisation, lot),
      asked_at: new Date(now).toISOString(),
      expires_at: new Date(now + PROPOSAL_MS).toISOString(),
    };
    const signed = { statement, signature: toHex(await station.signer.sign('proposal', canonicalBytes(statement))) };
    const admitted = await this.book.add(signed, lot, 'proposed');
    this.#drive(admitted, async () => {
      const answer = await this.#ask(admitted, 'intersection.propose', { proposal: signed });
      const lots = JSON.stringify({ own: lot, peer: answer.lot });
      await this.book.store.changeIntersection(run, ['proposed'], { state: 'waiting', lots }, station.clock.now());
      station.events.emit(run, 'propose', admitted.peer.organisation, 'checked the proposal');
      await this.#proceed(admitted);
    });
    return run;
  }

  /** This organisation's yes. Run by: an approver of either side. */
  async approve(id: string, approver: string): Promise<void> {
    const run = await this.book.admitted(await this.book.record(id));
    const approval = await this.book.approve(run, approver);
    if (run.proposal.coordinator === this.#station.organisation) this.#drive(run, () => this.#proceed(run));
    else await this.#ask(run, 'intersection.approval', { approval });
  }

  /** Ends a run for both. Run by: an approver of either side, or who asked. */
  async stop(id: string, state: 'refused' | 'cancelled', by: string, reason: string): Promise<void> {
    const station = this.#station;
    const record = await this.book.record(id);
    if (!OPEN_STATES.includes(record.state)) throw this.book.notOpen(record);
    const error = new RefusedError(state === 'refused' ? 'approve/refused' : 'run/cancelled', {
      stage: state === 'refused' ? 'approve' : 'run',
      party: station.organisation,
      message: `${by} of ${station.organisation} ${state === 'refused' ? 'did not approve' : 'cancelled'} run ${id}${reason === '' ? '.' : `: ${reason}`}`,
      remedy: 'Nothing was released. Talk to them, then ask again.',
    });
    await this.#endBoth(await this.book.admitted(record), record.attempt, state, error);
  }

  /** One more attempt of a run that broke off, with the inputs committed to before. Run by: who proposed it. */
  async retry(id: string): Promise<void> {
    const station = this.#station;
    const record = await this.book.record(id);
    const run = await this.book.admitted(record);
    if (record.state !== 'failed' || record.coordinator !== station.organisation || record.attempt >= MOST_ATTEMPTS)
      throw new RefusedError('intersection/no-retry', {
        stage: 'run',
        party: station.organisation,
        message: `Run ${id} can't be tried again: it is ${record.state} after ${record.attempt} attempts, and was proposed by ${record.coordinator}.`,
        remedy: `Who proposed a run that failed may try it again, up to ${MOST_ATTEMPTS} attempts in all.`,
      });
    this.#drive(run, () => this.#start(run, ['failed']));
  }

  result(id: string): Promise<IntersectionResult> {
    return this.book.result(id);
  }

  /**
   * Whether this station's rows are still those that it committed to in a run, with what an auditor needs to compute the same.
   * Run by: a side whose list is to be checked afterwards.
   */
  async audit(id: string): Promise<IntersectionAudit> {
    const record = await this.book.record(id);
    const kept = this.book.keptInputs(record);
    const run = await this.book.admitted(record, Number.NEGATIVE_INFINITY);
    if (kept === null || kept.own.commitment === null)
      throw refusedIntersection('nothing-committed', {
        stage: 'run',
        party: this.#station.organisation,
        message: `${this.#station.organisation} committed to no list in run ${id}.`,
        remedy: 'Only runs that came as far as committing can be audited.',
      });
    const own = await readKeys(this.#station, this.sources, run, new AbortController().signal);
    const now = toHex(commitInput(id, this.#station.organisation, fromHex(kept.own.salt), own.items.bytes));
    await this.#station.audit.append({ kind: 'intersection.audited', details: { run: id, same: now === kept.own.commitment } });
    return { run: id, commitment: kept.own.commitment, salt: kept.own.salt, now, same: now === kept.own.commitment };
  }

  /** After a restart: what was being played is over, since no protocol resumes; what waits goes on waiting. */
  async recover(): Promise<void> {
    for (const record of await this.book.store.intersections(1000)) {
      if (record.state !== 'running' && record.state !== 'proposed') continue;
      const error = new StationError('run/interrupted', {
        stage: 'run',
        party: this.#station.organisation,
        message: `The station of ${this.#station.organisation} was stopped during run ${record.run}.`,
        remedy: 'Try it again: sluis intersect retry RUN',
      });
      await this.book.end(record.run, 'failed', error);
    }
  }

  async close(): Promise<void> {
    const reason = new StationError('run/interrupted', {
      stage: 'run',
      party: this.#station.organisation,
      message: `The station of ${this.#station.organisation} is stopping.`,
      remedy: 'Try again when it is back.',
    });
    this.#attempts.closeAll(reason);
  }

  // ——— Who proposed drives.

  #drive(run: AdmittedIntersection, task: () => Promise<void>): void {
    void task().catch(async (thrown: unknown) => {
      const error = toSluisError(thrown, 'run');
      const attempt = this.#attempts.get(run.proposal.run)?.attempt ?? 0;
      await this.#endBoth(run, attempt, error instanceof RefusedError && attempt === 0 ? 'refused' : 'failed', error).catch(
        () => undefined,
      );
    });
  }

  /** Starts once every needed approval is there. */
  async #proceed(run: AdmittedIntersection): Promise<void> {
    if (run.proposal.coordinator !== this.#station.organisation) return;
    const record = await this.book.record(run.proposal.run);
    try {
      checkIntersectionApprovals(this.#station, run, this.book.approvals(record));
    } catch (thrown) {
      if (thrown instanceof SluisError && thrown.code === 'approve/missing') return;
      throw thrown;
    }
    if (record.state === 'waiting') await this.#start(run, ['waiting']);
  }

  async #start(run: AdmittedIntersection, from: readonly ('waiting' | 'failed')[]): Promise<void> {
    const { station, id } = { station: this.#station, id: run.proposal.run };
    const record = await this.book.record(id);
    const attempt = record.attempt + 1;
    const moved = await this.book.store.changeIntersection(id, from, { state: 'running', attempt, error: null }, station.clock.now());
    if (!moved) return;
    const active = this.#attempts.open(run, attempt);
    try {
      const { own, peer } = this.book.lots(record);
      if (peer === null) throw new RangeError('the other side has answered the proposal');
      const input = await this.#attempts.prepare(active);
      const answer = await this.#ask(
        run,
        'intersection.begin',
        { run: id, attempt, approvals: this.book.approvals(record), lot: own, input: input.said },
        active,
      );
      if (lotCommitment(id, run.peer.organisation, answer.lot) !== peer) throw notTheirs(run);
      await this.#attempts.commit(active, answer.input, [own, answer.lot]);
      await this.#finish(active, await this.#playBoth(active));
    } catch (thrown) {
      const error = toSluisError(thrown, 'run');
      active.controller.abort(error);
      await this.#endBoth(run, attempt, 'failed', error);
    } finally {
      active.close();
    }
  }

  /** Both play at the same time; the first failure ends both. */
  async #playBoth(active: ActiveAttempt): Promise<FinishedAttempt> {
    const { run, attempt, controller } = active;
    const fail = (thrown: unknown): never => {
      controller.abort(thrown);
      throw thrown;
    };
    const theirs = this.#ask(run, 'intersection.play', { run: run.proposal.run, attempt }, active).catch(fail);
    const mine = this.#attempts.play(active).catch(fail);
    const ended = await Promise.allSettled([mine, theirs]);
    controller.signal.throwIfAborted();
    const [, answer] = ended;
    if (answer.status === 'rejected') throw answer.reason;
    return this.#finished(active, answer.value.result, answer.value.sent);
  }

  #finished(active: ActiveAttempt, peerResult: string | null, peerSent: number): FinishedAttempt {
    const { run, attempt, said, received } = active;
    const results: Record<string, string> = {};
    if (received !== null) results[run.me.organisation] = received.commitment;
    if (peerResult !== null) results[run.peer.organisation] = peerResult;
    const sent = this.#station.wire.meter(run.proposal.run).bytesSent;
    return {
      attempt,
      technique: this.sources.work.technique(run.terms.protocol),
      inputs: { ...said },
      results,
      sent: { [run.me.organisation]: sent, [run.peer.organisation]: peerSent },
    };
  }

  /** Logs, signs and exchanges words; only then the result is kept. */
  async #finish(active: ActiveAttempt, of: FinishedAttempt): Promise<void> {
    const station = this.#station;
    const { run } = active;
    const body = receiptBody(run, of, station.clock.now());
    const word = await giveWord(station, body);
    const answer = await this.#patiently(() => this.#ask(run, 'intersection.finish', { body, word }, active));
    await this.#release(active, body, { [station.organisation]: word, [run.peer.organisation]: answer });
  }

  /** Once the other side has signed, its answer must not be lost: asked again, it gives the same. */
  async #patiently<T>(ask: () => Promise<T>): Promise<T> {
    for (let again = 0; ; again++) {
      try {
        return await ask();
      } catch (thrown) {
        const broken = thrown instanceof SluisError && /^wire\/(disconnected|unreachable|timeout)$/.test(thrown.code);
        if (!broken || again >= FINISH_AGAIN) throw thrown;
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
  }

  async #release(active: ActiveAttempt, body: FinishedBody, words: Readonly<Record<string, Word>>): Promise<void> {
    const { run, received, input, startedAt } = active;
    const receipt = receiptOf(run, body, words, received);
    await this.book.release(run.proposal.run, {
      run: run.proposal.run,
      outcome: received?.outcome ?? null,
      items: received === null ? [] : received.items.map((key) => [...key]),
      own: {
        rows: input?.own.rows ?? 0,
        missing: input?.own.missing ?? 0,
        items: (input?.own.items.offsets.length ?? 1) - 1,
        keys: [...(input?.own.keys ?? [])],
      },
      sent: body.sent,
      totalMs: this.#station.clock.now() - startedAt,
      receipt,
    });
  }

  async #endBoth(run: AdmittedIntersection, attempt: number, state: 'failed' | 'refused' | 'cancelled', error: SluisError): Promise<void> {
    const id = run.proposal.run;
    this.#attempts.get(id)?.controller.abort(error);
    await this.book.end(id, state, error);
    const record = { ...error.toRecord(), exitCode: Math.max(1, error.exitCode) };
    await this.#ask(run, 'intersection.end', { run: id, attempt, state, error: record }).catch(() => undefined);
  }

  async #ask<T extends keyof IntersectionMessages>(
    run: AdmittedIntersection,
    type: T,
    message: Asked<T>,
    active?: ActiveAttempt,
  ): Promise<Answered<T>> {
    const peer = peerOf(run.agreement, run.peer.organisation);
    const bounds =
      active === undefined
        ? { timeoutMs: type === 'intersection.end' ? END_MS : SHORT_MS }
        : { timeoutMs: Math.max(1, active.timeLeftMs()), signal: active.controller.signal };
    const header = { run: run.proposal.run };
    const reply = await this.#station.wire.request(peer, type, header, canonicalBytes(message as never), bounds);
    return readMessage(answerSchema(type), parseBody(reply.body), type, peer.name);
  }

  // ——— The other side answers.

  serve(): void {
    this.#on('intersection.propose', async ({ proposal }, from) => {
      const lot = toHex(this.#station.random.bytes(32));
      const admitted = await admitIntersection(this.#station, proposal);
      if (from(admitted) !== proposal.statement.coordinator) throw notTheirs(admitted);
      await this.book.add(proposal, lot, 'waiting');
      return { lot: lotCommitment(proposal.statement.run, this.#station.organisation, lot) };
    });
    this.#on('intersection.approval', async ({ approval }, from) => {
      const run = await this.#known(approval.statement.run, from);
      await this.book.keepApproval(run, approval as SignedIntersectionApproval);
      this.#drive(run, () => this.#proceed(run));
      return {};
    });
    this.#on('intersection.begin', async (asked, from) => this.#begin(await this.#fromCoordinator(asked.run, from), asked));
    this.#on('intersection.play', async ({ run, attempt }, from, signal) => {
      await this.#fromCoordinator(run, from);
      const active = await this.#attempts.require(run, attempt);
      return this.#answering(active, signal, async () => {
        const received = await this.#attempts.play(active);
        active.sent = this.#station.wire.meter(run).bytesSent;
        return { result: received?.commitment ?? null, sent: active.sent };
      });
    });
    this.#on('intersection.finish', async ({ body, word }, from) => {
      const run = await this.#fromCoordinator(body.run, from);
      const station = this.#station;
      const given = await this.book.wordOn(body);
      if (given !== null) return given;
      const active = await this.#attempts.require(body.run, body.attempt);
      if (active.step !== 'played') throw notTheirs(run);
      const of = this.#finished(active, null, 0);
      checkAccount(station, run, body, { ...of, sent: { ...of.sent, [station.organisation]: active.sent } });
      const mine = await giveWord(station, body);
      await this.#release(active, body, { [station.organisation]: mine, [run.peer.organisation]: word });
      active.close();
      return mine;
    });
    this.#on('intersection.end', async ({ run, attempt, state, error }, from) => {
      const known = await this.#known(run, from);
      const { exitCode, ...record } = error;
      // A side speaks for itself only.
      const told = errorFromRecord(
        { ...record, party: record.party === this.#station.organisation ? null : known.peer.organisation },
        exitCode,
      );
      const active = this.#attempts.get(run);
      if (active !== null && attempt !== active.attempt && attempt !== 0) return {};
      active?.controller.abort(told);
      active?.close();
      await this.book.end(run, state, told);
      return {};
    });
    this.#station.wire.onRequest('intersection.piece', async (m) => {
      const id = (m.header as Record<string, unknown>)['run'];
      const active = typeof id === 'string' ? this.#attempts.get(id) : null;
      const peer = active?.run.peer.organisation ?? '';
      if (active !== null) requireSender(active.run.agreement, m, peer);
      await this.#attempts.desk.arrived(m.header, m.body, nameOf(m));
      return {};
    });
  }

  async #begin(run: AdmittedIntersection, asked: Asked<'intersection.begin'>): Promise<Answered<'intersection.begin'>> {
    const { station, id } = { station: this.#station, id: run.proposal.run };
    const record = await this.book.record(id);
    const { proposal } = run;
    checkIntersectionApprovals(station, run, asked.approvals);
    if (
      lotCommitment(id, proposal.coordinator, asked.lot) !== proposal.lot ||
      asked.attempt > MOST_ATTEMPTS ||
      asked.attempt <= record.attempt
    )
      throw notTheirs(run);
    // A coordinator that begins anew has given up what it began before.
    const before = this.#attempts.get(id);
    before?.controller.abort(this.book.notOpen(record));
    before?.close();
    const change = { state: 'running', attempt: asked.attempt, error: null } as const;
    if (!(await this.book.store.changeIntersection(id, ['waiting', 'running', 'failed'], change, station.clock.now())))
      throw this.book.notOpen(record);
    const active = this.#attempts.open(run, asked.attempt);
    const { signal } = active.controller;
    signal.addEventListener('abort', () => void this.#broken(id, active), { once: true });
    return this.#answering(active, null, async () => {
      const input = await this.#attempts.prepare(active);
      const { own } = this.book.lots(record);
      await this.#attempts.commit(active, asked.input, [asked.lot, own]);
      return { input: input.said, lot: own };
    });
  }

  /** Also when nobody waits for an answer: the coordinator fell silent. */
  async #broken(id: string, active: ActiveAttempt): Promise<void> {
    active.close();
    await this.book.end(id, 'failed', toSluisError(active.controller.signal.reason, 'run')).catch(() => undefined);
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
      await this.book.end(active.run.proposal.run, 'failed', error);
      throw error;
    } finally {
      lost?.removeEventListener('abort', gone);
    }
  }

  #on<T extends keyof IntersectionMessages>(
    type: T,
    handle: (asked: Asked<T>, from: (run: AdmittedIntersection) => string, signal: AbortSignal) => Promise<Answered<T>>,
  ): void {
    this.#station.wire.onRequest(type, async (m) => {
      const asked = readMessage(questionSchema(type), parseBody(m.body), type, nameOf(m));
      const answer = await handle(asked, (run) => requireSender(run.agreement, m, run.peer.organisation), m.signal);
      return { body: canonicalBytes(answer as never) };
    });
  }

  async #known(id: string, from: (run: AdmittedIntersection) => string): Promise<AdmittedIntersection> {
    const run = await this.book.admitted(await this.book.record(id));
    from(run);
    return run;
  }

  async #fromCoordinator(id: string, from: (run: AdmittedIntersection) => string): Promise<AdmittedIntersection> {
    const run = await this.#known(id, from);
    if (from(run) !== run.proposal.coordinator) throw notTheirs(run);
    return run;
  }
}

const nameOf = (m: Incoming): string => m.from.name ?? 'an unknown station';

type FinishedBody = ReturnType<typeof receiptBody>;

const notTheirs = (run: AdmittedIntersection): RefusedError =>
  new RefusedError('intersection/out-of-turn', {
    stage: 'run',
    party: run.peer.organisation,
    message: `${run.peer.organisation} sent something about run ${run.proposal.run} that is not its turn, or not as it announced.`,
    remedy: 'Begin a new run; if it repeats, the other side does not follow the protocol.',
  });

function coordinatorGone(run: AdmittedIntersection): SluisError {
  const { name } = organisationOf(run.agreement, run.proposal.coordinator);
  return new PeerError('run/coordinator-lost', {
    stage: 'run',
    party: name,
    message: `${name} gave up run ${run.proposal.run}, or is gone.`,
    remedy: 'It can try again: sluis intersect retry RUN',
  });
}
