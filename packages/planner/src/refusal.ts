/** The refusals of the planner: what is not supported is refused by name, saying what is. */
import { RefusedError } from '@sluis/base';

/** A part of SQL that Sluis does not answer. `instead` says what it does. */
export function unsupported(what: string, instead: string): RefusedError {
  return new RefusedError('plan/unsupported', { stage: 'plan', message: `${what} is not supported.`, remedy: instead });
}

/** A name that the shared table, the question or the agreement does not have. */
export function unknownName(what: string, instead: string): RefusedError {
  return new RefusedError('plan/unknown-name', { stage: 'plan', message: what, remedy: instead });
}
