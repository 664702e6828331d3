/** A station's part in a run, from the coordinator's start to the receipt: checked, charged, played once, kept or ended. */
import { RefusedError, type SluisError, toSluisError } from '@sluis/base';
import { verifyReceipt } from '@sluis/ledger';
import type { Receipt } from '@sluis/model';
import { agreementInForce } from './admission.ts';
import { checkApprovals } from './approvals.ts';
import { type AttemptOutcome, playAttempt } from './attempt.ts';
import type { AdmittedRun, Attempt, StationContext } from './context.ts';
import { keepRelease } from './kept-release.ts';
import type { ActiveRun, KnownRuns } from './known-runs.ts';
import type { SignedApproval } from './messages.ts';
import type { Messenger } from './messenger-port.ts';
import { checkReceiptOfRun } from './receipt.ts';
import { OPEN, type RunEnds } from './run-ends.ts';
import { coordinatorLost, timeUp, unexpectedReceipt } from './run-faults.ts';
import type { RunMessages } from './run-messages.ts';
import { pay } from './spending.ts';

export class RunPlaying {
  readonly #station: StationContext;
  readonly #messenger: Messenger;
  readonly #runs: KnownRuns;
  readonly #ends: RunEnds;
  readonly #messages: RunMessages;

  constructor(station: StationContext, messenger: Messenger, runs: KnownRuns, ends: RunEnds, messages: RunMessages) {
    this.#station = station;
    this.#messenger = messenger;
    this.#runs = runs;
    this.#ends = ends;
    this.#messages = messages;
  }

  /** See `Runs.participate`. */
  async participate(id: string, attempt: number, approvals: readonly SignedApproval[], lost: AbortSignal | null): Promise<AttemptOutcome> {
    const run = await this.#runs.admitted(id);
    await this.#start(run, attempt, approvals);
    const active = this.#runs.open(run);
    const gone = () => active.controller.abort(coordinatorLost(run));
    lost?.addEventListener('abort', gone, { once: true });
    if (lost?.aborted) gone();
    const limitMs = run.agreement.limits.run_seconds * 1000;
    const timer = setTimeout(() => active.controller.abort(timeUp(run, this.#station.organisation)), limitMs);
    timer.unref();
    try {
      const outcome = await this.#play(run, attempt, active, limitMs);
      if (outcome.receipt === null && lost !== null) await this.#untilOver(run, active);
      return outcome;
    } finally {
      clearTimeout(timer);
      lost?.removeEventListener('abort', gone);
    }
  }

  async #start(run: AdmittedRun, attempt: number, approvals: readonly SignedApproval[]): Promise<void> {
    const station = this.#station;
    const id = run.proposal.run;
    checkApprovals(station, run, approvals);
    await agreementInForce(station, run.proposal.agreement);
    await station.audit.append({ kind: 'run.started', details: { run: id, plan: run.prepared.hash, attempt } });
    const moved = await station.store.moveRun(id, ['proposed', 'waiting'], 'running', { attempt, at: station.clock.now() });
    this.#runs.started(id);
    if (moved) return;
    // If it has ended, that is the reason to give.
    await this.#ends.require(id, ['running', 'released', 'suppressed']);
    throw new RefusedError('run/replayed', {
      stage: 'run',
      party: station.organisation,
      message: `Run ${id} has already been started or ended at ${station.organisation}; a run is played once.`,
      remedy: 'Ask the question again.',
    });
  }

  async #play(run: AdmittedRun, attempt: number, active: ActiveRun, limitMs: number): Promise<AttemptOutcome> {
    const id = run.proposal.run;
    try {
      const mine = this.#attemptOf(run, attempt, active, limitMs);
      // Durable, and before this station gives anything or draws noise.
      await pay(this.#station, mine);
      const fail = (reason: unknown) => active.controller.abort(reason);
      const outcome = await playAttempt(this.#station, mine, active.mailboxes, fail);
      if (outcome.receipt !== null) await this.#keep(run, outcome.receipt, outcome.result);
      return outcome;
    } catch (thrown) {
      const error = toSluisError(thrown, 'run');
      await this.#runs.end(id, error.code.startsWith('budget/') ? 'refused' : 'failed', error);
      throw error;
    }
  }

  /** Waits for the coordinator's word. Without it, the compute parties know whether there was a release. */
  async #untilOver(run: AdmittedRun, active: ActiveRun): Promise<void> {
    const { signal } = active.controller;
    const aborted = Promise.withResolvers<void>();
    const abort = () => aborted.resolve();
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    await Promise.race([active.over.promise, aborted.promise]);
    signal.removeEventListener('abort', abort);
    if (signal.aborted) await this.settle(run, toSluisError(signal.reason, 'run'));
  }

  /** Takes the receipt from a compute party if there was a release after all; otherwise the run ends with `error`. */
  async settle(run: AdmittedRun, error: SluisError): Promise<void> {
    for (const name of run.prepared.plan.committee) {
      if (name === this.#station.organisation) continue;
      try {
        const receipt = await this.#messenger.receipt(name, run);
        if (receipt !== null) return await this.finished(run.proposal.run, receipt);
      } catch {
        // The next one may know.
      }
    }
    await this.#runs.end(run.proposal.run, 'failed', error);
  }

  /** Takes the receipt of a finished run. Run by: participants that are neither compute party nor receiver. */
  async finished(id: string, receipt: Receipt): Promise<void> {
    const run = await this.#runs.admitted(id);
    const { committee, receivers } = run.prepared.plan;
    // Who computes or receives makes its own receipt: a word from outside must not come before it.
    if ([...committee, ...receivers].includes(this.#station.organisation)) throw unexpectedReceipt(run, this.#station.organisation);
    checkReceiptOfRun(run, receipt);
    verifyReceipt(receipt);
    await this.keepUnlessKept(run, receipt);
  }

  async keepUnlessKept(run: AdmittedRun, receipt: Receipt): Promise<void> {
    if ((await this.#station.store.result(run.proposal.run)) === null) await this.#keep(run, receipt, null);
  }

  #attemptOf(run: AdmittedRun, attempt: number, active: ActiveRun, limitMs: number): Attempt {
    const { clock } = this.#station;
    const { signal } = active.controller;
    // Waits end a little before the run does, so that it ends with the name of whoever was waited for.
    const until = clock.elapsed() + limitMs - Math.min(2_000, limitMs / 10);
    const timeLeftMs = () => Math.max(1, until - clock.elapsed());
    return {
      ...run,
      attempt,
      signal,
      timeLeftMs,
      progress: (step, detail) => this.#messages.progress(run, step, detail),
      send: (to, type, header, body) => this.#messages.send(run, { attempt, type, to, header }, body, { signal, timeoutMs: timeLeftMs() }),
    };
  }

  async #keep(run: AdmittedRun, receipt: Receipt, result: AttemptOutcome['result']): Promise<void> {
    const id = run.proposal.run;
    await this.#ends.exclusively(id, async () => {
      await this.#ends.require(id, OPEN);
      await keepRelease(this.#station, run, receipt, result);
    });
    this.#runs.over(id);
  }
}
