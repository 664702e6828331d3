/**
 * Reals on a grid of fixed step: whole numbers from then on. Every value becomes one, whatever it is, since an error would
 * tell about a single row: what is outside the bounds becomes the bound, and what is no number becomes `missing`.
 */
import { compareRationals, floorDivision, multiplyRationals, parseRational, type Rational, rational } from '@sluis/math';
import { refused } from '../refusal.ts';

export interface GridOptions {
  /** Bounds of a value, exact text such as "-12.5" or "1/3"; finite by form. They must not come from the data. */
  readonly lower: string;
  readonly upper: string;
  /** Distance of neighbouring points. Default 1. */
  readonly step?: string;
  /** What stands for a value that is no number. Default: the lower bound. */
  readonly missing?: string;
}

/** Bounds in steps beyond which a value would no longer be a safe integer. */
const LARGEST = 2n ** 50n;

/**
 * Whole steps from `low` to `high`, bounds rounded outwards. Rounding happens to each value alone and before anything is
 * added up, so sensitivities are those of whole numbers from low to high, exactly, and neither the order of summation nor
 * rounding or overflow of sums can add to them (Casacuberta et al. 2022, §§4–5; Mironov 2012).
 */
export class Grid {
  readonly low: bigint;
  readonly high: bigint;
  readonly step: Rational;
  readonly #missing: bigint;

  /** @throws RefusedError `dp/bad-bounds` unless lower < upper and all is at most 2^50 steps from 0. */
  constructor({ lower, upper, step = '1', missing = lower }: GridOptions) {
    this.step = parseRational(step);
    const [from, to, instead] = [signed(lower), signed(upper), signed(missing)];
    if (this.step.numerator <= 0n || compareRationals(from, to) >= 0)
      throw refused('bad-bounds', 'The lower bound must be below the upper one, and the step above 0.', 'Correct the bounds or the step.');
    this.low = this.#floor(from);
    this.high = -this.#floor({ numerator: -to.numerator, denominator: to.denominator });
    if (-this.low > LARGEST || this.high > LARGEST)
      throw refused('bad-bounds', 'The bounds are more than 2^50 steps from 0.', 'Choose a larger step, or narrower bounds.');
    this.#missing = this.#clamp(this.#nearest(instead));
  }

  /** The nearest point of the grid within the bounds, in steps. */
  steps(value: unknown): bigint {
    if (typeof value === 'bigint') return this.#clamp(this.#nearest(rational(value)));
    if (typeof value !== 'number' || Number.isNaN(value)) return this.#missing;
    if (value === Number.POSITIVE_INFINITY) return this.high;
    if (value === Number.NEGATIVE_INFINITY) return this.low;
    return this.#clamp(this.#nearest(exactly(value)));
  }

  /** Steps as a value. */
  value(steps: bigint | Rational): Rational {
    return multiplyRationals(typeof steps === 'bigint' ? rational(steps) : steps, this.step);
  }

  /** Largest distance from 0, in steps: how much one row can change a sum. */
  get farthest(): bigint {
    // biome-ignore lint/complexity/useMathMinMax: Math.max takes no big integers
    return -this.low > this.high ? -this.low : this.high;
  }

  #clamp(steps: bigint): bigint {
    return steps < this.low ? this.low : steps > this.high ? this.high : steps;
  }

  #floor({ numerator, denominator }: Rational): bigint {
    return floorDivision(numerator * this.step.denominator, denominator * this.step.numerator);
  }

  /** Halves go up. */
  #nearest({ numerator, denominator }: Rational): bigint {
    return floorDivision(
      2n * numerator * this.step.denominator + denominator * this.step.numerator,
      2n * denominator * this.step.numerator,
    );
  }
}

/** A number as text with an optional sign. */
function signed(text: string): Rational {
  if (!text.startsWith('-')) return parseRational(text);
  const { numerator, denominator } = parseRational(text.slice(1));
  return { numerator: -numerator, denominator };
}

const view = new DataView(new ArrayBuffer(8));

/** The fraction that a finite double is: nothing is rounded. */
export function exactly(value: number): Rational {
  if (Number.isSafeInteger(value)) return { numerator: BigInt(value), denominator: 1n };
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponent = (bits >> 52n) & 0x7ffn;
  const mantissa = (bits & 0xf_ffff_ffff_ffffn) | (exponent === 0n ? 0n : 1n << 52n);
  const shift = (exponent === 0n ? 1n : exponent) - 1075n;
  const magnitude = bits >> 63n === 1n ? -mantissa : mantissa;
  return shift >= 0n ? { numerator: magnitude << shift, denominator: 1n } : { numerator: magnitude, denominator: 1n << -shift };
}
