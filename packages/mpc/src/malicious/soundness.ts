/**
 * How many random triples check each product, so that a wrong product is accepted with probability at most 2^−40 a run.
 *
 * N positions are checked against `arrays` arrays of P random triples each, P a prime above N. When products
 * and triples are fixed, every array is turned by a random number of places that nobody could know: position k meets
 * triple (k + turn) mod P, and the P − N triples that meet nothing are opened. A check accepts a position only if the
 * error of the product equals the error of the triple exactly: additive errors are compared, so nothing is lost to zero
 * divisors.
 *
 * Let T be the positions of t ≥ 1 wrong products and S the places of an array's wrong triples. The array passes only if
 * S = T + turn modulo P: a wrong triple that meets a right product shows, and so does one that is opened. Then the sums
 * of both sets agree, ΣS = ΣT + t·turn modulo P; since 1 ≤ t ≤ N < P and P is prime, one turn at most solves this:
 * probability at most 1/P. Arrays are turned independently: P^−arrays together, and P^arrays > 2^40 by enough to cover the
 * tags too (below 2^−90). A position may hold
 * several products (64 conjunctions): its error is then a vector, and the same count of positions holds.
 * Batches of one run need no union bound: for a wrong product to be used, the first batch that has one must pass.
 *
 * Source: Furukawa, Lindell, Nof & Weinstein 2017 (buckets of triples, in random order); Araki et al. 2017 (checking after
 * execution; turning subarrays instead of permuting them); turning alone, by a prime length, is worked out here.
 */
import { checkBatches } from '@sluis/technique';

/** Equal batches: start of each, and the end of the last. */
export function batchBounds(positions: number): number[] {
  const batches = positions === 0 ? 1 : checkBatches(positions);
  return Array.from({ length: batches + 1 }, (_, b) => Math.floor((positions * b) / batches));
}
