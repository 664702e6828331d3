/** The run state machine: asking, admitting, approving, playing an attempt, ending. One instance per station. */
import { canonicalBytes, canonicalText, PeerError, RefusedError, type SluisError, StationError, toHex, toSluisError } from '@sluis/base';
import { layoutOf, type Receipt } from '@sluis/model';
import { verifyReceipt } from '@sluis/ledger';
import { admit, agreementInForce, planQuestion, requireSignature, unknownRun } from './admission.ts';
import { checkApproval, checkApprovals, requiredApprovals, signApproval } from './approvals.ts';
import { type AttemptOutcome, type Mailboxes, playAttempt, shareLimit } from './attempt.ts';
import { type AdmittedRun, type Attempt, participantsOf, type RunMessage, type StationContext } from './context.ts';
import { Mailbox } from './mailbox.ts';
import {
  type Proposal,
  readMessage,
  type SignedApproval,
  type SignedProposal,
  signedApprovalSchema,
  signedProposalSchema,
} from './messages.ts';
import type { RunRecord, RunState } from './ports.ts';
import { checkReceiptOfRun } from './receipt.ts';

/** How long a question waits for approvals. */
const PROPOSAL_HOURS = 24;
const DELIVERY_LIMIT = 512 * 1024 * 1024;
const OPEN: readonly RunState[] = ['proposed', 'waiting', 'running'];

export interface Question {
  readonly agreement: string;
  readonly sql: string;
  readonly template: string | null;
  readonly analyst: string;
  readonly receivers?: readonly string[];
}

interface Active {
  readonly admitted: AdmittedRun;
  readonly controller: AbortController;
  readonly mailboxes: Mailboxes;
}

/** What the coordinator's part needs of the others' stations; `Runs` answers it for its own station. */
export interface Messenger {
  propose(to: string, run: AdmittedRun, signed: SignedProposal): Promise<void>;
  start(to: string, run: AdmittedRun, attempt: number, approvals: readonly SignedApproval[]): Promise<Receipt | null>;
  finish(to: string, run: AdmittedRun, receipt: Receipt): Promise<void>;
  end(to: string, run: AdmittedRun, state: 'refused' | 'failed' | 'cancelled', error: SluisError): Promise<void>;
  approve(to: string, run: AdmittedRun, approval: SignedApproval): Promise<void>;
  body(to: string, run: AdmittedRun, attempt: number, type: RunMessage, header: Record<string, unknown>, body: Uint8Array): Promise<void>;
  progress(to: string, run: AdmittedRun, step: string, detail: string): void;
}

export class Runs {
  readonly #station: StationContext;
  readonly #messenger: Messenger;
  readonly #active = new Map<string, Active>();
  readonly #driving = new Map<string, Promise<void>>();

  constructor(station: StationContext, messenger: Messenger) {
    this.#station = station;
    this.#messenger = messenger;
  }

  /** Plans a question, writes it down and starts it in the background. Returns the run's id at once. Run by: the coordinator. */
  async ask(question: Question): Promise<string> {
    const station = this.#station;
    const { agreement } = await agreementInForce(station, question.agreement);
    const prepared = await planQuestion(station, { agreement, id: question.agreement }, question.sql, question.receivers);
    const now = station.clock.now();
    const statement: Proposal = {
      format: 'sluis-proposal/1',
      run: toHex(station.random.bytes(16)),
      collaboration: agreement.collaboration,
      agreement: question.agreement,
      sql: question.sql,
      template: question.template,
      plan: prepared.hash,
      coordinator: station.organisation,
      analyst: question.analyst,
      receivers: [...prepared.plan.receivers],
      asked_at: new Date(now).toISOString(),
      expires_at: new Date(now + PROPOSAL_HOURS * 3_600_000).toISOString(),
    };
    const signature = toHex(await station.signer.sign('proposal', canonicalBytes(statement)));
    const signed: SignedProposal = { statement, signature };
    const admitted = await this.accept(signed, prepared.plan);
    this.#drive(statement.run, () => this.#propose(admitted, signed));
    return statement.run;
  }

  /** Checks a proposal (own or a peer's) and writes it down. Throws RefusedError; a refusal is logged. */
  async accept(signed: SignedProposal, claimedPlan: unknown): Promise<AdmittedRun> {
    const station = this.#station;
    const { statement } = signed;
    const details = { run: statement.run, plan: statement.plan, agreement: statement.agreement, coordinator: statement.coordinator };
    let admitted: AdmittedRun;
    try {
      admitted = await admit(station, signed, claimedPlan);
    } catch (thrown) {
      const error = toSluisError(thrown, 'run');
      await station.audit.append({ kind: 'run.refused', details: { ...details, code: error.code } });
      throw error;
    }
    const now = station.clock.now();
    await station.audit.append({ kind: 'run.proposed', details });
    await station.store.createRun({
      id: statement.run,
      collaboration: statement.collaboration,
      agreement: statement.agreement,
      plan: statement.plan,
      sql: statement.sql,
      template: statement.template,
      coordinator: statement.coordinator,
      analyst: statement.analyst,
      state: requiredApprovals(admitted).length > 0 ? 'waiting' : 'proposed',
      attempt: 0,
      proposal: canonicalText(signed),
      error: null,
      createdAt: now,
      updatedAt: now,
    });
    this.#remember(admitted);
    station.events.emit(statement.run, 'propose', station.organisation, 'checked and planned the question');
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
    await this.#requireState(id, ['waiting']);
    const approval = await signApproval(station, run, approver);
    await station.audit.append({
      kind: 'run.approved',
      details: { run: id, plan: run.prepared.hash, organisation: station.organisation, approver },
    });
    await station.store.saveApproval({ run: id, organisation: station.organisation, approval: canonicalText(approval) });
    station.events.emit(id, 'approve', station.organisation, 'approved');
    if (run.proposal.coordinator === station.organisation) this.#drive(id, () => this.#startIfApproved(run));
    else await this.#messenger.approve(run.proposal.coordinator, run, approval);
  }

  /** A provider's approval as it reaches the coordinator. */
  async approvalArrived(id: string, approval: SignedApproval): Promise<void> {
    const station = this.#station;
    const run = await this.admitted(id);
    checkApproval(station, run, approval);
    await this.#requireState(id, ['waiting', 'proposed']);
    const organisation = approval.statement.organisation;
    await station.audit.append({
      kind: 'run.approved',
      details: { run: id, plan: run.prepared.hash, organisation, approver: approval.statement.approver },
    });
    await station.store.saveApproval({ run: id, organisation, approval: canonicalText(approval) });
    station.events.emit(id, 'approve', organisation, 'approved');
    this.#drive(id, () => this.#startIfApproved(run));
  }

  /** Ends a run for everybody. Run by: the coordinator, or a data provider that says no. */
  async stop(id: string, state: 'refused' | 'cancelled', by: string, reason: string): Promise<void> {
    const station = this.#station;
    const run = await this.admitted(id);
    await this.#requireState(id, OPEN);
    const error = new RefusedError(state === 'refused' ? 'approve/refused' : 'run/cancelled', {
      stage: state === 'refused' ? 'approve' : 'run',
      party: station.organisation,
      message: `${by} of ${station.organisation} ${state === 'refused' ? 'did not approve' : 'cancelled'} run ${id}${reason === '' ? '.' : `: ${reason}`}`,
      remedy: 'Nothing was released. Talk to them, then ask again.',
    });
    await this.#endEverywhere(run, state, error);
  }

  /**
   * Plays this station's part of an attempt, from checking approvals to its outcome.
   * Run by: every participant when the coordinator says start. Moves the run to `running` exactly once.
   */
  async participate(id: string, attempt: number, approvals: readonly SignedApproval[]): Promise<AttemptOutcome> {
    const station = this.#station;
    const run = await this.admitted(id);
    checkApprovals(station, run, approvals);
    await agreementInForce(station, run.proposal.agreement);
    await station.audit.append({ kind: 'run.started', details: { run: id, plan: run.prepared.hash, attempt } });
    const moved = await station.store.moveRun(id, ['proposed', 'waiting'], 'running', { attempt, at: station.clock.now() });
    if (!moved) {
      throw new RefusedError('run/replayed', {
        stage: 'run',
        party: station.organisation,
        message: `Run ${id} has already been started or ended at ${station.organisation}; a run is played once.`,
        remedy: 'Ask the question again.',
      });
    }
    const active = this.#remember(run);
    const limitMs = run.agreement.limits.run_seconds * 1000;
    const timer = setTimeout(() => active.controller.abort(this.#timeUp(id)), limitMs);
    timer.unref();
    try {
      const outcome = await playAttempt(station, this.#attemptOf(run, attempt, active), active.mailboxes, (reason) =>
        active.controller.abort(reason),
      );
      await this.#keep(run, outcome);
      return outcome;
    } catch (thrown) {
      const error = toSluisError(thrown, 'run');
      await this.ended(id, 'failed', error);
      throw error;
    } finally {
      clearTimeout(timer);
      this.#active.delete(id);
    }
  }

  /** Takes the receipt of a finished run. Run by: participants that are neither compute party nor receiver. */
  async finished(id: string, receipt: Receipt): Promise<void> {
    const run = await this.admitted(id);
    checkReceiptOfRun(run, receipt);
    verifyReceipt(receipt);
    await this.#keepUnlessKept(run, receipt);
  }

  /** Marks a run as ended here, and stops whatever part of it is being played. Idempotent. */
  async ended(id: string, state: 'refused' | 'failed' | 'cancelled', error: SluisError): Promise<void> {
    const station = this.#station;
    this.#active.get(id)?.controller.abort(error);
    this.#active.delete(id);
    const record = JSON.stringify({ ...error.toRecord(), exitCode: error.exitCode });
    if (!(await station.store.moveRun(id, OPEN, state, { error: record, at: station.clock.now() }))) return;
    const kind = state === 'failed' ? 'run.failed' : state === 'cancelled' ? 'run.cancelled' : 'run.refused';
    await station.audit.append({ kind, details: { run: id, code: error.code, party: error.party } });
    station.events.emit(id, state, error.party ?? station.organisation, error.message);
  }

  /** Takes a sealed body that another participant sends within a run. */
  async bodyArrived(id: string, attempt: number, type: RunMessage, from: string, body: Uint8Array): Promise<void> {
    const run = await this.admitted(id);
    await this.#requireState(id, OPEN);
    if (attempt !== 1) throw new RangeError('runs have one attempt');
    const active = this.#remember(run);
    (type === 'share' ? active.mailboxes.shares : active.mailboxes.deliveries).put(from, body);
  }

  /** After a restart: runs that were being played are over (a protocol never resumes); those waiting go on. */
  async recover(): Promise<void> {
    for (const record of await this.#station.store.runs(1000)) {
      if (record.state === 'running' || (record.state === 'proposed' && record.coordinator === this.#station.organisation)) {
        const error = new StationError('run/interrupted', {
          stage: 'run',
          party: this.#station.organisation,
          message: `The station of ${this.#station.organisation} stopped during run ${record.id}; nothing more is released for it.`,
          remedy: 'Ask the question again.',
        });
        await this.ended(record.id, 'failed', error);
        if (record.coordinator === this.#station.organisation) {
          const run = await this.admitted(record.id).catch(() => null);
          if (run !== null) void this.#tellEnd(run, 'failed', error);
        }
      }
    }
  }

  /** Stops everything that is being played and waits for it. */
  async close(): Promise<void> {
    const error = new StationError('run/station-stopping', {
      stage: 'run',
      party: this.#station.organisation,
      message: `The station of ${this.#station.organisation} is stopping.`,
    });
    await Promise.all([...this.#active.keys()].map((id) => this.#active.get(id)?.controller.abort(error)));
    await Promise.allSettled(this.#driving.values());
  }

  /** The run as this station admitted it; planned anew after a restart. */
  async admitted(id: string): Promise<AdmittedRun> {
    const known = this.#active.get(id);
    if (known !== undefined) return known.admitted;
    const record = await this.#station.store.run(id);
    if (record === null) throw unknownRun(this.#station, id);
    const signed = readMessage(signedProposalSchema, JSON.parse(record.proposal), 'proposal', 'the store');
    const { agreement } = await agreementInForce(this.#station, record.agreement);
    requireSignature(agreement, record.coordinator, 'proposal', signed.statement, signed.signature);
    const prepared = await planQuestion(this.#station, { agreement, id: record.agreement }, record.sql, signed.statement.receivers);
    if (prepared.hash !== record.plan) throw unknownRun(this.#station, id);
    return { proposal: signed.statement, agreement, prepared };
  }

  #remember(admitted: AdmittedRun): Active {
    const known = this.#active.get(admitted.proposal.run);
    if (known !== undefined) return known;
    const { plan } = admitted.prepared;
    const words = layoutOf(plan).reduce((n, c) => n + c.words, 0);
    const active: Active = {
      admitted,
      controller: new AbortController(),
      mailboxes: {
        shares: new Mailbox('share', plan.providers, shareLimit(plan.cellCount, words)),
        deliveries: new Mailbox('delivery', plan.committee, DELIVERY_LIMIT),
      },
    };
    this.#active.set(admitted.proposal.run, active);
    return active;
  }

  #attemptOf(run: AdmittedRun, attempt: number, active: Active): Attempt {
    const station = this.#station;
    const id = run.proposal.run;
    return {
      ...run,
      attempt,
      signal: active.controller.signal,
      progress: (step, detail) => {
        station.events.emit(id, step, station.organisation, detail);
        if (run.proposal.coordinator !== station.organisation) this.#messenger.progress(run.proposal.coordinator, run, step, detail);
      },
      send: (to, type, header, body) =>
        to === station.organisation
          ? this.bodyArrived(id, attempt, type, station.organisation, body)
          : this.#messenger.body(to, run, attempt, type, header, body),
    };
  }

  async #keep(run: AdmittedRun, outcome: AttemptOutcome): Promise<void> {
    if (outcome.receipt === null) return;
    const station = this.#station;
    const id = run.proposal.run;
    const { result } = outcome;
    const at = station.clock.now();
    await station.audit.append({ kind: 'receipt.issued', details: { run: id, plan: run.prepared.hash, receiver: result !== null } });
    await station.store.saveResult({
      run: id,
      result: result === null ? null : JSON.stringify(result.table),
      receipt: result === null ? canonicalText(outcome.receipt) : new TextDecoder().decode(result.receiptBytes),
      savedAt: at,
    });
    const nothing = result !== null && result.table.rows.length === 0 && result.table.suppressed.length > 0;
    await station.store.moveRun(id, OPEN, nothing ? 'suppressed' : 'released', { at });
  }

  /** Runs a coordinator's task in the background; a failure ends the run everywhere. */
  #drive(id: string, task: () => Promise<void>): void {
    const before = this.#driving.get(id) ?? Promise.resolve();
    const next = before
      .then(task)
      .catch(async (thrown: unknown) => {
        const error = toSluisError(thrown, 'run');
        const run = await this.admitted(id).catch(() => null);
        const state = error instanceof RefusedError ? 'refused' : 'failed';
        if (run === null) await this.ended(id, state, error);
        else await this.#endEverywhere(run, state, error);
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
    const station = this.#station;
    await this.#forOthers(run, async (to) => {
      await this.#messenger.propose(to, run, signed);
      station.events.emit(run.proposal.run, 'propose', to, 'checked and planned the question');
    });
    const waiting = requiredApprovals(run);
    if (waiting.length > 0)
      station.events.emit(run.proposal.run, 'waiting', station.organisation, `waiting for approval of ${waiting.join(', ')}`);
    await this.#startIfApproved(run);
  }

  async #startIfApproved(run: AdmittedRun): Promise<void> {
    const station = this.#station;
    const id = run.proposal.run;
    const records = await station.store.approvals(id);
    const approvals = records.map((r) => readMessage(signedApprovalSchema, JSON.parse(r.approval), 'approval', 'the store'));
    const given = new Set(approvals.map((a) => a.statement.organisation));
    if (requiredApprovals(run).some((name) => !given.has(name))) return;
    const record = await station.store.run(id);
    if (record === null || (record.state !== 'waiting' && record.state !== 'proposed')) return;
    station.events.emit(id, 'start', station.organisation, 'all have agreed; starting');
    const receipts = await this.#startEverywhere(run, approvals);
    const receipt = receipts.find((r) => r !== null);
    if (receipt === undefined || receipt === null) throw new RangeError('a finished run has a receipt');
    checkReceiptOfRun(run, receipt);
    verifyReceipt(receipt);
    await this.#forOthers(run, (to) => this.#messenger.finish(to, run, receipt));
    await this.#keepUnlessKept(run, receipt);
    station.events.emit(id, 'finished', station.organisation, 'the receivers have the result');
  }

  /** Starts all participants at once; the first failure stops all of them. */
  async #startEverywhere(run: AdmittedRun, approvals: readonly SignedApproval[]): Promise<(Receipt | null)[]> {
    const id = run.proposal.run;
    const failure: { first?: unknown } = {};
    const parts = participantsOf(run).map(async (to) => {
      try {
        if (to === this.#station.organisation) return (await this.participate(id, 1, approvals)).receipt;
        return await this.#messenger.start(to, run, 1, approvals);
      } catch (thrown) {
        if (!('first' in failure)) {
          failure.first = thrown;
          const error = toSluisError(thrown, 'run');
          await this.#endEverywhere(run, error instanceof RefusedError ? 'refused' : 'failed', error);
        }
        return null;
      }
    });
    const receipts = await Promise.all(parts);
    if ('first' in failure) throw failure.first;
    return receipts;
  }

  async #keepUnlessKept(run: AdmittedRun, receipt: Receipt): Promise<void> {
    if ((await this.#station.store.result(run.proposal.run)) === null) await this.#keep(run, { receipt, result: null });
  }

  async #endEverywhere(run: AdmittedRun, state: 'refused' | 'failed' | 'cancelled', error: SluisError): Promise<void> {
    await this.ended(run.proposal.run, state, error);
    await this.#tellEnd(run, state, error);
  }

  /** Tells the others; those that can't be reached find out by their own time-out. */
  async #tellEnd(run: AdmittedRun, state: 'refused' | 'failed' | 'cancelled', error: SluisError): Promise<void> {
    const others = participantsOf(run).filter((name) => name !== this.#station.organisation);
    await Promise.allSettled(others.map((to) => this.#messenger.end(to, run, state, error)));
  }

  async #forOthers(run: AdmittedRun, task: (to: string) => Promise<void>): Promise<void> {
    await Promise.all(
      participantsOf(run)
        .filter((name) => name !== this.#station.organisation)
        .map(task),
    );
  }

  async #requireState(id: string, states: readonly RunState[]): Promise<RunRecord> {
    const record = await this.#station.store.run(id);
    if (record === null) throw unknownRun(this.#station, id);
    if (!states.includes(record.state)) {
      throw new RefusedError('run/wrong-state', {
        stage: 'run',
        party: this.#station.organisation,
        message: `Run ${id} is ${record.state} at ${this.#station.organisation}; this is possible only while it is ${states.join(' or ')}.`,
        remedy: 'See: sluis runs',
      });
    }
    return record;
  }

  #timeUp(id: string): PeerError {
    return new PeerError('run/timeout', {
      stage: 'run',
      party: this.#station.organisation,
      message: `Run ${id} took longer at ${this.#station.organisation} than the agreement allows.`,
      remedy: 'Ask a smaller question, or agree on a larger "run_seconds".',
    });
  }
}
