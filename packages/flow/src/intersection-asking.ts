/** The side that proposed a run drives it: proposal, attempts, and both sides' words on what came out. */
import { canonicalBytes, RefusedError, SluisError, toHex, toSluisError } from '@sluis/base';
import type { IntersectionProposal } from '@sluis/model';
import { type AdmittedIntersection, checkIntersectionApprovals, openIntersection, PROPOSAL_MS } from './intersection-admission.ts';
import { type ActiveAttempt, MOST_ATTEMPTS } from './intersection-attempts.ts';
import { type FinishedAttempt, giveWord, receiptBody } from './intersection-evidence.ts';
import { notTheirs } from './intersection-faults.ts';
import { lotCommitment } from './intersection-input.ts';
import type { IntersectionParts } from './intersection-parts.ts';
import { accountOf, releaseAttempt } from './intersection-release.ts';

const FINISH_AGAIN = 3;
const AGAIN_MS = 1_000;

export interface StartIntersection {
  readonly agreement: string;
  readonly intersection: string;
  readonly analyst: string;
}

export class AskingSide {
  readonly #parts: IntersectionParts;

  constructor(parts: IntersectionParts) {
    this.#parts = parts;
  }

  /** Proposes a run to the other side; goes on in the background. Gives the run's id. Run by: a side that is an asker. */
  async propose({ agreement, intersection, analyst }: StartIntersection): Promise<string> {
    const { station } = this.#parts;
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
    const admitted = await this.#parts.book.add(signed, lot, 'proposed');
    this.#drive(admitted, async () => {
      const answer = await this.#parts.wire.ask(admitted, 'intersection.propose', { proposal: signed });
      const lots = JSON.stringify({ own: lot, peer: answer.lot });
      await this.#parts.book.store.changeIntersection(run, ['proposed'], { state: 'waiting', lots }, station.clock.now());
      station.events.emit(run, 'propose', admitted.peer.organisation, 'checked the proposal');
      await this.#proceed(admitted);
    });
    return run;
  }

  /** One more attempt of a run that broke off, with the inputs committed to before. Run by: who proposed it. */
  async retry(id: string): Promise<void> {
    const { station } = this.#parts;
    const record = await this.#parts.book.record(id);
    const run = await this.#parts.book.admitted(record);
    if (record.state !== 'failed' || record.coordinator !== station.organisation || record.attempt >= MOST_ATTEMPTS)
      throw new RefusedError('intersection/no-retry', {
        stage: 'run',
        party: station.organisation,
        message: `Run ${id} can't be tried again: it is ${record.state} after ${record.attempt} ${record.attempt === 1 ? 'attempt' : 'attempts'}, and was proposed by ${record.coordinator}.`,
        remedy: `Who proposed a run that failed may try it again, up to ${MOST_ATTEMPTS} attempts in all.`,
      });
    // It is under way when this returns: nobody takes the earlier attempt's end for this one's.
    const attempt = await this.#begin(run, ['failed']);
    if (attempt !== null) this.#drive(run, () => this.#play(run, attempt));
  }

  /** Starts once every needed approval is there; goes on in the background. */
  proceed(run: AdmittedIntersection): void {
    this.#drive(run, () => this.#proceed(run));
  }

  /** Ends a run here, and tells the other side, which may be gone. */
  async endBoth(run: AdmittedIntersection, attempt: number, state: 'failed' | 'refused' | 'cancelled', error: SluisError): Promise<void> {
    const id = run.proposal.run;
    this.#parts.attempts.get(id)?.controller.abort(error);
    await this.#parts.book.end(id, state, error);
    const record = { ...error.toRecord(), exitCode: Math.max(1, error.exitCode) };
    await this.#parts.wire.ask(run, 'intersection.end', { run: id, attempt, state, error: record }).catch(() => undefined);
  }

  #drive(run: AdmittedIntersection, task: () => Promise<void>): void {
    void task().catch(async (thrown: unknown) => {
      const error = toSluisError(thrown, 'run');
      const attempt = this.#parts.attempts.get(run.proposal.run)?.attempt ?? 0;
      await this.endBoth(run, attempt, error instanceof RefusedError && attempt === 0 ? 'refused' : 'failed', error).catch(() => undefined);
    });
  }

  async #proceed(run: AdmittedIntersection): Promise<void> {
    if (run.proposal.coordinator !== this.#parts.station.organisation) return;
    const record = await this.#parts.book.record(run.proposal.run);
    try {
      checkIntersectionApprovals(this.#parts.station, run, this.#parts.book.approvals(record));
    } catch (thrown) {
      if (thrown instanceof SluisError && thrown.code === 'approve/missing') return;
      throw thrown;
    }
    if (record.state !== 'waiting') return;
    const attempt = await this.#begin(run, ['waiting']);
    if (attempt !== null) await this.#play(run, attempt);
  }

  /** Counts one more attempt of a run; null where somebody else has moved it. */
  async #begin(run: AdmittedIntersection, from: readonly ('waiting' | 'failed')[]): Promise<number | null> {
    const { station, book } = this.#parts;
    const id = run.proposal.run;
    const attempt = (await book.record(id)).attempt + 1;
    const moved = await book.store.changeIntersection(id, from, { state: 'running', attempt, error: null }, station.clock.now());
    return moved ? attempt : null;
  }

  async #play(run: AdmittedIntersection, attempt: number): Promise<void> {
    const { book, attempts } = this.#parts;
    const id = run.proposal.run;
    const active = attempts.open(run, attempt);
    try {
      const record = await book.record(id);
      const { own, peer } = book.lots(record);
      if (peer === null) throw new RangeError('the other side has answered the proposal');
      const input = await attempts.prepare(active);
      const answer = await this.#parts.wire.ask(
        run,
        'intersection.begin',
        { run: id, attempt, approvals: book.approvals(record), lot: own, input: input.said },
        active,
      );
      if (lotCommitment(id, run.peer.organisation, answer.lot) !== peer) throw notTheirs(run);
      await attempts.commit(active, answer.input, [own, answer.lot]);
      await this.#finish(active, await this.#playBoth(active));
    } catch (thrown) {
      const error = toSluisError(thrown, 'run');
      active.controller.abort(error);
      await this.endBoth(run, attempt, 'failed', error);
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
    const theirs = this.#parts.wire.ask(run, 'intersection.play', { run: run.proposal.run, attempt }, active).catch(fail);
    const mine = this.#parts.attempts.play(active).catch(fail);
    const ended = await Promise.allSettled([mine, theirs]);
    controller.signal.throwIfAborted();
    const [, answer] = ended;
    if (answer.status === 'rejected') throw answer.reason;
    return accountOf(this.#parts, active, answer.value);
  }

  /** Logs, signs and exchanges words; only then the result is kept. */
  async #finish(active: ActiveAttempt, of: FinishedAttempt): Promise<void> {
    const { station } = this.#parts;
    const { run } = active;
    const body = receiptBody(run, of, station.clock.now());
    const word = await giveWord(station, body);
    const answer = await this.#patiently(() => this.#parts.wire.ask(run, 'intersection.finish', { body, word }, active));
    await releaseAttempt(this.#parts, active, body, { [station.organisation]: word, [run.peer.organisation]: answer });
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
}
