/** Intersections as a station writes them down: proposals, approvals, attempts, ends. Both sides keep one. */
import { canonicalBytes, canonicalText, fromBase64, InvalidError, RefusedError, type SluisError, toHex } from '@sluis/base';
import {
  type IntersectionApproval,
  type IntersectionReceiptBody,
  intersectionReceiptSchema,
  type IntersectionResult,
  type IntersectionState,
  type SignedIntersectionApproval,
  type SignedIntersectionProposal,
  signedIntersectionApprovalSchema,
  signedIntersectionProposalSchema,
} from '@sluis/model';
import { z } from 'zod';
import type { StationContext } from './context.ts';
import {
  type AdmittedIntersection,
  admitIntersection,
  checkIntersectionApproval,
  neededApprovals,
  type OpenIntersection,
} from './intersection-admission.ts';
import type { Word } from './intersection-evidence.ts';
import { checkProposals, checkRuns, DAY_MS, periodStart } from './intersection-limits.ts';
import type { BegunAttempt, IntersectionRecord, IntersectionStore, KeptInputs } from './intersection-store.ts';
import { readMessage } from './messages.ts';

export interface Lots {
  readonly own: string;
  /** At the coordinator: the other side's commitment, once it has answered. */
  readonly peer: string | null;
}
const lotsSchema = z.strictObject({ own: z.string(), peer: z.string().nullable() });
export const OPEN_STATES: readonly IntersectionState[] = ['proposed', 'waiting', 'running'];

export class IntersectionBook {
  readonly station: StationContext;
  readonly store: IntersectionStore;

  constructor(station: StationContext, store: IntersectionStore) {
    this.station = station;
    this.store = store;
  }

  async record(run: string): Promise<IntersectionRecord> {
    const found = await this.store.intersection(run);
    if (found !== null) return found;
    throw new InvalidError('run/unknown', {
      stage: 'run',
      party: this.station.organisation,
      message: `There is no intersection run "${run}" at ${this.station.organisation}.`,
      remedy: 'List them with: sluis intersect list',
    });
  }

  /** The run as its signed proposal has it, checked against the agreement in force now. `now` decides whether it has expired. */
  async admitted(record: IntersectionRecord, now = this.station.clock.now()): Promise<AdmittedIntersection> {
    const signed = readMessage(signedIntersectionProposalSchema, JSON.parse(record.proposal), 'proposal', 'the store');
    return admitIntersection(this.station, signed, now);
  }

  begun(of: OpenIntersection): Promise<BegunAttempt[]> {
    return this.store.begunAttempts(of.agreement.collaboration, of.name, periodStart(of.terms.limits, this.station.clock.now()));
  }

  /** What this station put into an attempt that was begun. */
  async fingerprints({ run, attempt }: BegunAttempt): Promise<Uint8Array> {
    const kept = await this.store.attemptFingerprints(run, attempt);
    if (kept === null) throw new RangeError('an attempt that was begun stays written down');
    return fromBase64(kept);
  }

  /** Checks a proposal, own or the other side's, and writes it down. */
  async add(signed: SignedIntersectionProposal, own: string, state: 'proposed' | 'waiting'): Promise<AdmittedIntersection> {
    const { station } = this;
    const run = await admitIntersection(station, signed);
    const { proposal, terms } = run;
    const at = station.clock.now();
    const { collaboration, intersection, coordinator } = proposal;
    checkRuns(station, run, await this.store.countAttempts(collaboration, intersection, periodStart(terms.limits, at)));
    checkProposals(run, coordinator, await this.store.countProposals(collaboration, intersection, coordinator, at - DAY_MS));
    await station.audit.append({
      kind: 'intersection.proposed',
      details: { run: proposal.run, intersection: proposal.intersection, agreement: proposal.agreement, coordinator: proposal.coordinator },
    });
    await this.store.createIntersection({
      run: proposal.run,
      collaboration: proposal.collaboration,
      agreement: proposal.agreement,
      intersection: proposal.intersection,
      coordinator: proposal.coordinator,
      analyst: proposal.analyst,
      state,
      attempt: 0,
      proposal: canonicalText(signed),
      approvals: '{}',
      lots: JSON.stringify({ own, peer: null } satisfies Lots),
      inputs: null,
      error: null,
      createdAt: at,
      updatedAt: at,
    });
    station.events.emit(proposal.run, 'propose', station.organisation, 'checked the proposal');
    return run;
  }

  lots(record: IntersectionRecord): Lots {
    return lotsSchema.parse(JSON.parse(record.lots));
  }

  approvals(record: IntersectionRecord): SignedIntersectionApproval[] {
    const given = z.record(z.string(), signedIntersectionApprovalSchema).parse(JSON.parse(record.approvals));
    return Object.values(given);
  }

  /** This organisation's yes; the one given before, if there is one. */
  async approve(run: AdmittedIntersection, approver: string): Promise<SignedIntersectionApproval> {
    const { station } = this;
    const { proposal } = run;
    if (!neededApprovals(run).includes(station.organisation))
      throw new RefusedError('approve/not-needed', {
        stage: 'approve',
        party: station.organisation,
        message: `Run ${proposal.run} needs no approval of ${station.organisation}.`,
        remedy: 'The agreement has approved it beforehand.',
      });
    const given = this.approvals(await this.record(proposal.run)).find((a) => a.statement.organisation === station.organisation);
    if (given !== undefined) return given;
    const now = station.clock.now();
    const statement: IntersectionApproval = {
      format: 'sluis-intersection-approval/1',
      run: proposal.run,
      agreement: proposal.agreement,
      intersection: proposal.intersection,
      organisation: station.organisation,
      approver,
      approved_at: new Date(now).toISOString(),
      expires_at: proposal.expires_at,
    };
    const signed = { statement, signature: toHex(await station.signer.sign('approval', canonicalBytes(statement))) };
    await this.keepApproval(run, signed);
    return signed;
  }

  async keepApproval(run: AdmittedIntersection, signed: SignedIntersectionApproval): Promise<void> {
    const { station } = this;
    checkIntersectionApproval(station, run, signed);
    const { organisation, approver } = signed.statement;
    const id = run.proposal.run;
    const record = await this.record(id);
    const given = JSON.parse(record.approvals) as Record<string, unknown>;
    // The log has the first; again it says nothing new.
    if (Object.hasOwn(given, organisation) && OPEN_STATES.includes(record.state)) return;
    await station.audit.append({ kind: 'intersection.approved', details: { run: id, organisation, approver } });
    const approvals = JSON.stringify({ ...given, [organisation]: signed });
    if (!(await this.store.changeIntersection(id, ['proposed', 'waiting'], { approvals }, station.clock.now())))
      throw this.notOpen(await this.record(id));
    station.events.emit(id, 'approve', organisation, 'approved');
  }

  keptInputs(record: IntersectionRecord): KeptInputs | null {
    return record.inputs === null ? null : (JSON.parse(record.inputs) as KeptInputs);
  }

  /** Ends a run badly. Idempotent; a run that was released stays so. */
  async end(run: string, state: 'failed' | 'refused' | 'cancelled', error: SluisError): Promise<void> {
    const { station } = this;
    const text = JSON.stringify({ ...error.toRecord(), exitCode: Math.max(1, error.exitCode) });
    const changed = await this.store.changeIntersection(run, OPEN_STATES, { state, error: text }, station.clock.now());
    if (!changed) return;
    await station.audit.append({ kind: 'intersection.failed', details: { run, code: error.code, state } });
    station.events.emit(run, state, error.party ?? station.organisation, error.message);
  }

  /** Keeps the result durably; only then it can be seen. */
  async release(run: string, result: IntersectionResult): Promise<void> {
    const { station } = this;
    await station.audit.append({ kind: 'intersection.received', details: { run, receiver: result.outcome !== null } });
    const kept = await this.store.releaseIntersection(run, JSON.stringify(result), station.clock.now());
    if (!kept) throw this.notOpen(await this.record(run));
    station.events.emit(run, 'receipt', station.organisation, 'signed by both and kept');
  }

  /** This station's word on exactly this account of a run, if it has given it. */
  async wordOn(body: IntersectionReceiptBody): Promise<Pick<Word, 'signature' | 'log'> | null> {
    const result = await this.store.intersectionResult(body.run);
    if (result === null) return null;
    const { receipt } = JSON.parse(result) as IntersectionResult;
    const { organisation } = this.station;
    const [signature, log] = [receipt.signatures[organisation], receipt.log[organisation]];
    return canonicalText(receipt.body) === canonicalText(body) && signature !== undefined && log !== undefined ? { signature, log } : null;
  }

  async result(run: string): Promise<IntersectionResult> {
    const record = await this.record(run);
    const result = await this.store.intersectionResult(run);
    if (result === null)
      throw new InvalidError('result/not-found', {
        stage: 'release',
        message: `Run ${run} has no result at this station; it is ${record.state}.`,
        remedy:
          record.state === 'waiting' ? 'Both sides have yet to approve: sluis intersect approve RUN' : 'See why: sluis intersect list',
      });
    const found = JSON.parse(result) as IntersectionResult;
    intersectionReceiptSchema.parse(found.receipt);
    return found;
  }

  notOpen(record: IntersectionRecord): RefusedError {
    return new RefusedError('run/over', {
      stage: 'run',
      party: this.station.organisation,
      message: `Run ${record.run} is ${record.state} at ${this.station.organisation}.`,
      remedy: 'Begin a new run.',
    });
  }
}
