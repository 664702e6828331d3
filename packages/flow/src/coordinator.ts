/** The coordinator's part of a run: proposing it to all participants, starting it once all agree, and telling its end. */
import { PeerError, RefusedError, type SluisError, toSluisError } from '@sluis/base';
import { verifyReceipt } from '@sluis/ledger';
import type { Receipt } from '@sluis/model';
import { requiredApprovals } from './approvals.ts';
import { type AdmittedRun, participantsOf, type StationContext } from './context.ts';
import { readMessage, type SignedApproval, type SignedProposal, signedApprovalSchema } from './messages.ts';
import type { Messenger } from './messenger-port.ts';
import { checkReceiptOfRun } from './receipt.ts';
import type { BadEnd } from './run-ends.ts';

/** What the coordinator needs of its own station's runs. */
export interface OwnRuns {
  admitted(id: string): Promise<AdmittedRun>;
  participate(id: string, attempt: number, approvals: readonly SignedApproval[]): Promise<{ readonly receipt: Receipt | null }>;
  ended(id: string, state: BadEnd, error: SluisError): Promise<void>;
  /** Throws what ended the run, if it has ended badly. */
  requireOpen(id: string): Promise<unknown>;
  keepUnlessKept(run: AdmittedRun, receipt: Receipt): Promise<void>;
}

/** How long a stopping station waits for the others to be told. */
const GOODBYE_MS = 3_000;

export class Coordinator {
  readonly #station: StationContext;
  readonly #messenger: Messenger;
  readonly #own: OwnRuns;
  readonly #driving = new Map<string, Promise<void>>();
  readonly #stopping = new AbortController();

  constructor(station: StationContext, messenger: Messenger, own: OwnRuns) {
    this.#station = station;
    this.#messenger = messenger;
    this.#own = own;
  }

  /** Tells all participants of a question and starts it if nobody has to approve. Returns at once. */
  begin(run: AdmittedRun, signed: SignedProposal): void {
    this.#drive(run.proposal.run, () => this.#propose(run, signed));
  }

  /** Starts a run if the last approval it needs has come. Returns at once. */
  proceed(run: AdmittedRun): void {
    this.#drive(run.proposal.run, () => this.#startIfApproved(run));
  }

  /** After a restart: tells a waiting question again to whom it may not have reached. Those who know it say so. */
  remind(run: AdmittedRun, signed: SignedProposal): void {
    this.#drive(run.proposal.run, async () => {
      await Promise.allSettled(this.#others(run).map((to) => this.#messenger.propose(to, run, signed)));
      await this.#startIfApproved(run);
    });
  }

  async endEverywhere(run: AdmittedRun, state: BadEnd, error: SluisError): Promise<void> {
    await this.#own.ended(run.proposal.run, state, error);
    await this.tellEnd(run, state, error);
  }

  /** Tells the others; those that can't be reached find out by themselves. */
  async tellEnd(run: AdmittedRun, state: BadEnd, error: SluisError): Promise<void> {
    await Promise.allSettled(this.#others(run).map((to) => this.#messenger.end(to, run, state, error)));
  }

  /** Gives up what is still being driven, once the others have been told or a moment has passed. */
  async close(reason: SluisError): Promise<void> {
    const driven = Promise.allSettled(this.#driving.values());
    const late = new Promise((resolve) => setTimeout(resolve, GOODBYE_MS).unref());
    this.#stopping.abort(reason);
    await Promise.race([driven, late]);
  }

  /** Runs a task in the background, after those of the same run before it; a failure ends the run everywhere. */
  #drive(id: string, task: () => Promise<void>): void {
    const before = this.#driving.get(id) ?? Promise.resolve();
    const next = before
      .then(task)
      .catch(async (thrown: unknown) => {
        const error = toSluisError(thrown, 'run');
        const run = await this.#own.admitted(id).catch(() => null);
        if (run === null) await this.#own.ended(id, stateOf(error), error);
        else await this.endEverywhere(run, stateOf(error), error);
      })
      .catch((thrown: unknown) => {
        this.#station.events.emit(id, 'failed', this.#station.organisation, toSluisError(thrown, 'run').message);
      })
      .finally(() => {
        if (this.#driving.get(id) === next) this.#driving.delete(id);
      });
    this.#driving.set(id, next);
  }

  async #propose(run: AdmittedRun, signed: SignedProposal): Promise<void> {
    const { events, organisation } = this.#station;
    const id = run.proposal.run;
    const proposals = this.#others(run).map(async (to) => {
      await this.#messenger.propose(to, run, signed);
      events.emit(id, 'propose', to, 'checked and planned the question');
    });
    try {
      await Promise.all(proposals);
      // It may have been cancelled meanwhile.
      await this.#own.requireOpen(id);
    } catch (thrown) {
      const error = toSluisError(thrown, 'run');
      await this.#own.ended(id, stateOf(error), error);
      // The others can be told of the end only after they have heard of the question.
      await Promise.allSettled(proposals);
      throw error;
    }
    const waiting = requiredApprovals(run);
    if (waiting.length > 0) events.emit(id, 'waiting', organisation, `waiting for approval of ${waiting.join(', ')}`);
    await this.#startIfApproved(run);
  }

  async #startIfApproved(run: AdmittedRun): Promise<void> {
    const { store, events, organisation } = this.#station;
    const id = run.proposal.run;
    const records = await store.approvals(id);
    const approvals = records.map((r) => readMessage(signedApprovalSchema, JSON.parse(r.approval), 'approval', 'the store'));
    const given = new Set(approvals.map((a) => a.statement.organisation));
    if (requiredApprovals(run).some((name) => !given.has(name))) return;
    const record = await store.run(id);
    if (record === null || (record.state !== 'waiting' && record.state !== 'proposed')) return;
    events.emit(id, 'start', organisation, 'all have agreed; starting');
    await this.#startEverywhere(run, approvals);
    events.emit(id, 'finished', organisation, 'the receivers have the result');
  }

  /**
   * Starts all participants at once; the first failure stops all of them. Who neither computes nor receives answers
   * only when it has been given the receipt, so that it notices if this station is gone before.
   */
  async #startEverywhere(run: AdmittedRun, approvals: readonly SignedApproval[]): Promise<void> {
    const { plan } = run.prepared;
    const id = run.proposal.run;
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, this.#stopping.signal]);
    let released = false;
    let failure: { readonly error: SluisError } | null = null;
    const play = async (to: string): Promise<Receipt | null> => {
      try {
        if (to === this.#station.organisation) return (await this.#own.participate(id, 1, approvals)).receipt;
        return await this.#messenger.start(to, run, 1, approvals, signal);
      } catch (thrown) {
        // What happens after the release changes nothing of it.
        if (failure === null && !released) {
          failure = { error: this.#atStep(toSluisError(thrown, 'run'), id, to) };
          await this.endEverywhere(run, stateOf(failure.error), failure.error);
          stop.abort(failure.error);
        }
        return null;
      }
    };
    const parts = new Map(participantsOf(run).map((to) => [to, play(to)]));
    const holders = [...parts.keys()].filter((name) => plan.committee.includes(name) || plan.receivers.includes(name));
    const receipts = await Promise.all(holders.map((name) => parts.get(name)));
    const receipt = receipts.find((r) => r != null);
    if (receipt != null && receipts.every((r) => r != null)) {
      released = true;
      checkReceiptOfRun(run, receipt);
      verifyReceipt(receipt);
      await this.#own.keepUnlessKept(run, receipt);
      const told = this.#others(run).filter((name) => !holders.includes(name));
      // Whoever can't be told asks the compute parties.
      await Promise.allSettled(told.map((to) => this.#messenger.finish(to, run, receipt)));
    }
    await Promise.all(parts.values());
    const { error } = (failure ?? { error: null }) as { error: SluisError | null };
    if (error !== null) throw error;
    if (!released) throw new RangeError('a finished run has a receipt');
  }

  /** Says of a lost participant at which step it was last seen, and of a broken connection between two others, who saw it. */
  #atStep(error: SluisError, run: string, to: string): SluisError {
    if (!/^(wire\/|run\/timeout)/.test(error.code) || error.party === null || to === this.#station.organisation) return error;
    const last = this.#station.events.since(run, 0).findLast((e) => e.party === error.party);
    const seen = last === undefined ? 'it had not begun its part' : `it was last seen at step "${last.step}" (${last.detail})`;
    const by = error.party === to ? '' : `, as ${to} reports`;
    return new PeerError(error.code, {
      stage: error.stage,
      party: error.party,
      message: `${error.message} About ${error.party}${by}: ${seen}.`,
      ...(error.remedy === null ? {} : { remedy: error.remedy }),
      cause: error,
    });
  }

  #others(run: AdmittedRun): string[] {
    return participantsOf(run).filter((name) => name !== this.#station.organisation);
  }
}

function stateOf(error: SluisError): BadEnd {
  if (error.code === 'run/cancelled') return 'cancelled';
  return error instanceof RefusedError ? 'refused' : 'failed';
}
