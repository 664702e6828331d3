/** Whether an intersection may be proposed, and run: what each station checks for itself. */
import { canonicalBytes, type ErrorDetails, InvalidError, RefusedError, toHex } from '@sluis/base';
import {
  type Agreement,
  type Intersection,
  type IntersectionProposal,
  isPlainIntersection,
  type SignedAgreement,
  type SignedIntersectionApproval,
  type SignedIntersectionProposal,
} from '@sluis/model';
import { agreementInForce, requireSignature, SKEW_MS } from './admission.ts';
import type { StationContext } from './context.ts';

/** How long a proposal lasts, and approvals of it. */
export const PROPOSAL_MS = 24 * 3_600_000;

export type Side = Intersection['between'][number];

/** An intersection under its agreement in force, as one of its two stations sees it. */
export interface OpenIntersection {
  readonly agreementId: string;
  readonly name: string;
  readonly signed: SignedAgreement;
  readonly agreement: Agreement;
  readonly terms: Intersection;
  readonly me: Side;
  readonly peer: Side;
}

/** A proposal this station has checked for itself. */
export interface AdmittedIntersection extends OpenIntersection {
  readonly proposal: IntersectionProposal;
}

export const refusedIntersection = (code: string, details: ErrorDetails): RefusedError => new RefusedError(`intersection/${code}`, details);

/** @throws InvalidError `intersection/unknown`; RefusedError `intersection/not-between-stations`, `intersection/not-a-side`. */
export async function openIntersection(station: StationContext, agreementId: string, name: string): Promise<OpenIntersection> {
  const signed = await agreementInForce(station, agreementId);
  const { agreement } = signed;
  const party = station.organisation;
  const all = agreement.intersections ?? {};
  const terms = Object.hasOwn(all, name) ? all[name] : undefined;
  if (terms === undefined)
    throw new InvalidError('intersection/unknown', {
      stage: 'run',
      party,
      message: `The agreement in force at ${party} has no such intersection.`,
      remedy: Object.keys(all).length === 0 ? 'It has none.' : `It has: ${Object.keys(all).join(', ')}.`,
    });
  if (!isPlainIntersection(terms))
    throw refusedIntersection('not-between-stations', {
      stage: 'run',
      party,
      message: `This intersection reveals "${terms.reveal}", which the committee computes on secrets.`,
      remedy: 'Ask it as a question: sluis intersect shows its SQL.',
    });
  const me = terms.between.find((s) => s.organisation === party);
  const peer = terms.between.find((s) => s.organisation !== party);
  if (me === undefined || peer === undefined)
    throw refusedIntersection('not-a-side', {
      stage: 'run',
      party,
      message: `${party} is no side of this intersection.`,
      remedy: `Its sides are ${terms.between.map((s) => s.organisation).join(' and ')}.`,
    });
  return { agreementId, name, signed, agreement, terms, me, peer };
}

/** Everything a station checks of a proposal, its own included, before it writes it down. */
export async function admitIntersection(
  station: StationContext,
  signed: SignedIntersectionProposal,
  now = station.clock.now(),
): Promise<AdmittedIntersection> {
  const { statement } = signed;
  const open = await openIntersection(station, statement.agreement, statement.intersection);
  const { agreement, terms } = open;
  const party = statement.coordinator;
  const side = terms.between.some((s) => s.organisation === party);
  if (!side || !agreement.askers.includes(party) || statement.collaboration !== agreement.collaboration)
    throw refusedIntersection('not-an-asker', {
      stage: 'run',
      party,
      message: `${party} may not begin this intersection.`,
      remedy: `Askers of the agreement are ${agreement.askers.join(', ')}; it must be a side, too.`,
    });
  const [asked, expires] = [Date.parse(statement.asked_at), Date.parse(statement.expires_at)];
  // An approval lasts as long as its proposal: nobody keeps one in hand until the other side's rows are others.
  if (asked > station.clock.now() + SKEW_MS || expires <= now || expires - asked > PROPOSAL_MS)
    throw refusedIntersection('expired', {
      stage: 'run',
      party,
      message: 'The proposal has expired, is of the future, or would last longer than a day.',
      remedy: 'Compare both stations’ clocks, and propose again.',
    });
  requireSignature(agreement, party, 'proposal', statement, signed.signature);
  return { ...open, proposal: statement };
}

/** Whose approval each run needs. */
export const neededApprovals = ({ terms }: OpenIntersection): string[] =>
  terms.approval === 'agreed' ? [] : terms.between.map((s) => s.organisation);

/** Throws RefusedError unless each needed approval is there, genuine, for this run and not expired. */
export function checkIntersectionApprovals(
  station: StationContext,
  run: AdmittedIntersection,
  approvals: readonly SignedIntersectionApproval[],
): void {
  for (const approval of approvals) checkIntersectionApproval(station, run, approval);
  const given = new Set(approvals.map((a) => a.statement.organisation));
  const missing = neededApprovals(run).filter((n) => !given.has(n));
  if (missing.length > 0)
    throw new RefusedError('approve/missing', {
      stage: 'approve',
      party: station.organisation,
      message: `${missing.join(' and ')} ${missing.length === 1 ? 'has' : 'have'} not approved run ${run.proposal.run}.`,
      remedy: 'Approve with: sluis intersect approve RUN',
    });
}

export function checkIntersectionApproval(station: StationContext, run: AdmittedIntersection, signed: SignedIntersectionApproval): void {
  const { statement } = signed;
  const { proposal, terms } = run;
  const fits =
    statement.run === proposal.run &&
    statement.agreement === proposal.agreement &&
    statement.intersection === proposal.intersection &&
    terms.between.some((s) => s.organisation === statement.organisation) &&
    Date.parse(statement.expires_at) > station.clock.now();
  if (!fits)
    throw new RefusedError('approve/does-not-apply', {
      stage: 'approve',
      party: station.organisation,
      message: `An approval that claims to be of ${statement.organisation} is for another run, or has expired.`,
      remedy: 'Each run needs its own approvals: sluis intersect approve RUN',
    });
  requireSignature(run.agreement, statement.organisation, 'approval', statement, signed.signature);
}

/** What binds a run's protocol: equal at both stations, different for every run, attempt and direction. */
export function protocolContext(
  run: AdmittedIntersection,
  attempt: number,
  receiver: string,
  inputs: Readonly<Record<string, unknown>>,
): Uint8Array {
  return canonicalBytes({
    purpose: 'sluis/intersection/1',
    run: run.proposal.run,
    attempt,
    agreement: run.proposal.agreement,
    intersection: run.proposal.intersection,
    receiver,
    inputs: inputs as never,
  });
}

export const newRunId = (station: StationContext): string => toHex(station.random.bytes(16));
