/** Errors of an intersection's run as a whole: what happened to it, through whom, and what to do next. */
import { PeerError, RefusedError, type SluisError, StationError } from '@sluis/base';
import { organisationOf } from './context.ts';
import type { AdmittedIntersection } from './intersection-admission.ts';

/** A side that does what is not its turn, or not what it had announced. */
export const notTheirs = (run: AdmittedIntersection): RefusedError =>
  new RefusedError('intersection/out-of-turn', {
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
