/**
 * How many random triples check each product, so that a wrong product is accepted with probability at most 2^−40 a run.
 *
 * N positions are checked against `arrays` arrays of N + 1 random triples each, every array put in a uniformly random
 * order that nobody could know when its triples and the products were fixed; the last triple of each array is opened.
 * A check accepts a position only if the error of the product equals the error of the triple exactly: additive errors
 * are compared, so nothing is lost to zero divisors. Let t ≥ 1 products be wrong. An array passes only if exactly t
 * of its N + 1 triples are wrong, none of them the opened one, and they stand at exactly those t positions: probability
 * at most 1 / C(N + 1, t) ≤ 1 / (N + 1) for 1 ≤ t ≤ N. Arrays are ordered independently: (N + 1)^−arrays together.
 * A position may hold several products (64 conjunctions): its error is then a vector, and the same count of positions
 * holds. More than 2^20 positions would need only two arrays, but random access to so many costs more than it saves.
 * Batches of one run need no union bound: for a wrong product to be used, the first batch that has one must pass.
 *
 * Source: Furukawa, Lindell, Nof & Weinstein 2017 (buckets of triples); Araki et al. 2017 (checking after execution); the bound is worked out here.
 */
import { checkBatches, triplesPerProduct } from '@sluis/technique';

/** Random triples opened per array: one is enough, see above. */
export const OPENED = 1;

/** Smallest number of arrays with (positions + 1)^arrays > 2^40; what is over also covers the tags (below 2^−90). */
export const arraysFor = triplesPerProduct;

/**
 * Equal batches: start of each, and the end of the last. With at least 10,321 positions three arrays are enough; not many
 * more, so that an array's half a megabyte of random access stays in the second-level cache.
 */
export function batchBounds(positions: number): number[] {
  const batches = checkBatches(positions);
  return Array.from({ length: batches + 1 }, (_, b) => Math.floor((positions * b) / batches));
}
