export { ReplicatedCommittee } from './committee.ts';
export { replicatedComputation, replicatedSharing } from './techniques.ts';
export { maliciousComputation } from './malicious/technique.ts';
