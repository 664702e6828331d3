/** A question as it is put at one station, and the signed proposal that tells the others of it. */
import { canonicalBytes, toHex } from '@sluis/base';
import type { Prepared } from '@sluis/planner';
import type { StationContext } from './context.ts';
import type { Proposal, SignedProposal } from './messages.ts';

/** How long a question waits for approvals. */
const PROPOSAL_HOURS = 24;

export interface Question {
  readonly agreement: string;
  readonly sql: string;
  readonly template: string | null;
  readonly analyst: string;
  readonly receivers?: readonly string[];
}

/** Signs a planned question under a fresh run id. Run by: the coordinator. */
export async function signProposal(station: StationContext, question: Question, prepared: Prepared): Promise<SignedProposal> {
  const now = station.clock.now();
  const statement: Proposal = {
    format: 'sluis-proposal/1',
    run: toHex(station.random.bytes(16)),
    collaboration: prepared.plan.collaboration,
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
  return { statement, signature: toHex(await station.signer.sign('proposal', canonicalBytes(statement))) };
}
