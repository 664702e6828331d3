/** Linear regression from noisy sufficient statistics: least squares never sees a row. */
import type { GridOptions } from '../data/grid.ts';
import { type BoundedRows, withinClaim } from '../data/rows.ts';
import type { Estimate, Mechanism } from '../mechanism.ts';
import { noisySums, type Summed, type SumOptions } from '../noise/noisy-sums.ts';
import { refused } from '../refusal.ts';
import { Centred } from './moments.ts';
import { exactSum } from './sums.ts';

export interface Variable<T> extends GridOptions {
  readonly value: (row: T) => unknown;
}

export interface Regression {
  readonly intercept: Estimate;
  /** One for each feature, in order. */
  readonly slopes: readonly Estimate[];
}

export interface RegressionOptions extends SumOptions {
  /**
   * Added to every feature's normalised sum of squares, in rows: keeps the system solvable under noise, and pulls slopes
   * towards 0 by about ridge/rows. Default 1.
   */
  readonly ridge?: number;
}

/** Draws of the noise by which intervals are simulated. */
const SIMULATIONS = 400;
const FEATURES = 30;

/** The statistics: which two variables are multiplied, where number 0 is the constant 1. */
type Pair = readonly [number, number];

/**
 * Least squares of a target on features, with an intercept.
 *
 * Claim: the statistics are the count, the sums, and the sums of squares and products of centred variables: one unit with r rows
 * changes each by at most r times the product of widths (of squares by r·width², after the shift that `variance` uses). Each of
 * them gets an equal part of what may be lost. Proof: as for `covariance`; solving comes after the noise.
 * Intervals: the noise is simulated again on the noisy statistics, and the spread of solutions taken: approximate, and about
 * the noise alone, not about sampling. Source: Wang 2018, §2 ("SSP"); Vu & Slavković 2009.
 */
export function linearRegression<T>(
  options: RegressionOptions,
  features: readonly Variable<T>[],
  target: Variable<T>,
): Mechanism<BoundedRows<T>, Regression> {
  if (features.length < 1 || features.length > FEATURES)
    throw refused('bad-parameter', `A regression has 1 to ${FEATURES} features.`, 'Choose fewer features.');
  const variables = [...features, target];
  const centred = variables.map((v) => new Centred(v));
  const widths = [1n, ...centred.map((c) => c.width)];
  const pairs = statistics(features.length);
  const sums = noisySums(
    options,
    pairs.map(([i, j]): Summed => ({ of: `sum of ${i}·${j}`, each: (widths[i] as bigint) * (widths[j] as bigint) })),
  );
  const level = sums.level;
  const solve = (values: readonly bigint[]) => solution(values, pairs, widths.map(Number), options.ridge ?? 1);
  return {
    name: 'linear regression',
    claim: sums.claim,
    run(random, data) {
      const rows = withinClaim(data, sums.contributions).map(({ row }) => [
        1n,
        ...variables.map((v, i) => (centred[i] as Centred).of(v.value(row))),
      ]);
      const exact = pairs.map(([i, j]) => exactSum(rows, (row) => statistic(row, i, j, widths)));
      const noisy = sums.add(random, exact).map(({ value }) => value);
      const again = sums.simulate(random, SIMULATIONS);
      const found = inUnits(solve(noisy), centred);
      const simulated = Array.from({ length: SIMULATIONS }, (_, s) =>
        inUnits(solve(noisy.map((value, i) => value + ((again[i] as bigint[])[s] as bigint))), centred),
      );
      const estimates = found.map((value, i): Estimate => {
        const off = simulated.map((s) => Math.abs((s[i] as number) - value)).sort((a, b) => a - b);
        const within = off[Math.min(SIMULATIONS - 1, Math.ceil(level * SIMULATIONS))] as number;
        return { value, interval: { low: value - within, high: value + within, level } };
      });
      const [intercept, ...slopes] = estimates;
      return { intercept: intercept as Estimate, slopes };
    },
  };
}

/** All pairs of the constant, the features and the target, but for the target with itself. */
function statistics(features: number): Pair[] {
  const pairs: Pair[] = [];
  for (let i = 0; i <= features; i++) for (let j = i; j <= features + 1; j++) pairs.push([i, j]);
  return pairs;
}

function statistic(row: readonly bigint[], i: number, j: number, widths: readonly bigint[]): bigint {
  const product = (row[i] as bigint) * (row[j] as bigint);
  return i === j && i > 0 ? 2n * product - (widths[i] as bigint) ** 2n : product;
}

/** Coefficients of variables that are normalised to −1 … 1: the constant's, then the features'. */
function solution(values: readonly bigint[], pairs: readonly Pair[], widths: readonly number[], ridge: number): number[] {
  const size = widths.length - 1;
  const rows = Math.max(1, Number(values[0]));
  const matrix = Array.from({ length: size }, () => new Array<number>(size + 1).fill(0));
  pairs.forEach(([i, j], at) => {
    const normal = Number(values[at]) / (widths[i] as number) / (widths[j] as number);
    const value = i !== j ? normal : i === 0 ? rows : Math.max(0, (normal + rows) / 2) + ridge;
    (matrix[i] as number[])[j] = value;
    if (j < size) (matrix[j] as number[])[i] = value;
  });
  return eliminate(matrix);
}

/** Gauss–Jordan elimination with row pivots; a column without a pivot gets the coefficient 0. */
function eliminate(matrix: number[][]): number[] {
  const size = matrix.length;
  const pivots: (number[] | null)[] = [];
  const left = [...matrix];
  for (let column = 0; column < size; column++) {
    const best = left.reduce<number[] | null>((a, row) => (Math.abs(row[column] as number) > Math.abs(a?.[column] ?? 0) ? row : a), null);
    pivots.push(best);
    if (best === null || Math.abs(best[column] as number) < 1e-12) {
      pivots[column] = null;
      continue;
    }
    left.splice(left.indexOf(best), 1);
    const pivot = best[column] as number;
    for (let k = 0; k <= size; k++) best[k] = (best[k] as number) / pivot;
    for (const row of matrix) {
      const factor = row[column] as number;
      if (row !== best && factor !== 0) for (let k = 0; k <= size; k++) row[k] = (row[k] as number) - factor * (best[k] as number);
    }
  }
  return pivots.map((row) => row?.[size] ?? 0);
}

/** Back to the variables' own units: the intercept, then slopes. */
function inUnits(normal: readonly number[], centred: readonly Centred[]): number[] {
  const half = (c: Centred) => Number(c.width) * c.unit;
  const target = centred.at(-1) as Centred;
  const slopes = normal.slice(1).map((b, i) => (b * half(target)) / half(centred[i] as Centred));
  const shift = slopes.reduce((sum, slope, i) => sum + slope * (centred[i] as Centred).middle, 0);
  return [target.middle + (normal[0] as number) * half(target) - shift, ...slopes];
}
