/** Approvals: which data providers must say yes to a run, and checking what claims to be their yes. */
import { canonicalBytes, canonicalText, RefusedError, toHex } from '@sluis/base';
import { requireSignature } from './admission.ts';
import type { AdmittedRun, StationContext } from './context.ts';
import { type Approval, readMessage, type SignedApproval, signedApprovalSchema } from './messages.ts';

/** How long an approval that waits for the others stays good. */
const APPROVAL_DAYS = 7;

/** Data providers whose approval the agreement demands: none for its own templates and where ad-hoc questions are free. */
export function requiredApprovals(run: AdmittedRun): readonly string[] {
  const free = run.proposal.template !== null || run.agreement.approval.ad_hoc === 'none';
  return free ? [] : run.prepared.plan.providers;
}

export async function signApproval(station: StationContext, run: AdmittedRun, approver: string): Promise<SignedApproval> {
  const now = station.clock.now();
  const statement: Approval = {
    format: 'sluis-approval/1',
    run: run.proposal.run,
    plan: run.prepared.hash,
    agreement: run.proposal.agreement,
    organisation: station.organisation,
    approver,
    approved_at: new Date(now).toISOString(),
    expires_at: new Date(Math.min(Date.parse(run.proposal.expires_at), now + APPROVAL_DAYS * 86_400_000)).toISOString(),
  };
  return { statement, signature: toHex(await station.signer.sign('approval', canonicalBytes(statement))) };
}

/**
 * This organisation's yes, logged and kept. The one given before, if there is one: it may not have reached the
 * coordinator then. Run by: a data provider.
 */
export async function giveApproval(station: StationContext, run: AdmittedRun, approver: string): Promise<SignedApproval> {
  const { audit, store, events, organisation } = station;
  const id = run.proposal.run;
  const given = (await store.approvals(id)).find((a) => a.organisation === organisation);
  if (given !== undefined) return readMessage(signedApprovalSchema, JSON.parse(given.approval), 'approval', 'the store');
  const approval = await signApproval(station, run, approver);
  await audit.append({ kind: 'run.approved', details: { run: id, plan: run.prepared.hash, organisation, approver } });
  await store.saveApproval({ run: id, organisation, approval: canonicalText(approval) });
  events.emit(id, 'approve', organisation, 'approved');
  return approval;
}

/** Throws RefusedError unless the approval is the named provider's, for exactly this run and plan, and not expired. */
export function checkApproval(station: StationContext, run: AdmittedRun, signed: SignedApproval): void {
  const { statement } = signed;
  const known = run.prepared.plan.providers.includes(statement.organisation);
  const same = statement.run === run.proposal.run && statement.plan === run.prepared.hash && statement.agreement === run.proposal.agreement;
  if (!known || !same || Date.parse(statement.expires_at) <= station.clock.now()) {
    throw new RefusedError('approve/does-not-apply', {
      stage: 'approve',
      party: station.organisation,
      message: `An approval that claims to be of ${statement.organisation} is for another run or plan, or has expired.`,
      remedy: 'Each run needs its own approvals: sluis approve RUN',
    });
  }
  requireSignature(run.agreement, statement.organisation, 'approval', statement, signed.signature);
}

/** Every required provider has approved: checked by each station for itself before it acts. */
export function checkApprovals(station: StationContext, run: AdmittedRun, approvals: readonly SignedApproval[]): void {
  for (const approval of approvals) checkApproval(station, run, approval);
  const given = new Set(approvals.map((a) => a.statement.organisation));
  const missing = requiredApprovals(run).filter((name) => !given.has(name));
  if (missing.length > 0) {
    throw new RefusedError('approve/missing', {
      stage: 'approve',
      party: station.organisation,
      message: `${missing.join(', ')} ${missing.length === 1 ? 'has' : 'have'} not approved run ${run.proposal.run}.`,
      remedy: 'Each data provider approves with: sluis approve RUN',
    });
  }
}
