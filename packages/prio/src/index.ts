/** Sums of secret reports that lying clients can't spoil: Prio3 of the VDAF specification. Start reading at prio3.ts. */
export { Aggregate } from './aggregate.ts';
export { NONCE_BYTES, Prio3, type Prio3Parameters, type Report, VERIFY_KEY_BYTES, type VerifyState } from './prio3.ts';
export { bestChunk, prio3Count, prio3Histogram, prio3MultihotCountVec, prio3Sum, prio3SumVec } from './variants.ts';
