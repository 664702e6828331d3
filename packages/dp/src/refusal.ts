/** Refusals of this library: parameters, never data, decide whether one happens. */
import { RefusedError } from '@sluis/base';

export const refused = (code: string, message: string, remedy: string): RefusedError =>
  new RefusedError(`dp/${code}`, { stage: 'mechanism', message, remedy });

/** A positive whole number of at most `most`, or a refusal. */
export function wholeNumber(value: number, what: string, most = 1_000_000_000): number {
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw refused('bad-parameter', `${what} must be a whole number from 1 to ${most}.`, 'Correct this parameter.');
}
