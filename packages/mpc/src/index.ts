export { ReplicatedCommittee } from './committee.ts';
export { replicatedComputation, replicatedSharing } from './techniques.ts';
export { maliciousComputation } from './malicious/technique.ts';
export {
  expandRows,
  histogram,
  quantiles,
  type ItemList,
  radixSort,
  seenByAtLeast,
  segmentedMinima,
  segmentedSums,
  topRows,
} from './rows/index.ts';
