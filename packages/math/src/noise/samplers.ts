/**
 * Vectors of noise, exactly distributed, from uniform random bytes and integer arithmetic alone. No result depends on
 * floating point, so attacks on its gaps (Mironov 2012) have nothing to hold on to. Run times depend on the noise drawn,
 * a little: whoever can time a single draw learns something about it (Jin et al. 2022), so draw whole vectors at once.
 */
import type { Random } from '@sluis/base';
import { type Rational, rational } from '../rational.ts';
import { BlockTable, type Shape } from './block-table.ts';
import { oneGaussian, oneGeometric, oneLaplace } from './one-by-one.ts';
import { RandomBits } from './random-bits.ts';
import * as shapes from './shapes.ts';

/** From so many on, a table is made (some milliseconds) and used: the length alone decides, so that runs can be repeated. */
export const TABLE_FROM = 1_000;
/** Scales and deviations beyond which 64 bits don't hold the noise with a probability above 2^-90: refused. */
const LARGEST = 2n ** 57n;
const WORDS_EACH = 3.1;

/**
 * Discrete Laplace noise: P(x) ∝ exp(−|x| / scale). Run by: whoever holds the exact value, or its share.
 *
 * @param scale - above 0 and at most 2^57. @param length - how many, independent of each other.
 * @throws RangeError for other scales, or (never in practice) where a number does not fit 64 bits.
 *
 * Exact. Speed: tens of millions a second in vectors of at least 1,000, a few microseconds each in shorter ones.
 * Source: Canonne, Kamath & Steinke 2020, Definition 21 and Algorithm 2.
 */
export function discreteLaplace(random: Random, scale: Rational, length: number): BigInt64Array<ArrayBuffer> {
  const s = checked(scale);
  if (length < TABLE_FROM || !shapes.fits(shapes.laplaceReach(s))) return each(random, length, (bits) => oneLaplace(bits, s));
  return fromTable(
    random,
    length,
    table('laplace', s, () => shapes.laplaceShape(s)),
  );
}

/**
 * Discrete Gaussian noise: P(x) ∝ exp(−x² / (2·variance)). Run by: whoever holds the exact value, or its share. The variance
 * of what is drawn is at most the parameter's, and nearly equal to it from 1 on.
 *
 * @param variance - above 0 and at most 2^114. @throws RangeError as `discreteLaplace`.
 *
 * Exact. Speed: as `discreteLaplace`.
 * Source: Canonne, Kamath & Steinke 2020, Definition 1 and Algorithm 3.
 */
export function discreteGaussian(random: Random, variance: Rational, length: number): BigInt64Array<ArrayBuffer> {
  const v = checked(variance, LARGEST * LARGEST);
  if (length < TABLE_FROM || !shapes.fits(shapes.gaussianReach(v))) return each(random, length, (bits) => oneGaussian(bits, v));
  return fromTable(
    random,
    length,
    table('gaussian', v, () => shapes.gaussianShape(v)),
  );
}

/**
 * Geometric numbers: P(k) ∝ exp(−k / scale), k ≥ 0. The difference of two is discrete Laplace noise of the same scale.
 *
 * @throws RangeError as `discreteLaplace`. Exact. Source: Canonne, Kamath & Steinke 2020, Algorithm 2.
 */
export function geometric(random: Random, scale: Rational, length: number): BigInt64Array<ArrayBuffer> {
  const s = checked(scale);
  if (length < TABLE_FROM || !shapes.fits(shapes.laplaceReach(s))) return each(random, length, (bits) => oneGeometric(bits, s));
  return fromTable(
    random,
    length,
    table('geometric', s, () => shapes.geometricShape(s)),
  );
}

/**
 * One share of discrete Laplace noise: `shares` independent ones add up to exactly `discreteLaplace(scale)`. Run by: each
 * party that adds noise, alone.
 *
 * A share is the difference of two Pólya variables, negative binomial with 1/shares "successes" and q = exp(−1/scale): their
 * generating functions ((1 − q)/(1 − qz))^(1/shares) multiply to a geometric one. Each is drawn as a compound Poisson
 * variable: N ~ Poisson(−ln(1 − q)/shares) jumps with P(k) = −q^k/(k·ln(1 − q)); for the difference, twice as many jumps
 * with random signs. Poisson and logarithmic numbers come from tables with exact weights, so the sum's distribution is
 * exact too, without any distance.
 *
 * @param scale - of the sum; above 0 and at most 2^42. @param shares - how many add up, 1 … 1,000,000.
 * @throws RangeError for other parameters: use a coarser grid.
 * Source: Feller 1968, §XII.2 (compound Poisson); Goryczka & Xiong 2015, §4.2 (geometric noise from Pólya shares).
 */
export function discreteLaplaceShare(random: Random, scale: Rational, shares: number, length: number): BigInt64Array<ArrayBuffer> {
  const s = checked(scale, 2n ** 42n);
  if (!Number.isInteger(shares) || shares < 1 || shares > 1_000_000) throw new RangeError('noise has 1 to 1,000,000 shares');
  const jumps = table('logarithmic', s, () => shapes.logarithmicShape(s));
  const counts = table(`poisson ${shares}`, s, () => shapes.poissonShape(s, rational(2n, BigInt(shares))));
  return each(random, length, (bits) => {
    let sum = 0;
    for (let left = counts.next(bits); left > 0; left--) {
      const jump = jumps.next(bits);
      sum += bits.word() >>> 31 === 1 ? -jump : jump;
    }
    if (!Number.isSafeInteger(sum)) throw new RangeError('noise does not fit: use a coarser grid');
    return BigInt(sum);
  });
}

/** One number of discrete Laplace noise of any scale above 0, however large. Exact. */
export const discreteLaplaceInteger = (random: Random, scale: Rational): bigint =>
  oneLaplace(new RandomBits(random, 16), checked(scale, null));

/** One number of discrete Gaussian noise of any variance above 0, however large. Exact. */
export const discreteGaussianInteger = (random: Random, variance: Rational): bigint =>
  oneGaussian(new RandomBits(random, 32), checked(variance, null));

/** One geometric number, P(k) ∝ exp(−k / scale), of any scale above 0. Exact. */
export const geometricInteger = (random: Random, scale: Rational): bigint => oneGeometric(new RandomBits(random, 16), checked(scale, null));

function checked(parameter: Rational, largest: bigint | null = LARGEST): Rational {
  const lowest = rational(parameter.numerator, parameter.denominator);
  if (lowest.numerator <= 0n) throw new RangeError('noise needs a scale or variance above 0');
  if (largest !== null && lowest.numerator > largest * lowest.denominator)
    throw new RangeError('noise does not fit 64 bits: use a coarser grid, or noise in big integers');
  return lowest;
}

function each(random: Random, length: number, draw: (bits: RandomBits) => bigint): BigInt64Array<ArrayBuffer> {
  const out = new BigInt64Array(length);
  const bits = new RandomBits(random, 12 * length);
  for (let i = 0; i < length; i++) {
    const value = draw(bits);
    if (BigInt.asIntN(64, value) !== value) throw new RangeError('noise does not fit 64 bits');
    out[i] = value;
  }
  return out;
}

function fromTable(random: Random, length: number, numbers: BlockTable): BigInt64Array<ArrayBuffer> {
  const out = new BigInt64Array(length);
  // Halves of 64-bit words (the platform is little-endian): making a big integer of each costs more than drawing it.
  const halves = new Int32Array(out.buffer);
  const bits = new RandomBits(random, WORDS_EACH * length);
  for (let i = 0; i < length; i++) {
    const value = numbers.next(bits);
    const upper = Math.floor(value / 2 ** 32);
    halves[2 * i] = value - upper * 2 ** 32;
    halves[2 * i + 1] = upper;
  }
  return out;
}

const tables = new Map<string, BlockTable>();
const TABLES_KEPT = 16;

/** Tables depend on public parameters only, so they are kept for the next call. */
function table(kind: string, { numerator, denominator }: Rational, shape: () => Shape): BlockTable {
  const key = `${kind} ${numerator}/${denominator}`;
  const made = tables.get(key) ?? new BlockTable(shape());
  tables.delete(key);
  tables.set(key, made);
  for (const oldest of tables.keys()) if (tables.size > TABLES_KEPT) tables.delete(oldest);
  return made;
}
