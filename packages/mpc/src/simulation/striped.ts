/** Committees that cut vectors into short stripes, so that short vectors meet every boundary of long ones. */
import type { ComputationTechnique, ThreatModel } from '@sluis/technique';
import { ReplicatedCommittee } from '../committee.ts';
import { Session, type Stripes } from '../session.ts';

/** Believes everything: with it the verified forms of primitives run, without the checks. */
const unchecking = { recordProducts() {}, recordConjunctions() {}, recordZeros() {}, beforeReveal: async () => {} };

export function stripedCommittee(model: ThreatModel, stripes: Stripes = { elements: 32, atOnce: 2 }): ComputationTechnique['convene'] {
  const verifier = model === 'malicious' ? () => unchecking : null;
  return async (links, context, random) => new ReplicatedCommittee(await Session.open(links, context, random, verifier, stripes));
}
