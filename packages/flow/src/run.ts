/** The run state machine: asking, admitting, approving, playing an attempt, ending. One instance per station. */
import { canonicalText, RefusedError, type SluisError, toSluisError } from '@sluis/base';
import { verifyReceipt } from '@sluis/ledger';
import { layoutOf, pushdownProviders, type Receipt } from '@sluis/model';
import { agreementInForce, planQuestion } from './admission.ts';
import { checkApproval, checkApprovals, giveApproval, requiredApprovals } from './approvals.ts';
import { type AttemptOutcome, deliveryLimit, type Mailboxes, playAttempt, rowsLimits, shareLimit } from './attempt.ts';
import { type AdmittedRun, type Attempt, participantsOf, type RunMessage, type StationContext } from './context.ts';
import { Coordinator } from './coordinator.ts';
import { keepRelease, keptReceipt } from './kept-release.ts';
import { Mailbox } from './mailbox.ts';
import { readMessage, type SignedApproval, type SignedProposal } from './messages.ts';
import type { Messenger } from './messenger-port.ts';
import { CheckMailbox, CheckReports, type CheckDecision, type OpenCheck, reported, sendCheck } from './output-checking.ts';
import type { RunRecord } from './ports.ts';
import { type Question, signProposal } from './question.ts';
import { checkReceiptOfRun } from './receipt.ts';
import { rowsPieceSchema } from './row-pieces.ts';
import { RowsMailbox } from './rows-mailbox.ts';
import { type BadEnd, OPEN, RunEnds } from './run-ends.ts';
import { coordinatorLost, notStarted, stopped, stopping, timeUp, unexpectedReceipt } from './run-faults.ts';
import { RunRecovery } from './run-recovery.ts';
import { pay } from './spending.ts';
import { WrittenRuns } from './written-runs.ts';

/** A question that nobody has to approve is started at once; after this its coordinator has given up or is gone. */
const START_MS = 120_000;
const TIDY_MS = 5_000;
/** For bringing a checker's word to a compute party. */
const VERDICT_MS = 30_000;

interface Active {
  readonly admitted: AdmittedRun;
  readonly controller: AbortController;
  readonly mailboxes: Mailboxes;
  /** At an output checker's station: what the compute parties told. */
  readonly reports: CheckReports;
  /** Resolves when the run is over at this station. */
  readonly over: PromiseWithResolvers<void>;
}

export class Runs {
  readonly #station: StationContext;
  readonly #messenger: Messenger;
  readonly #coordinator: Coordinator;
  readonly #ends: RunEnds;
  readonly #recovery: RunRecovery;
  readonly #written: WrittenRuns;
  readonly #active = new Map<string, Active>();
  /** Runs that are not started yet, and whether they never will be any more. */
  readonly #pending = new Map<string, () => boolean>();
  readonly #tidying: NodeJS.Timeout;

  constructor(station: StationContext, messenger: Messenger) {
    this.#station = station;
    this.#messenger = messenger;
    this.#ends = new RunEnds(station);
    this.#written = new WrittenRuns(station);
    this.#coordinator = new Coordinator(station, messenger, this);
    this.#recovery = new RunRecovery(station, this.#coordinator, {
      admitted: (id) => this.admitted(id),
      ended: (id, state, error) => this.ended(id, state, error),
      settle: (run, error) => this.#settle(run, error),
      expect: (run) => this.#expect(run),
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
    const station = this.#station;
    const admitted = await this.#written.add(signed, claimedPlan);
    this.#remember(admitted);
    this.#expect(admitted);
    station.events.emit(signed.statement.run, 'propose', station.organisation, 'checked and planned the question');
    return admitted;
  }

  /** This organisation's yes. Run by: a data provider's approver. */
  async approve(id: string, approver: string): Promise<void> {
    const station = this.#station;
    const run = await this.admitted(id);
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
    const run = await this.admitted(id);
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
    const run = await this.admitted(id);
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
  async participate(
    id: string,
    attempt: number,
    approvals: readonly SignedApproval[],
    lost: AbortSignal | null = null,
  ): Promise<AttemptOutcome> {
    const run = await this.admitted(id);
    await this.#start(run, attempt, approvals);
    const active = this.#remember(run);
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
    this.#pending.delete(id);
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

  async #play(run: AdmittedRun, attempt: number, active: Active, limitMs: number): Promise<AttemptOutcome> {
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
      await this.ended(id, error.code.startsWith('budget/') ? 'refused' : 'failed', error);
      throw error;
    }
  }

  /** Waits for the coordinator's word. Without it, the compute parties know whether there was a release. */
  async #untilOver(run: AdmittedRun, active: Active): Promise<void> {
    const { signal } = active.controller;
    const aborted = Promise.withResolvers<void>();
    const abort = () => aborted.resolve();
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    await Promise.race([active.over.promise, aborted.promise]);
    signal.removeEventListener('abort', abort);
    if (signal.aborted) await this.#settle(run, toSluisError(signal.reason, 'run'));
  }

  /** Takes the receipt from a compute party if there was a release after all; otherwise the run ends with `error`. */
  async #settle(run: AdmittedRun, error: SluisError): Promise<void> {
    for (const name of run.prepared.plan.committee) {
      if (name === this.#station.organisation) continue;
      try {
        const receipt = await this.#messenger.receipt(name, run);
        if (receipt !== null) return await this.finished(run.proposal.run, receipt);
      } catch {
        // The next one may know.
      }
    }
    await this.ended(run.proposal.run, 'failed', error);
  }

  /** Takes the receipt of a finished run. Run by: participants that are neither compute party nor receiver. */
  async finished(id: string, receipt: Receipt): Promise<void> {
    const run = await this.admitted(id);
    const { committee, receivers } = run.prepared.plan;
    // Who computes or receives makes its own receipt: a word from outside must not come before it.
    if ([...committee, ...receivers].includes(this.#station.organisation)) throw unexpectedReceipt(run, this.#station.organisation);
    checkReceiptOfRun(run, receipt);
    verifyReceipt(receipt);
    await this.keepUnlessKept(run, receipt);
  }

  requireOpen(id: string): Promise<unknown> {
    return this.#ends.require(id, OPEN);
  }

  async keepUnlessKept(run: AdmittedRun, receipt: Receipt): Promise<void> {
    if ((await this.#station.store.result(run.proposal.run)) === null) await this.#keep(run, receipt, null);
  }

  /** Marks a run as ended here, and stops whatever part of it is being played. Idempotent. */
  async ended(id: string, state: BadEnd, error: SluisError): Promise<void> {
    this.#active.get(id)?.controller.abort(error);
    await this.#ends.end(id, state, error);
    this.#over(id);
  }

  /** Another participant's step, as its coordinator shows it. What is told of a run that is not under way here is not kept. */
  progressArrived(id: string, certificate: string, step: string, detail: string): void {
    const admitted = this.#active.get(id)?.admitted;
    if (admitted === undefined || admitted.proposal.coordinator !== this.#station.organisation) return;
    const sender = admitted.agreement.organisations.find((o) => o.certificate === certificate)?.name;
    if (sender !== undefined && participantsOf(admitted).includes(sender)) this.#station.events.emit(id, step, sender, detail);
  }

  /** Takes a sealed body that another participant sends within a run. */
  async bodyArrived(
    id: string,
    attempt: number,
    type: RunMessage,
    from: string,
    body: Uint8Array,
    header: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    const run = await this.admitted(id);
    await this.#ends.require(id, OPEN);
    if (attempt !== 1) throw new RangeError('runs have one attempt');
    const active = this.#remember(run);
    if (type === 'rows') active.mailboxes.rows.put(from, readMessage(rowsPieceSchema, header, 'rows', from), body);
    else if (type === 'share') {
      active.mailboxes.shares.put(from, body);
      if (typeof header['data'] === 'string') active.mailboxes.data.set(from, header['data']);
    } else if (type === 'report') reported(this.#station, active.reports, run, from, body);
    else if (type === 'verdict') active.mailboxes.checks.put(run, from, body);
    else active.mailboxes.deliveries.put(from, body);
  }

  /** Releases that wait for an output checker of this organisation. */
  openChecks(): OpenCheck[] {
    return [...this.#active.values()].flatMap(({ admitted, reports }) => reports.waiting(admitted) ?? []);
  }

  /** This organisation's word on a release that waits for it. Run by: an output checker. */
  async check(id: string, decision: CheckDecision): Promise<void> {
    const run = await this.admitted(id);
    await this.#ends.require(id, ['running']);
    const active = this.#remember(run);
    const { signal } = active.controller;
    await sendCheck(this.#station, active.reports, run, decision, (to, body) =>
      to === this.#station.organisation
        ? this.bodyArrived(id, 1, 'verdict', to, body)
        : this.#messenger.body(to, run, 1, 'verdict', {}, body, { signal, timeoutMs: VERDICT_MS }),
    );
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
    for (const [id, late] of this.#pending) {
      if (!late()) continue;
      const run = await this.admitted(id).catch(() => null);
      this.#pending.delete(id);
      await this.ended(id, 'failed', notStarted(id, organisation, run?.proposal.coordinator ?? organisation));
    }
  }

  /** Stops everything that is being played and waits a moment for it. */
  async close(): Promise<void> {
    clearInterval(this.#tidying);
    const error = stopping(this.#station.organisation);
    for (const { controller } of this.#active.values()) controller.abort(error);
    await this.#coordinator.close(error);
  }

  /** The run as this station admitted it; planned anew after a restart. */
  async admitted(id: string): Promise<AdmittedRun> {
    return this.#active.get(id)?.admitted ?? this.#written.read(id);
  }

  #remember(admitted: AdmittedRun): Active {
    const known = this.#active.get(admitted.proposal.run);
    if (known !== undefined) return known;
    const { plan } = admitted.prepared;
    const words = layoutOf(plan).reduce((n, c) => n + c.words, 0);
    const active: Active = {
      admitted,
      controller: new AbortController(),
      over: Promise.withResolvers(),
      reports: new CheckReports(),
      mailboxes: {
        shares: new Mailbox('share', pushdownProviders(plan), shareLimit(plan.cellCount, words)),
        rows: new RowsMailbox(plan, rowsLimits(plan, admitted.agreement)),
        checks: new CheckMailbox(),
        data: new Map(),
        deliveries: new Mailbox('delivery', plan.committee, deliveryLimit(plan, admitted.agreement)),
      },
    };
    this.#active.set(admitted.proposal.run, active);
    return active;
  }

  /** Notes until when a run must have been started. */
  #expect(run: AdmittedRun): void {
    const { clock } = this.#station;
    const [since, expires] = [clock.elapsed(), Date.parse(run.proposal.expires_at)];
    const waits = requiredApprovals(run).length > 0;
    this.#pending.set(run.proposal.run, () => (waits ? clock.now() >= expires : clock.elapsed() >= since + START_MS));
  }

  #over(id: string): void {
    this.#pending.delete(id);
    this.#active.get(id)?.over.resolve();
    this.#active.delete(id);
  }

  #attemptOf(run: AdmittedRun, attempt: number, active: Active, limitMs: number): Attempt {
    const station = this.#station;
    const id = run.proposal.run;
    const { signal } = active.controller;
    // Waits end a little before the run does, so that it ends with the name of whoever was waited for.
    const until = station.clock.elapsed() + limitMs - Math.min(2_000, limitMs / 10);
    const timeLeftMs = () => Math.max(1, until - station.clock.elapsed());
    return {
      ...run,
      attempt,
      signal,
      timeLeftMs,
      progress: (step, detail) => {
        station.events.emit(id, step, station.organisation, detail);
        if (run.proposal.coordinator !== station.organisation) this.#messenger.progress(run.proposal.coordinator, run, step, detail);
      },
      send: (to, type, header, body) =>
        to === station.organisation
          ? this.bodyArrived(id, attempt, type, station.organisation, body, header)
          : this.#messenger.body(to, run, attempt, type, header, body, { signal, timeoutMs: timeLeftMs() }),
    };
  }

  async #keep(run: AdmittedRun, receipt: Receipt, result: AttemptOutcome['result']): Promise<void> {
    const id = run.proposal.run;
    await this.#ends.exclusively(id, async () => {
      await this.#ends.require(id, OPEN);
      await keepRelease(this.#station, run, receipt, result);
    });
    this.#over(id);
  }
}
