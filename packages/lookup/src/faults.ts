/** Errors of private lookup. None of them carries an identifier, a value or anything that follows from one. */
import { InvalidError, PeerError, ProtocolError, RefusedError } from '@sluis/base';

/** What a peer sent has another form, or is not what was agreed. */
export const malformed = (what: string): ProtocolError =>
  new ProtocolError('lookup/malformed', {
    stage: 'wire',
    message: `${what} is not of the required form.`,
    remedy: 'Check that both sides run the same release of Sluis, then ask again.',
  });

export const refused = (code: string, message: string, remedy: string): RefusedError =>
  new RefusedError(`lookup/${code}`, { stage: 'run', message, remedy });

export const unusable = (code: string, message: string, remedy: string): InvalidError =>
  new InvalidError(`lookup/${code}`, { stage: 'usage', message, remedy });

/** The owner published something that it should not have: nothing of it is used. */
export const distrusted = (code: string, message: string, remedy: string): PeerError =>
  new PeerError(`lookup/${code}`, { stage: 'wire', message, remedy });

export const stale = (asked: string, current: string): RefusedError =>
  refused('stale-version', `The question is about ${asked}, but ${current} is in force.`, 'Update from the owner, then ask again.');
