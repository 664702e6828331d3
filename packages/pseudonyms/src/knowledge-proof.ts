/**
 * Proof that a dealer knows the secret that it committed to, so that nobody can choose a commitment that depends on
 * another's (Schnorr 1991, made non-interactive by hashing; as in FROST's key generation, Komlo & Goldberg 2020).
 */
import { concatBytes, lengthPrefixed, type Random, utf8 } from '@sluis/base';
import { constantTimeEqual, type Ristretto } from '@sluis/crypto';

export const KNOWLEDGE_PROOF_BYTES = 64;
const DOMAIN = utf8('sluis/pseudonyms/knowledge/1');

const challenge = (group: Ristretto, context: Uint8Array, element: Uint8Array, first: Uint8Array): Uint8Array =>
  group.hashToScalar(lengthPrefixed(context, element, first), DOMAIN);

/** Proves knowledge of the exponent of `element`. `context` says who proves, and in which session. */
export function proveKnowledge(group: Ristretto, secret: Uint8Array, element: Uint8Array, context: Uint8Array, random: Random): Uint8Array {
  const r = group.randomScalars(1, random);
  const first = group.multiplyGenerator(r);
  const c = challenge(group, context, element, first);
  const proof = concatBytes(first, group.addScalars(r, group.multiplyScalars(c, secret)));
  r.fill(0);
  return proof;
}

/** Whether the proof holds; false for anything malformed. */
export function knows(group: Ristretto, element: Uint8Array, proof: Uint8Array, context: Uint8Array): boolean {
  if (proof.length !== KNOWLEDGE_PROOF_BYTES) return false;
  const [first, s] = [proof.subarray(0, 32), proof.subarray(32)];
  try {
    const expected = group.add(first, group.multiply(element, challenge(group, context, element, first)));
    return constantTimeEqual(group.multiplyGenerator(s), expected);
  } catch {
    return false;
  }
}
