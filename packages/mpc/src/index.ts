export { ReplicatedCommittee } from './committee.ts';
export { replicatedComputation, replicatedSharing } from './techniques.ts';
export { maliciousComputation } from './malicious/technique.ts';
export { type Fraction, histogram, type Quantile, quantiles, topRows } from './rows/index.ts';
