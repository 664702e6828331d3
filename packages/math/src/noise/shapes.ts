/** The distributions that tables are made for: their weights, exactly, and how their supports are cut into blocks. */
import { integerSquareRoot, type Rational } from '../rational.ts';
import type { Block, Shape, Weight } from './block-table.ts';
import { type Bounds, expBounds, negativeLogOneMinusExp } from './exponential.ts';

/** Blocks on one side, and how far they reach: tests make tables coarse and short to see all of their parts used. */
export interface Cut {
  readonly blocks: number;
  /** In scales or standard deviations; beyond is the tail. */
  readonly reach: bigint;
}

/** The tail has a weight of about 2^-34 of all: exp(−24) and exp(−7²/2). */
export const EXPONENTIAL_CUT: Cut = { blocks: 512, reach: 24n };
export const GAUSSIAN_CUT: Cut = { blocks: 512, reach: 7n };

/** Largest number in a block: what is beyond stays a safe integer with a probability above 1 − 2^-300. */
const FARTHEST = 2n ** 48n;

/** Whether tables can be made for noise that reaches so far. */
export const fits = (reach: bigint): boolean => reach < FARTHEST;

export const laplaceReach = (scale: Rational): bigint => EXPONENTIAL_CUT.reach * (scale.numerator / scale.denominator + 1n);
export const gaussianReach = (variance: Rational): bigint =>
  GAUSSIAN_CUT.reach * (integerSquareRoot(variance.numerator / variance.denominator) + 1n);

const inverse = ({ numerator, denominator }: Rational): Rational => ({ numerator: denominator, denominator: numerator });

const exponentialWeight =
  ({ numerator, denominator }: Rational): Weight =>
  (x, precision) =>
    expBounds({ numerator: x * denominator, denominator: numerator }, precision);

/** P(x) ∝ exp(−|x| / scale). */
export function laplaceShape(scale: Rational, cut = EXPONENTIAL_CUT): Shape {
  const { blocks, end } = evenBlocks(cut.reach * (scale.numerator / scale.denominator + 1n), cut.blocks, true);
  return { weight: exponentialWeight(scale), blocks, tail: { start: end, rate: inverse(scale), bothSigns: true } };
}

/** P(k) ∝ exp(−k / scale), k ≥ 0. */
export function geometricShape(scale: Rational, cut = EXPONENTIAL_CUT): Shape {
  const { blocks, end } = evenBlocks(cut.reach * (scale.numerator / scale.denominator + 1n), cut.blocks, false);
  return { weight: exponentialWeight(scale), blocks, tail: { start: end, rate: inverse(scale), bothSigns: false } };
}

/** P(x) ∝ exp(−x² / (2·variance)); in the tail (T + g)² ≥ T² + 2Tg. */
export function gaussianShape(variance: Rational, cut = GAUSSIAN_CUT): Shape {
  const { numerator, denominator } = variance;
  const { blocks, end } = evenBlocks(cut.reach * (integerSquareRoot(numerator / denominator) + 1n), cut.blocks, true);
  return {
    weight: (x, precision) => expBounds({ numerator: x * x * denominator, denominator: 2n * numerator }, precision),
    blocks,
    tail: { start: end, rate: { numerator: BigInt(end) * denominator, denominator: numerator }, bothSigns: true },
  };
}

/** P(k) ∝ exp(−k / scale) / k, k ≥ 1: the logarithmic distribution. Blocks grow with k, by which weights fall. */
export function logarithmicShape(scale: Rational, cut = EXPONENTIAL_CUT): Shape {
  const size = scale.numerator / scale.denominator;
  const reach = Number(cut.reach * (size + 1n));
  const finest = Math.floor(Math.log2(cut.blocks)) - 5;
  const largest = Math.max(0, size.toString(2).length - finest);
  const blocks: Block[] = [];
  let start = 1;
  while (start <= reach) {
    const bits = Math.min(largest, Math.max(0, Math.floor(Math.log2(start)) - finest));
    blocks.push({ start, bits, negative: false });
    start += 2 ** bits;
  }
  const exponential = exponentialWeight(scale);
  return {
    weight: (k, precision) => divide(exponential(k, precision), k),
    blocks,
    tail: { start, rate: inverse(scale), bothSigns: false },
  };
}

/**
 * P(k) ∝ (factor·λ)^k / k! with λ = −ln(1 − exp(−1 / scale)): how many jumps a share of Laplace noise has. From T on,
 * where T + 1 ≥ 4·factor·λ, weights fall by more than e each time.
 */
export function poissonShape(scale: Rational, factor: Rational): Shape {
  const rates = new Map<number, Bounds>();
  const rate = (precision: number): Bounds => {
    const known = rates.get(precision) ?? negativeLogOneMinusExp(inverse(scale), precision);
    rates.set(precision, known);
    return known;
  };
  const weight: Weight = (k, precision) => {
    const { low, high } = rate(precision);
    const shift = k * BigInt(precision) - BigInt(precision);
    const below = factor.denominator ** k * factorial(k);
    const above = factor.numerator ** k;
    const scaled = (x: bigint) => (shift >= 0n ? ((above * x ** k) / below) >> shift : (above << -shift) / below);
    return { low: scaled(low), high: scaled(high) + 1n };
  };
  const mean = Number(((factor.numerator * rate(64).high) / factor.denominator) >> 64n) + 1;
  const start = 8 * mean + 32;
  return {
    weight,
    blocks: Array.from({ length: start }, (_, k) => ({ start: k, bits: 0, negative: false })),
    tail: { start, rate: { numerator: 1n, denominator: 1n }, bothSigns: false },
  };
}

function factorial(k: bigint): bigint {
  let out = 1n;
  for (let i = 2n; i <= k; i++) out *= i;
  return out;
}

const divide = ({ low, high }: Bounds, by: bigint): Bounds => ({ low: low / by, high: high / by + 1n });

/** Zero alone, then at most so many blocks of one size (and the same below zero) until there. */
function evenBlocks(reach: bigint, most: number, bothSigns: boolean): { blocks: Block[]; end: number } {
  let bits = 0;
  while (BigInt(most) << BigInt(bits) < reach) bits++;
  const count = Number((reach - 1n) >> BigInt(bits)) + 1;
  const blocks: Block[] = [{ start: 0, bits: 0, negative: false }];
  for (const negative of bothSigns ? [false, true] : [false])
    for (let i = 0; i < count; i++) blocks.push({ start: 1 + i * 2 ** bits, bits, negative });
  return { blocks, end: 1 + count * 2 ** bits };
}
