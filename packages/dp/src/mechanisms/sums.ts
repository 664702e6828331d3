/** Counts and sums. */
import { Grid, type GridOptions } from '../data/grid.ts';
import { type BoundedRows, withinClaim } from '../data/rows.ts';
import type { Estimate, Mechanism } from '../mechanism.ts';
import { noisySums, type SumOptions } from '../noise/noisy-sums.ts';
import { scaled } from '../noise/range.ts';
import { toNumber } from '../noise/within.ts';

/**
 * How many rows there are.
 *
 * Claim: one unit changes the count by at most groups·rowsPerGroup. Proof: so many rows at most are its own, and every row
 * counts 1. The released number may be negative: cutting it at 0 would be fine for privacy, but biased.
 * Interval: of the noise alone, exact. Source: Dwork, McSherry, Nissim & Smith 2006, Example 1.
 */
export function count(options: SumOptions): Mechanism<BoundedRows<unknown>, Estimate> {
  const sums = noisySums(options, [{ of: 'rows', each: 1n }]);
  return {
    name: 'count',
    claim: sums.claim,
    run(random, data) {
      const exact = BigInt(withinClaim(data, sums.contributions).length);
      const [noisy] = sums.add(random, [exact]);
      if (noisy === undefined) throw new TypeError('a count has one value');
      return { value: Number(noisy.value), interval: { ...noisy.range, level: sums.level } };
    },
  };
}

/** A sum, also as the exact fraction that it is. */
export interface SumEstimate extends Estimate {
  /** In steps of the grid. */
  readonly steps: bigint;
}

/**
 * The sum of one number of each row.
 *
 * Claim: on a grid from low to high, in steps, one unit changes the sum by at most groups·rowsPerGroup·max(|low|, |high|).
 * Proof: every value becomes a whole number of steps within the bounds before anything is added; whole numbers of any size
 * are added exactly and in any order with the same result, so neither rounding nor overflow adds to the sensitivity
 * (Casacuberta et al. 2022 show how it does otherwise).
 * Interval: of the noise alone, around the sum of clamped values. Source: Dwork, McSherry, Nissim & Smith 2006, Example 2.
 */
export function sum<T>(options: SumOptions & GridOptions, value: (row: T) => unknown): Mechanism<BoundedRows<T>, SumEstimate> {
  const grid = new Grid(options);
  const sums = noisySums(options, [{ of: 'sum', each: grid.farthest }]);
  return {
    name: 'sum',
    claim: sums.claim,
    run(random, data) {
      const exact = exactSum(withinClaim(data, sums.contributions), ({ row }) => grid.steps(value(row)));
      const [noisy] = sums.add(random, [exact]);
      if (noisy === undefined) throw new TypeError('a sum has one value');
      return {
        value: toNumber(grid.value(noisy.value)),
        steps: noisy.value,
        interval: { ...scaled(noisy.range, toNumber(grid.step)), level: sums.level },
      };
    },
  };
}

/** In big integers, which do not overflow. */
export function exactSum<T>(rows: Iterable<T>, value: (row: T) => bigint): bigint {
  let sum = 0n;
  for (const row of rows) sum += value(row);
  return sum;
}
