/**
 * Noise as binary digits: biases of the digits of discrete Laplace and discrete Gaussian numbers, as whole numbers over
 * powers of 2, so exact that all numbers of a plan together are within 2^-40 of the true distribution.
 *
 * Two errors are made, both bounded for every number x of noise with |x| ≤ `bound`, beyond which the true distribution has
 * less than 2^-43/n, also when moved by the sensitivity: the probability of each such x is off by a factor e^±a with
 * n·a < 2^-43 for all n numbers together. Between neighbours that costs at most 3·2^-43 + 2^-43 in δ, whatever ε is, for
 * P ≤ e^a·P' and Q ≥ e^−a·Q' within the bound; and so much less than 2^-40 is the total variation distance.
 */
import { ceilRational, expBounds, integerSquareRoot, type Rational, rational } from '@sluis/math';

/** Probability of a digit to be 1: numerator / 2^bits, 0 ≤ numerator < 2^bits. */
export interface Bias {
  readonly numerator: bigint;
  readonly bits: number;
}

/** How exact biases have to be for so many numbers. */
export interface Exactness {
  /** Relative error of a digit's probability, at most 2^-relative. */
  readonly relative: number;
  /** What lies beyond the bound, at most 2^-beyond. */
  readonly beyond: number;
}

/** A number has at most 2^6 digits, of which each counts three times its error (both sides, and conditions). */
export function exactnessFor(numbers: number): Exactness {
  const many = Math.ceil(Math.log2(Math.max(2, numbers)));
  return { relative: 52 + many, beyond: 44 + many };
}

/** Bits behind the point in which weights are computed: far more than any bias keeps. */
const PRECISION = 640;
const ONE = 1n << BigInt(PRECISION);
/** ln 2 and its double, from above. */
const LN2 = rational(7n, 10n);

const times = (a: Rational, n: bigint): Rational => rational(a.numerator * n, a.denominator);

/** The numerator with so many bits that the relative error is small; 0 where the probability is. */
function biasOf(part: bigint, whole: bigint, relative: number, zeros: number): Bias {
  const bits = relative + zeros + 1;
  const numerator = whole === 0n ? 0n : (2n * (part << BigInt(bits)) + whole) / (2n * whole);
  return { numerator, bits };
}

/** Zeros behind the point before the first 1. */
const leadingZeros = (part: bigint, whole: bigint): number => Math.max(0, whole.toString(2).length - part.toString(2).length);

/** Largest number that a discrete Laplace variable of this scale, moved by the sensitivity, has to be exact for. */
export const laplaceBound = (scale: Rational, sensitivity: bigint, { beyond }: Exactness): bigint =>
  sensitivity + ceilRational(times(rational(scale.numerator * LN2.numerator, scale.denominator * LN2.denominator), BigInt(beyond)));

/**
 * Biases of the independent digits of a geometric number below 2^m, least significant first: P(g) ∝ exp(−g/scale) is the
 * product over its digits of exp(−2^j/scale)^digit. Source: Dwork et al. 2006, §4.2.
 */
export function geometricBiases(scale: Rational, bound: bigint, { relative }: Exactness): Bias[] {
  const digits = bound.toString(2).length;
  return Array.from({ length: digits }, (_, j) => {
    const part = expBounds(rational(scale.denominator << BigInt(j), scale.numerator), PRECISION).low;
    return biasOf(part, ONE + part, relative, leadingZeros(part, ONE + part));
  });
}

/** A discrete Gaussian number in digits: X = Σ multiplier·(±Σ_j digit_j·2^j) over its pieces. */
export interface GaussianPiece {
  readonly multiplier: bigint;
  /** Per digit of |x|, most significant first, and per value of those before it: its bias. */
  readonly levels: readonly (readonly Bias[])[];
}

/** So many digits of one piece at most: each doubles the work. */
const PIECE_DIGITS = 7;

export function gaussianBound(variance: Rational, sensitivity: bigint, { beyond }: Exactness): bigint {
  return sensitivity + deviations(variance, beyond);
}

/** t with 2·exp(−t²/(2·variance)) ≤ 2^-bits. */
const deviations = (variance: Rational, bits: number): bigint =>
  integerSquareRoot(
    ceilRational(rational(variance.numerator * 2n * LN2.numerator * BigInt(bits + 1), variance.denominator * LN2.denominator)),
  ) + 1n;

/**
 * Pieces of a discrete Gaussian, each of few digits: the variable itself, or X1 + k·X2 with variances V1 + k²·V2 = V.
 *
 * P(X1 + k·X2 = x) ∝ exp(−x²/(2V))·Σ_y exp(−(y − c(x))²/(2h)) with h = V1·V2/V; by Poisson summation the sum varies with c
 * by a factor of at most e^(4·exp(−2π²h)·(1 + tiny)), so h is chosen large enough for that to be below 2^-relative. Given
 * x, X2 lies around x·k·V2/V with variance h, so that bounds follow for X1 and X2.
 * Source: Micciancio & Walter 2017, §4 (convolution above the smoothing parameter).
 *
 * @throws RangeError if the noise is so small beside the sensitivity that no pieces fit: it would protect nobody.
 */
export function gaussianPieces(variance: Rational, bound: bigint, exactness: Exactness, multiplier = 1n): GaussianPiece[] {
  if (bound < 1n << BigInt(PIECE_DIGITS)) return [{ multiplier, levels: gaussianLevels(variance, bound, exactness) }];
  // 2π²·h ≥ (relative + 3)·ln 2, with a quarter more.
  const least = rational(BigInt(exactness.relative + 3), 28n);
  const h0 = times(rational(least.numerator, least.denominator * 4n), 5n);
  for (let k = integerSquareRoot(ceilRational(variance)) / 14n + 1n; ; k++) {
    const first = times(h0, k * k);
    const second = rational(
      variance.numerator * h0.denominator - k * k * h0.numerator * variance.denominator,
      variance.denominator * h0.denominator * k * k,
    );
    if (second.numerator <= 0n) throw new RangeError('so little noise can’t be sampled on secret bits');
    const h = rational(
      first.numerator * second.numerator * variance.denominator,
      first.denominator * second.denominator * variance.numerator,
    );
    if (h.numerator * least.denominator < least.numerator * h.denominator)
      throw new RangeError('so little noise can’t be sampled on secret bits');
    const spread = deviations(h, exactness.relative + 2);
    const share = (part: Rational, factor: bigint) =>
      ceilRational(rational(bound * factor * part.numerator * variance.denominator, part.denominator * variance.numerator));
    const secondBound = share(second, k) + spread;
    if (secondBound >= 1n << BigInt(PIECE_DIGITS)) continue;
    return [
      { multiplier: multiplier * k, levels: gaussianLevels(second, secondBound, exactness) },
      ...gaussianPieces(first, share(first, 1n) + k * spread, exactness, multiplier),
    ];
  }
}

/** Conditional biases of the digits of |x|, x discrete Gaussian: weights are summed over all numbers with the same first digits. */
function gaussianLevels({ numerator, denominator }: Rational, bound: bigint, { relative }: Exactness): Bias[][] {
  const digits = bound.toString(2).length;
  const size = 1 << digits;
  const weights = Array.from({ length: size }, (_, x) => {
    const weight = expBounds(rational(BigInt(x) * BigInt(x) * denominator, 2n * numerator), PRECISION).low;
    return x === 0 ? weight : 2n * weight;
  });
  const upTo = [0n];
  for (const weight of weights) upTo.push((upTo.at(-1) as bigint) + weight);
  const between = (from: number, to: number) => (upTo[to] as bigint) - (upTo[from] as bigint);
  return Array.from({ length: digits }, (_, level) => {
    const width = size >> level;
    const parts = Array.from({ length: 1 << level }, (_, prefix) => {
      const [from, middle] = [prefix * width, prefix * width + (width >> 1)];
      return { part: between(middle, from + width), whole: between(from, from + width), within: BigInt(middle) <= bound };
    });
    const zeros = Math.max(0, ...parts.filter((p) => p.within).map((p) => leadingZeros(p.part, p.whole)));
    return parts.map(({ part, whole }) => biasOf(part, whole, relative, zeros));
  });
}

/** Digits of a bias behind the point, most significant first. */
export const digitsOf = ({ numerator, bits }: Bias): (0 | 1)[] =>
  Array.from({ length: bits }, (_, i) => (((numerator >> BigInt(bits - 1 - i)) & 1n) === 1n ? 1 : 0));
