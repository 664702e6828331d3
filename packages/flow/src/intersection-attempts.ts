/** Attempts under way at a station: their connection, their time, and the input that was committed to. */
import { toBase64 } from '@sluis/base';
import type { IntersectionInput } from '@sluis/model';
import { peerOf, type StationContext } from './context.ts';
import { type AdmittedIntersection, refusedIntersection } from './intersection-admission.ts';
import type { IntersectionBook } from './intersection-book.ts';
import { inputChanged, intersectionTimeUp, stepOutOfTurn } from './intersection-faults.ts';
import { type InputSources, itemsOfRun, prepareInput, type PreparedInput } from './intersection-input.ts';
import { checkRepetition, checkRuns, checkSizes, needsFingerprints } from './intersection-limits.ts';
import { type ReceivedOutcome, playIntersection } from './intersection-attempt.ts';
import type { BegunAttempt, KeptInputs } from './intersection-store.ts';
import { OneAtATime } from './one-at-a-time.ts';
import { PairDesk, type WirePairLink } from './pair-links.ts';

/** A run that broke off may be tried again with the same inputs, so often. */
export const MOST_ATTEMPTS = 3;

export interface ActiveAttempt {
  readonly run: AdmittedIntersection;
  readonly attempt: number;
  readonly controller: AbortController;
  readonly elapsedMs: () => number;
  readonly timeLeftMs: () => number;
  readonly link: WirePairLink;
  input: PreparedInput | null;
  /** By organisation, once both are known. */
  said: Readonly<Record<string, IntersectionInput>>;
  lots: readonly [string, string];
  received: ReceivedOutcome | null;
  /** How far it has come: each step is taken once. */
  step: 'opened' | 'committed' | 'playing' | 'played';
  /** Bytes that this side said it had sent. */
  sent: number;
  close(): void;
}

export class Attempts {
  readonly desk = new PairDesk();
  readonly #station: StationContext;
  readonly #book: IntersectionBook;
  readonly #sources: InputSources;
  readonly #active = new Map<string, ActiveAttempt>();
  readonly #turns = new OneAtATime();

  constructor(station: StationContext, book: IntersectionBook, sources: InputSources) {
    this.#station = station;
    this.#book = book;
    this.#sources = sources;
  }

  get(run: string): ActiveAttempt | null {
    return this.#active.get(run) ?? null;
  }

  /** The attempt that the other side means. Throws RefusedError `run/over`. */
  async require(run: string, attempt: number): Promise<ActiveAttempt> {
    const found = this.#active.get(run);
    if (found !== undefined && found.attempt === attempt) return found;
    throw this.#book.notOpen(await this.#book.record(run));
  }

  /** Opens connection and clock of an attempt. One at a time for each run. */
  open(run: AdmittedIntersection, attempt: number): ActiveAttempt {
    const { station, id } = { station: this.#station, id: run.proposal.run };
    if (this.#active.has(id))
      throw refusedIntersection('running', { stage: 'run', message: `Run ${id} is under way.`, remedy: 'Wait for it.' });
    const controller = new AbortController();
    const limitMs = run.agreement.limits.run_seconds * 1000;
    const startedAt = station.clock.elapsed();
    const elapsedMs = () => station.clock.elapsed() - startedAt;
    const timer = setTimeout(() => controller.abort(intersectionTimeUp(run)), limitMs);
    timer.unref();
    const timeLeftMs = () => Math.max(0, limitMs - elapsedMs());
    const peer = peerOf(run.agreement, run.peer.organisation);
    const link = this.desk.open({ run: id, attempt, peer, wire: station.wire, timeLeftMs, signal: controller.signal });
    const close = () => {
      clearTimeout(timer);
      this.desk.close(id, attempt);
      // A later attempt of the run may have taken its place.
      if (this.#active.get(id)?.attempt === attempt) this.#active.delete(id);
    };
    const active: ActiveAttempt = {
      ...{ run, attempt, controller, elapsedMs, timeLeftMs, link, close },
      ...{ input: null, said: {}, lots: ['', ''], received: null, step: 'opened', sent: 0 },
    };
    this.#active.set(id, active);
    return active;
  }

  /** Reads and commits to the own input. */
  async prepare(active: ActiveAttempt): Promise<PreparedInput> {
    const { run } = active;
    const station = this.#station;
    station.events.emit(run.proposal.run, 'contribution', station.organisation, 'reading the own keys');
    const record = await this.#book.record(run.proposal.run);
    const begun = await this.#book.begun(run);
    checkRuns(station, run, begun.length);
    const { signal } = active.controller;
    const input = await prepareInput(station, this.#sources, run, this.#book.keptInputs(record), signal);
    await this.#compare(active, begun, input);
    active.input = input;
    return input;
  }

  /** Both inputs are known: checks the sizes, counts the attempt and logs the commitments, all before anything is computed. */
  async commit(active: ActiveAttempt, peerSaid: IntersectionInput, lots: readonly [string, string]): Promise<void> {
    const { run, attempt, input } = active;
    if (input === null || active.step !== 'opened') throw stepOutOfTurn(run);
    const { store, station } = { store: this.#book.store, station: this.#station };
    const { proposal, me, peer } = run;
    const kept: KeptInputs = {
      own: { declared: input.said.declared, commitment: input.commitment, salt: input.salt },
      peer: { ...peerSaid },
    };
    // One after the other: of several runs begun at once, each must count those before it.
    await this.#turns.of(`${proposal.collaboration} ${proposal.intersection}`, () => this.#count(active, input, peerSaid));
    await station.audit.append({
      kind: 'intersection.committed',
      details: { run: proposal.run, attempt, own: input.said.commitment, peer: peerSaid.commitment, size: input.said.declared },
    });
    await store.changeIntersection(proposal.run, ['running'], { inputs: JSON.stringify(kept) }, station.clock.now());
    active.said = { [me.organisation]: input.said, [peer.organisation]: peerSaid };
    active.lots = lots;
    active.step = 'committed';
    station.events.emit(proposal.run, 'share', station.organisation, 'committed to the own input');
  }

  /** Checks limits as they stand now, and counts the attempt. */
  async #count(active: ActiveAttempt, input: PreparedInput, peerSaid: IntersectionInput): Promise<void> {
    const { run, attempt, controller } = active;
    const { proposal } = run;
    const begun = await this.#book.begun(run);
    checkRuns(this.#station, run, begun.length);
    const others = begun.filter((b) => b.run !== proposal.run);
    await this.#compare(active, begun, input);
    this.#requireCommitment(run, peerSaid);
    checkSizes(run, others, { own: input.said.declared, peer: peerSaid.declared });
    this.#requireSame(run, this.#book.keptInputs(await this.#book.record(proposal.run)), peerSaid);
    controller.signal.throwIfAborted();
    await this.#book.store.beginAttempt({
      run: proposal.run,
      attempt,
      collaboration: proposal.collaboration,
      intersection: proposal.intersection,
      ownSize: input.said.declared,
      peerSize: peerSaid.declared,
      fingerprints: toBase64(input.fingerprints),
      at: this.#station.clock.now(),
    });
  }

  /** Compares the own list with those of earlier runs, one at a time: each may be many megabytes. Those compared before are left out. */
  async #compare(
    { run, controller }: ActiveAttempt,
    begun: readonly BegunAttempt[],
    { fingerprints, compared }: PreparedInput,
  ): Promise<void> {
    if (!needsFingerprints(run.terms.limits)) return;
    for (const earlier of begun) {
      const name = `${earlier.run} ${earlier.attempt}`;
      if (earlier.run === run.proposal.run || compared.has(name)) continue;
      checkRepetition(this.#station, run, await this.#book.fingerprints(earlier), fingerprints);
      compared.add(name);
      controller.signal.throwIfAborted();
    }
  }

  /** Plays the protocol, once: a second time would answer about another list, uncounted. What comes out stays in memory until both have signed. */
  async play(active: ActiveAttempt): Promise<ReceivedOutcome | null> {
    const { run, attempt, input, said, lots, link, controller } = active;
    if (input === null || active.step !== 'committed') throw stepOutOfTurn(run);
    active.step = 'playing';
    const station = this.#station;
    station.events.emit(run.proposal.run, 'aggregate', station.organisation, 'matching blinded items');
    const drawn = itemsOfRun(run, input.own, lots);
    const { work } = this.#sources;
    const received = await playIntersection(run, { attempt, own: input.own, drawn, said }, link, work, station.random, controller.signal);
    controller.signal.throwIfAborted();
    active.received = received;
    active.step = 'played';
    return received;
  }

  closeAll(reason: Error): void {
    for (const { controller } of this.#active.values()) controller.abort(reason);
  }

  /** A second attempt may not ask about other items than the first. */
  #requireSame(run: AdmittedIntersection, before: KeptInputs | null, now: IntersectionInput): void {
    if (before?.peer == null) return;
    if (before.peer.commitment === now.commitment && before.peer.declared === now.declared) return;
    throw inputChanged(run);
  }

  #requireCommitment({ terms, peer }: AdmittedIntersection, { commitment }: IntersectionInput): void {
    if ((commitment !== null) === terms.commit_inputs) return;
    const { organisation } = peer;
    throw refusedIntersection('no-commitment', {
      stage: 'contribution',
      party: organisation,
      message: `${organisation} ${terms.commit_inputs ? 'does not commit to its list' : 'commits to a list'}, against the agreement.`,
      remedy: 'Bring both stations to the same release of Sluis; if it repeats, the other side does not follow the protocol.',
    });
  }
}
