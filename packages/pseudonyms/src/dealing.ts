/** A dealer's part of a shared secret: a random polynomial, commitments to its coefficients, and its values as shares. */
import { concatBytes, type Random } from '@sluis/base';
import { constantTimeEqual, type Ristretto } from '@sluis/crypto';
import { elementAt, SIZE, valueAt } from './polynomials.ts';

export interface Dealing {
  /** One element per coefficient; the first commits to the secret. */
  readonly commitments: Uint8Array;
  /** The value for each party, in their order: each for that party's eyes alone. */
  readonly shares: readonly Uint8Array[];
}

/** Shares `secret` among `parties`, any `threshold` of which determine it (Shamir 1979, Feldman 1987). */
export function deal(group: Ristretto, secret: Uint8Array, threshold: number, parties: number, random: Random): Dealing {
  const coefficients = concatBytes(secret, group.randomScalars(threshold - 1, random));
  const dealing = {
    commitments: group.multiplyGenerator(coefficients),
    shares: Array.from({ length: parties }, (_, i) => valueAt(group, coefficients, i + 1)),
  };
  coefficients.fill(0);
  return dealing;
}

/** Whether commitments are well-formed, and a share is the value that they commit to at place x. */
export function shareFits(group: Ristretto, commitments: Uint8Array, share: Uint8Array, x: number): boolean {
  if (share.length !== SIZE) return false;
  try {
    group.checkElements(commitments);
    return constantTimeEqual(group.multiplyGenerator(share), elementAt(group, commitments, x));
  } catch {
    return false;
  }
}
