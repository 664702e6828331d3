/** A dealer's part of a shared secret: a random polynomial, commitments to its coefficients, and its values as shares. */
import { concatBytes, type Random } from '@sluis/base';
import { constantTimeEqual, type Ristretto } from '@sluis/crypto';
import { at, elementAt, lagrange, SIZE, valueAt, weightedScalars, weightedSum } from './polynomials.ts';

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

/** What `dealers` (places, from 0) dealt, put together: the sharing of Σ λ_d · secret_d, with Lagrange's λ for the value at 0. */
export interface Combined {
  readonly publicKey: Uint8Array;
  /** One element for each party. */
  readonly publicShares: Uint8Array;
  /** This party's share. */
  readonly secret: Uint8Array;
}

/** Combines commitments and this party's shares, both in the order of the dealers. */
export function combine(
  group: Ristretto,
  dealers: readonly number[],
  commitments: readonly Uint8Array[],
  shares: readonly Uint8Array[],
  parties: number,
): Combined {
  const weights = lagrange(
    group,
    dealers.map((d) => d + 1),
    0,
  );
  const element = (x: number) =>
    weightedSum(
      group,
      commitments.map((c) => elementAt(group, c, x)),
      weights,
    );
  return {
    publicKey: weightedSum(
      group,
      commitments.map((c) => at(c, 0)),
      weights,
    ),
    publicShares: concatBytes(...Array.from({ length: parties }, (_, i) => element(i + 1))),
    secret: weightedScalars(group, shares, weights),
  };
}
