export { ReplicatedCommittee } from './committee.ts';
export { replicatedComputation, replicatedSharing } from './techniques.ts';
