/** Errors of a run as a whole: what happened to it, at whose station, and what to do next. */
import { PeerError, ProtocolError, RefusedError, StationError } from '@sluis/base';
import type { Charge } from './budget-book.ts';
import type { AdmittedRun } from './context.ts';

export function coordinatorLost(run: AdmittedRun): PeerError {
  const { coordinator, run: id } = run.proposal;
  return new PeerError('run/coordinator-lost', {
    stage: 'run',
    party: coordinator,
    message: `The connection with ${coordinator}, which asked run ${id}, broke while it was being played.`,
    remedy: `Nothing more is done for it. ${coordinator} can ask again when its station is back.`,
  });
}

export function timeUp(run: AdmittedRun, organisation: string): PeerError {
  const seconds = run.agreement.limits.run_seconds;
  return new PeerError('run/timeout', {
    stage: 'run',
    party: organisation,
    message: `The part of ${organisation} in run ${run.proposal.run} took longer than the ${seconds} seconds that the agreement allows.`,
    remedy: 'Ask a smaller question, or agree on a larger "run_seconds".',
  });
}

export function interrupted(run: string, organisation: string, charged: readonly Charge[]): StationError {
  const [first] = charged;
  const lost =
    first === undefined
      ? ''
      : ` It had been charged ε = ${first.epsilon} on ${charged.map((c) => c.table).join(', ')}, which stays spent: noise may have been drawn.`;
  return new StationError('run/interrupted', {
    stage: 'run',
    party: organisation,
    message: `The station of ${organisation} stopped during run ${run}; a run never resumes in the middle.${lost}`,
    remedy: 'Ask the question again; it starts afresh.',
  });
}

/** Approvals that did not come, or a coordinator that never said start. */
export function notStarted(run: string, organisation: string, coordinator: string): PeerError {
  return new PeerError('run/not-started', {
    stage: 'run',
    party: coordinator,
    message: `${coordinator} did not start run ${run} in time, as far as ${organisation} knows: an approval is missing, or its station stopped.`,
    remedy: 'Ask the question again.',
  });
}

/** Somebody's no, or second thoughts. */
export function stopped(
  run: string,
  organisation: string,
  { state, by, reason }: { readonly state: 'refused' | 'cancelled'; readonly by: string; readonly reason: string },
): RefusedError {
  const refused = state === 'refused';
  return new RefusedError(refused ? 'approve/refused' : 'run/cancelled', {
    stage: refused ? 'approve' : 'run',
    party: organisation,
    message: `${by} of ${organisation} ${refused ? 'did not approve' : 'cancelled'} run ${run}${reason === '' ? '.' : `: ${reason}`}`,
    remedy: 'Nothing was released. Talk to them, then ask again.',
  });
}

export function stopping(organisation: string): PeerError {
  return new PeerError('run/station-stopping', {
    stage: 'run',
    party: organisation,
    message: `The station of ${organisation} was stopped while the run was being played.`,
    remedy: `Ask again when the station of ${organisation} is back.`,
  });
}

/** A coordinator that tells the end of a run to somebody who makes the receipt itself. */
export function unexpectedReceipt(run: AdmittedRun, organisation: string): ProtocolError {
  return new ProtocolError('run/unexpected-message', {
    stage: 'receipt',
    party: run.proposal.coordinator,
    message: `${organisation} has its own part in the receipt of run ${run.proposal.run} and takes none from ${run.proposal.coordinator}; it was refused.`,
  });
}
