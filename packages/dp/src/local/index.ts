/**
 * Local differential privacy: people hide their own value before it leaves their device, and trust nobody. For Node and browsers.
 * Start reading at likely-set.ts.
 */
export { type FrequencyEstimate, type FrequencyMechanism, FrequencyTally, standardErrors } from './frequencies.ts';
export { hadamardResponse } from './hadamard-response.ts';
export type { Interval } from './interval.ts';
export { localHashing } from './local-hashing.ts';
export { type MeanEstimate, MeanTally } from './mean-tally.ts';
export { hybridMean, type MeanMechanism, piecewiseMean, type Range, twoEndsMean } from './means.ts';
export { randomisedResponse } from './randomised-response.ts';
export { unaryEncoding } from './unary-encoding.ts';
