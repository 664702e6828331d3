/** Errors of an intersection's run as a whole: what happened to it, through whom, and what to do next. */
import { PeerError, type RefusedError, type SluisError, StationError } from '@sluis/base';
import { organisationOf } from './context.ts';
import { type AdmittedIntersection, refusedIntersection } from './intersection-admission.ts';

/** A side that does what is not its turn, or not what it had announced. */
export const notTheirs = (run: AdmittedIntersection): RefusedError =>
  refusedIntersection('out-of-turn', {
    stage: 'run',
    party: run.peer.organisation,
    message: `${run.peer.organisation} sent something about run ${run.proposal.run} that is not its turn, or not as it announced.`,
    remedy: 'Begin a new run; if it repeats, the other side does not follow the protocol.',
  });

export function coordinatorGone(run: AdmittedIntersection): SluisError {
  const { name } = organisationOf(run.agreement, run.proposal.coordinator);
  return new PeerError('run/coordinator-lost', {
    stage: 'run',
    party: name,
    message: `${name} gave up run ${run.proposal.run}, or is gone.`,
    remedy: 'It can try again: sluis intersect retry RUN',
  });
}

/** A step of an attempt that is not due, or was taken already. */
export function stepOutOfTurn(run: AdmittedIntersection): RefusedError {
  const { organisation } = run.peer;
  return refusedIntersection('out-of-turn', {
    stage: 'run',
    party: organisation,
    message: `${organisation} asked for a step of run ${run.proposal.run} that is not due, or was taken already; the attempt ended.`,
    remedy: 'Begin a new run; if it repeats, the other side does not follow the protocol.',
  });
}

/** The other side's list is another than in the first attempt. */
export function inputChanged(run: AdmittedIntersection): RefusedError {
  const { organisation } = run.peer;
  return refusedIntersection('input-changed', {
    stage: 'contribution',
    party: organisation,
    message: `${organisation} committed to another input in the first attempt of run ${run.proposal.run}.`,
    remedy: 'Begin a new run, which counts against the limits.',
  });
}

export function intersectionTimeUp(run: AdmittedIntersection): PeerError {
  return new PeerError('run/timeout', {
    stage: 'run',
    party: run.peer.organisation,
    message: `Run ${run.proposal.run} took longer than the agreed ${run.agreement.limits.run_seconds} s.`,
    remedy: 'See which station was slow; agree on more time (limits.run_seconds), or begin another attempt.',
  });
}

/** A run that was being played when its station stopped: no protocol resumes. */
export const interruptedIntersection = (organisation: string, run: string): StationError =>
  new StationError('run/interrupted', {
    stage: 'run',
    party: organisation,
    message: `The station of ${organisation} was stopped during run ${run}.`,
    remedy: 'Try it again: sluis intersect retry RUN',
  });

export const stationStopping = (organisation: string): StationError =>
  new StationError('run/interrupted', {
    stage: 'run',
    party: organisation,
    message: `The station of ${organisation} is stopping.`,
    remedy: 'Try again when it is back.',
  });
