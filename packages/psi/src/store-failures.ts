/**
 * With which probability a store has no solution.
 *
 * Elimination from left to right is a queue: rows arrive at the column where they start, ρ = n/m of them a column on average,
 * and nearly every column serves one. A row is lost if it waits for a whole band, which happens with a probability that falls
 * by a factor z with each column of the band, where z > 1 solves ln z = ρ(z − 1) (large deviations of a queue with Poisson
 * arrivals and constant service). For m = 1.2n that is 0.511 bits a column. The constant was fitted to simulations of bands
 * of 28 to 48 columns for 2^12 to 2^20 rows (store-failures.stat.slow.test.ts; docs/evidence/0005): −log2 p = 0.511w − log2 n + 1.1.
 * Bienstock, Patel, Seo & Yeo 2023, §4.3, measure the same shape of law for denser stores: 0.274 bits a column for m = 1.1n.
 */

/** Bits a column of the band, for a load of n/m rows a column. */
export function bitsPerColumn(load: number): number {
  let [low, high] = [1 + 1e-9, 64];
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (Math.log(middle) > load * (middle - 1)) low = middle;
    else high = middle;
  }
  return Math.log2(low);
}

/** Fitted to simulations, rounded down. */
const CONSTANT = 1;

/** −log2 of the probability that n rows with a band of `band` columns in `expansion`·n columns depend on each other. */
export const failureBits = (n: number, expansion: number, band: number): number =>
  band * bitsPerColumn(1 / expansion) - Math.log2(Math.max(1, n)) + CONSTANT;
