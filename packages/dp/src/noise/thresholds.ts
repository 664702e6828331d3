/** Thresholds from proven bounds on tails, in integer arithmetic. */
import { type Bounds, expBounds, integerSquareRoot, type Rational } from '@sluis/math';
import { refused } from '../refusal.ts';

const PRECISION = 256;
const ONE = 1n << BigInt(PRECISION);
/** Thresholds of more are refused: nothing would ever pass. */
const LARGEST = 2n ** 50n;

/** exp(−x·rate). */
const power = ({ numerator, denominator }: Rational, x: bigint): Bounds => expBounds({ numerator: x * numerator, denominator }, PRECISION);

/** value/2^PRECISION ≤ p, where value may be a fraction above/below. */
const atMost = (above: bigint, below: bigint, { numerator, denominator }: Rational): boolean =>
  above * denominator <= below * numerator * ONE;

/**
 * The least k at which discrete Laplace noise of scale 1/ε cut off beyond ±k is k with a probability of at most delta:
 * exp(−kε)·(1 − q)/(1 + q − 2q^(k+1)) ≤ delta with q = exp(−ε). Least but for rounding upwards.
 */
export function truncationFor(epsilon: Rational, delta: Rational): bigint {
  const q = power(epsilon, 1n);
  return least((k) => {
    const [far, next] = [power(epsilon, k), power(epsilon, k + 1n)];
    const below = ONE + q.low - 2n * next.high;
    return below > 0n && atMost(far.high * (ONE - q.low), below, delta);
  });
}

/**
 * A t with P(x ≥ t) ≤ delta for discrete Gaussian noise of this variance: weights from t on fall at least by exp(−t/variance)
 * each time, and all weights together are at least √(2π·variance) (Poisson summation) and at least 1, so
 * P(x ≥ t) ≤ exp(−t²/(2·variance)) / (1 − exp(−t/variance)) / max(1, √(2π·variance)).
 */
export function gaussianThreshold(variance: Rational, delta: Rational): bigint {
  const { numerator, denominator } = variance;
  // In units of 2^-32; 6.283185307 is below 2π.
  const root = integerSquareRoot((6_283_185_307n * numerator * 2n ** 64n) / (10n ** 9n * denominator));
  const total = root > 2n ** 32n ? root : 2n ** 32n;
  return least((t) => {
    if (t === 0n) return false;
    const peak = expBounds({ numerator: t * t * denominator, denominator: 2n * numerator }, PRECISION).high;
    const fall = ONE - expBounds({ numerator: t * denominator, denominator: numerator }, PRECISION).high;
    return fall > 0n && atMost(peak * ONE * 2n ** 32n, fall * total, delta);
  });
}

/** The least number for which a fact holds that holds for all larger ones. */
function least(holds: (x: bigint) => boolean): bigint {
  let high = 1n;
  while (!holds(high)) {
    high *= 2n;
    if (high > LARGEST)
      throw refused('bad-parameter', 'No threshold of a useful size meets this delta.', 'Allow more epsilon, rho or delta.');
  }
  let low = high / 2n;
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}
