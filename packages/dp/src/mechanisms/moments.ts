/** Means, variances and covariances, from noisy sums of numbers that are centred between their bounds. */
import { rational } from '@sluis/math';
import { Grid, type GridOptions } from '../data/grid.ts';
import { type BoundedRows, withinClaim } from '../data/rows.ts';
import type { Estimate, Mechanism } from '../mechanism.ts';
import { noisySums, type NoisySum, type NoisySums, type SumOptions } from '../noise/noisy-sums.ts';
import { clamp, clamped, minus, over, plus, type Range, scaled, square, times } from '../noise/range.ts';
import { toNumber } from '../noise/within.ts';
import { exactSum } from './sums.ts';

/**
 * Twice a value's distance from the middle of its bounds, a whole number from −width to width: halves what one row can
 * change a sum, and needs no halves of steps.
 */
export class Centred {
  readonly grid: Grid;
  readonly width: bigint;
  readonly #middle: bigint;

  constructor(options: GridOptions) {
    this.grid = new Grid(options);
    this.width = this.grid.high - this.grid.low;
    this.#middle = this.grid.high + this.grid.low;
  }

  of(value: unknown): bigint {
    return 2n * this.grid.steps(value) - this.#middle;
  }

  /** Half a step: the unit of centred numbers. */
  get unit(): number {
    return toNumber(this.grid.step) / 2;
  }

  get middle(): number {
    return toNumber(this.grid.value(rational(this.#middle, 2n)));
  }
}

/** A mean of centred numbers, from noisy sums over at least one row. */
const meanOf = (sum: NoisySum, rows: NoisySum, most: bigint): number =>
  clamp(Number(sum.value) / Math.max(1, Number(rows.value)), -Number(most), Number(most));

const rangeOf = (sum: NoisySum, rows: NoisySum, most: bigint): Range => over(sum.range, rows.range, Number(most));

const ROWS = { of: 'rows', each: 1n };

/** What a moment is computed from. Its claim is that of these sums: whatever is made of them loses no more. */
export interface Moments<T> {
  readonly sums: NoisySums;
  exact(rows: readonly { readonly row: T }[]): bigint[];
}

export function meanSums<T>(c: Centred, options: SumOptions, value: (row: T) => unknown): Moments<T> {
  return {
    sums: noisySums(options, [ROWS, { of: 'centred sum', each: c.width }]),
    exact: (rows) => [BigInt(rows.length), exactSum(rows, ({ row }) => c.of(value(row)))],
  };
}

export function varianceSums<T>(c: Centred, options: SumOptions, value: (row: T) => unknown): Moments<T> {
  const squared = c.width * c.width;
  return {
    sums: noisySums(options, [ROWS, { of: 'centred sum', each: c.width }, { of: 'sum of squares', each: squared }]),
    exact(rows) {
      const y = rows.map(({ row }) => c.of(value(row)));
      return [BigInt(rows.length), exactSum(y, (x) => x), exactSum(y, (x) => 2n * x * x - squared)];
    },
  };
}

export function covarianceSums<T>(
  [a, b]: readonly [Centred, Centred],
  options: SumOptions,
  x: (row: T) => unknown,
  y: (row: T) => unknown,
): Moments<T> {
  return {
    sums: noisySums(options, [
      ROWS,
      { of: 'centred sum of x', each: a.width },
      { of: 'centred sum of y', each: b.width },
      { of: 'sum of products', each: a.width * b.width },
    ]),
    exact(rows) {
      const pairs = rows.map(({ row }) => [a.of(x(row)), b.of(y(row))] as const);
      return [BigInt(rows.length), exactSum(pairs, (p) => p[0]), exactSum(pairs, (p) => p[1]), exactSum(pairs, (p) => p[0] * p[1])];
    },
  };
}

/**
 * The mean of one number of each row: middle + noisy sum of centred values / noisy count.
 *
 * Claim: one unit with r = groups·rowsPerGroup rows changes the count by r and the centred sum by at most r·width, where
 * width = high − low (in half steps); each gets half of what may be lost. Proof: centred numbers lie in −width … width; both
 * sums are exact; dividing and clamping come after the noise. Interval: by interval arithmetic from both sums' intervals, so
 * a little wide. Of an empty table the mean is meaningless, and its interval is all values.
 * Source: Li, Lyu, Su & Yang 2016, Algorithm 2.3 (centring); composition.
 */
export function mean<T>(options: SumOptions & GridOptions, value: (row: T) => unknown): Mechanism<BoundedRows<T>, Estimate> {
  const c = new Centred(options);
  const { sums, exact } = meanSums(c, options, value);
  return {
    name: 'mean',
    claim: sums.claim,
    run(random, data) {
      const [n, s] = sums.add(random, exact(withinClaim(data, sums.contributions))) as [NoisySum, NoisySum];
      const interval = plus(scaled(rangeOf(s, n, c.width), c.unit), c.middle);
      return { value: meanOf(s, n, c.width) * c.unit + c.middle, interval: { ...interval, level: sums.level } };
    },
  };
}

/**
 * The variance (of the rows as a population) of one number of each row.
 *
 * Claim: beside the sums of `mean`, one unit changes Σ (2y² − width²) by at most r·width², where y is the centred number,
 * since 0 ≤ y² ≤ width²; each of three gets a third of what may be lost. Proof: as for `mean`; the shift by width² halves the
 * sensitivity and is undone after the noise, with the noisy count. Interval: by interval arithmetic.
 * Source: sufficient statistics, as in Foulds et al. 2016, §3.
 */
export function variance<T>(options: SumOptions & GridOptions, value: (row: T) => unknown): Mechanism<BoundedRows<T>, Estimate> {
  const c = new Centred(options);
  const squared = c.width * c.width;
  const { sums, exact } = varianceSums(c, options, value);
  const most = (Number(c.width) * c.unit) ** 2;
  return {
    name: 'variance',
    claim: sums.claim,
    run(random, data) {
      const [n, s, q] = sums.add(random, exact(withinClaim(data, sums.contributions))) as [NoisySum, NoisySum, NoisySum];
      const size = Number(squared);
      const estimate = (meanOf(q, n, squared) + size) / 2 - meanOf(s, n, c.width) ** 2;
      const range = minus(scaled(plus(rangeOf(q, n, squared), size), 0.5), square(rangeOf(s, n, c.width)));
      const interval = clamped(scaled(range, c.unit ** 2), 0, most);
      return { value: clamp(estimate * c.unit ** 2, 0, most), interval: { ...interval, level: sums.level } };
    },
  };
}

export interface PairOptions extends SumOptions {
  readonly x: GridOptions;
  readonly y: GridOptions;
}

/**
 * The covariance (of the rows as a population) of two numbers of each row.
 *
 * Claim: one unit changes the count by r, the centred sums by r·width of each, and the sum of centred products by at most
 * r·width·width; each of four gets a quarter of what may be lost. Proof and interval: as for `variance`.
 */
export function covariance<T>(options: PairOptions, x: (row: T) => unknown, y: (row: T) => unknown): Mechanism<BoundedRows<T>, Estimate> {
  const [a, b] = [new Centred(options.x), new Centred(options.y)];
  const product = a.width * b.width;
  const { sums, exact } = covarianceSums([a, b], options, x, y);
  const unit = a.unit * b.unit;
  const most = Number(product) * unit;
  return {
    name: 'covariance',
    claim: sums.claim,
    run(random, data) {
      const [n, s, t, q] = sums.add(random, exact(withinClaim(data, sums.contributions))) as [NoisySum, NoisySum, NoisySum, NoisySum];
      const estimate = meanOf(q, n, product) - meanOf(s, n, a.width) * meanOf(t, n, b.width);
      const range = minus(rangeOf(q, n, product), times(rangeOf(s, n, a.width), rangeOf(t, n, b.width)));
      const interval = clamped(scaled(range, unit), -most, most);
      return { value: clamp(estimate * unit, -most, most), interval: { ...interval, level: sums.level } };
    },
  };
}
