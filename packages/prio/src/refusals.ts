/** The errors of this package. None says a value, a share or a seed. */
import { InvalidError, ProtocolError, RefusedError } from '@sluis/base';

/** A client's value doesn't fit what is being collected. */
export const outOfRange = (): InvalidError =>
  new InvalidError('prio/value-out-of-range', {
    stage: 'contribution',
    message: 'The value is not of the kind or in the range that this collection sums.',
    remedy: 'Report a value within the stated range; check the parameters of the collection.',
  });

/** Bytes are not an encoding of what was expected. */
export const malformed = (what: string): InvalidError =>
  new InvalidError('prio/message-malformed', {
    stage: 'contribution',
    message: `This is no ${what} of this collection: its length is wrong, or a number in it is not below the modulus.`,
    remedy: 'Reject the report. If all of a kind are refused, client and aggregators differ in parameters or version.',
  });

/** The aggregators found that a report is invalid. */
export const invalidReport = (what: 'proof' | 'joint randomness' | 'query'): ProtocolError =>
  new ProtocolError(`prio/report-invalid`, {
    stage: 'contribution',
    message: `A report was rejected: its ${what} does not hold.`,
    remedy: 'Leave the report out of the sum. Honest clients with the same parameters and context do not cause this.',
  });

/** More reports than a sum can take without passing the modulus. */
export const tooMany = (): RefusedError =>
  new RefusedError('prio/sum-too-large', {
    stage: 'aggregate',
    message: 'The sum of so many reports could pass the modulus, and would then be wrong.',
    remedy: 'Unshard the reports in several batches.',
  });
