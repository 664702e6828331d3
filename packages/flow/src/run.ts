/** The run state machine: asking, admitting, approving, playing an attempt, ending. One instance per station. */
import { canonicalText, RefusedError, type SluisError } from '@sluis/base';
import type { Receipt } from '@sluis/model';
import { agreementInForce, planQuestion } from './admission.ts';
import { checkApproval, giveApproval, requiredApprovals } from './approvals.ts';
import type { AttemptOutcome } from './attempt.ts';
import type { AdmittedRun, RunMessage, StationContext } from './context.ts';
import { Coordinator } from './coordinator.ts';
import { keptReceipt } from './kept-release.ts';
import { KnownRuns } from './known-runs.ts';
import type { SignedApproval, SignedProposal } from './messages.ts';
import type { Messenger } from './messenger-port.ts';
import type { CheckDecision, OpenCheck } from './output-checking.ts';
import type { RunRecord } from './ports.ts';
import { type Question, signProposal } from './question.ts';
import { type BadEnd, OPEN, RunEnds } from './run-ends.ts';
import { notStarted, stopped, stopping } from './run-faults.ts';
import { RunMessages } from './run-messages.ts';
import { RunPlaying } from './run-playing.ts';
import { RunRecovery } from './run-recovery.ts';

const TIDY_MS = 5_000;

export class Runs {
  readonly #station: StationContext;
  readonly #messenger: Messenger;
  readonly #ends: RunEnds;
  readonly #known: KnownRuns;
  readonly #messages: RunMessages;
  readonly #playing: RunPlaying;
  readonly #coordinator: Coordinator;
  readonly #recovery: RunRecovery;
  readonly #tidying: NodeJS.Timeout;

  constructor(station: StationContext, messenger: Messenger) {
    this.#station = station;
    this.#messenger = messenger;
    this.#ends = new RunEnds(station);
    this.#known = new KnownRuns(station, this.#ends);
    this.#messages = new RunMessages(station, messenger, this.#known, this.#ends);
    this.#playing = new RunPlaying(station, messenger, this.#known, this.#ends, this.#messages);
    this.#coordinator = new Coordinator(station, messenger, this);
    this.#recovery = new RunRecovery(station, this.#coordinator, {
      admitted: (id) => this.admitted(id),
      ended: (id, state, error) => this.ended(id, state, error),
      settle: (run, error) => this.#playing.settle(run, error),
      expect: (run) => this.#known.expect(run),
    });
    this.#tidying = setInterval(() => void this.tidy(), TIDY_MS);
    this.#tidying.unref();
  }

  /** Plans a question, writes it down and starts it in the background. Returns the run's id at once. Run by: the coordinator. */
  async ask(question: Question): Promise<string> {
    const station = this.#station;
    const { agreement } = await agreementInForce(station, question.agreement);
    const prepared = await planQuestion(station, { agreement, id: question.agreement }, question.sql, question.receivers);
    const signed = await signProposal(station, question, prepared);
    const admitted = await this.accept(signed, prepared.plan);
    this.#coordinator.begin(admitted, signed);
    return signed.statement.run;
  }

  /** Checks a proposal (own or a peer's) and writes it down. Throws RefusedError; a refusal is logged. */
  async accept(signed: SignedProposal, claimedPlan: unknown): Promise<AdmittedRun> {
    const admitted = await this.#known.add(signed, claimedPlan);
    this.#station.events.emit(signed.statement.run, 'propose', this.#station.organisation, 'checked and planned the question');
    return admitted;
  }

  /** This organisation's yes. Run by: a data provider's approver. */
  async approve(id: string, approver: string): Promise<void> {
    const station = this.#station;
    const run = await this.#known.admitted(id);
    if (!requiredApprovals(run).includes(station.organisation)) {
      throw new RefusedError('approve/not-needed', {
        stage: 'approve',
        party: station.organisation,
        message: `Run ${id} does not need an approval of ${station.organisation}.`,
        remedy: 'Only data providers approve, and only where the agreement asks for it.',
      });
    }
    await this.#ends.require(id, ['waiting']);
    const approval = await giveApproval(station, run, approver);
    if (run.proposal.coordinator === station.organisation) this.#coordinator.proceed(run);
    else await this.#messenger.approve(run.proposal.coordinator, run, approval);
  }

  /** A provider's approval as it reaches the coordinator. */
  async approvalArrived(id: string, approval: SignedApproval): Promise<void> {
    const station = this.#station;
    const run = await this.#known.admitted(id);
    checkApproval(station, run, approval);
    await this.#ends.require(id, ['waiting', 'proposed']);
    const organisation = approval.statement.organisation;
    await station.audit.append({
      kind: 'run.approved',
      details: { run: id, plan: run.prepared.hash, organisation, approver: approval.statement.approver },
    });
    await station.store.saveApproval({ run: id, organisation, approval: canonicalText(approval) });
    station.events.emit(id, 'approve', organisation, 'approved');
    this.#coordinator.proceed(run);
  }

  /** Ends a run for everybody. Run by: the coordinator, or a data provider that says no. */
  async stop(id: string, state: 'refused' | 'cancelled', by: string, reason: string): Promise<void> {
    const station = this.#station;
    const run = await this.#known.admitted(id);
    await this.#ends.require(id, OPEN);
    const error = stopped(id, station.organisation, { state, by, reason });
    await this.#coordinator.endEverywhere(run, state, error);
  }

  /**
   * Plays this station's part of an attempt, from checking approvals to its outcome.
   * Run by: every participant when the coordinator says start. Moves the run to `running` exactly once.
   *
   * @param lost - aborts when the coordinator is gone; null at the coordinator itself. With it, a station that gets no
   *   receipt of its own waits until the coordinator brings one.
   */
  participate(id: string, attempt: number, approvals: readonly SignedApproval[], lost: AbortSignal | null = null): Promise<AttemptOutcome> {
    return this.#playing.participate(id, attempt, approvals, lost);
  }

  /** Takes the receipt of a finished run. Run by: participants that are neither compute party nor receiver. */
  finished(id: string, receipt: Receipt): Promise<void> {
    return this.#playing.finished(id, receipt);
  }

  keepUnlessKept(run: AdmittedRun, receipt: Receipt): Promise<void> {
    return this.#playing.keepUnlessKept(run, receipt);
  }

  requireOpen(id: string): Promise<unknown> {
    return this.#ends.require(id, OPEN);
  }

  /** Marks a run as ended here, and stops whatever part of it is being played. Idempotent. */
  ended(id: string, state: BadEnd, error: SluisError): Promise<void> {
    return this.#known.end(id, state, error);
  }

  /** Another participant's step, as its coordinator shows it. What is told of a run that is not under way here is not kept. */
  progressArrived(id: string, certificate: string, step: string, detail: string): void {
    this.#messages.progressArrived(id, certificate, step, detail);
  }

  /** Takes a sealed body that another participant sends within a run. */
  bodyArrived(
    id: string,
    attempt: number,
    type: RunMessage,
    from: string,
    body: Uint8Array,
    header: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    return this.#messages.bodyArrived(id, attempt, type, from, body, header);
  }

  /** Releases that wait for an output checker of this organisation. */
  openChecks(): OpenCheck[] {
    return this.#messages.openChecks();
  }

  /** This organisation's word on a release that waits for it. Run by: an output checker. */
  check(id: string, decision: CheckDecision): Promise<void> {
    return this.#messages.check(id, decision);
  }

  /** The receipt this station holds of a run, without openings; null if it has none. */
  receiptOf(id: string): Promise<Receipt | null> {
    return keptReceipt(this.#station, id);
  }

  /** A run's record as people see it; null if there is none. */
  async record(id: string): Promise<RunRecord | null> {
    const record = await this.#station.store.run(id);
    return record === null ? null : this.#ends.seen(record);
  }

  /** Newest first. */
  async records(limit: number): Promise<RunRecord[]> {
    return (await this.#station.store.runs(limit)).map((record) => this.#ends.seen(record));
  }

  /** After a restart, before anybody can reach this station: see `RunRecovery`. */
  recover(): Promise<void> {
    return this.#recovery.recover();
  }

  /** Ends what will never be started any more, and writes down what could not be written. Never throws. */
  async tidy(): Promise<void> {
    await this.#ends.retry();
    const { organisation } = this.#station;
    for (const id of this.#known.takeLate()) {
      const run = await this.admitted(id).catch(() => null);
      await this.ended(id, 'failed', notStarted(id, organisation, run?.proposal.coordinator ?? organisation));
    }
  }

  /** Stops everything that is being played and waits a moment for it. */
  async close(): Promise<void> {
    clearInterval(this.#tidying);
    const error = stopping(this.#station.organisation);
    for (const { controller } of this.#known.all()) controller.abort(error);
    await this.#coordinator.close(error);
  }

  /** The run as this station admitted it; planned anew after a restart. */
  admitted(id: string): Promise<AdmittedRun> {
    return this.#known.admitted(id);
  }
}
