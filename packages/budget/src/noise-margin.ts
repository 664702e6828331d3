/** Margins for analysts, and the converse: from a margin to what it costs. */
import { leastInteger } from './least-integer.ts';
import { InvalidError, RefusedError } from '@sluis/base';
import { divideRationals, parseRational, type Rational, rational } from '@sluis/math';
import { downward, readPositive, whole } from './exact-number.ts';
import { type AddedNoise, tailOf } from './noise-tail.ts';

/**
 * The least whole m with P(|noise| > m) ≤ 1 − confidence, by the bound of `tailOf`: "within m, `confidence` of the time".
 *
 * @param confidence - decimal text between 0 and 1, such as "0.95".
 */
export function marginOf(noise: AddedNoise, confidence: string): bigint {
  const allowed = missing(confidence);
  const tail = tailOf(noise);
  return leastWhole((m) => 2 * tail(m) <= allowed, sizeOf(noise));
}

/** 1 − confidence, rounded down. */
function missing(confidence: string): number {
  const { numerator, denominator } = parseRational(confidence);
  if (numerator <= 0n || numerator >= denominator) {
    throw new InvalidError('budget/confidence', {
      stage: 'mechanism',
      message: 'A confidence lies between 0 and 1.',
      remedy: 'Write 0.95, for instance.',
    });
  }
  return downward(rational(denominator - numerator, denominator));
}

/** The least whole number ≥ 0 at which a condition that stays true is true, looked for from `guess` on; above 2^53 rounded up to a double. */
export function leastWhole(holds: (m: number) => boolean, guess = 1): bigint {
  if (holds(0)) return 0n;
  let [low, high] = [0, Math.max(1, Math.floor(guess))];
  while (!holds(high)) {
    [low, high] = [high, high * 2];
    if (high > 1e300) throw new RangeError('no number is large enough');
  }
  return leastInteger(low, high, holds);
}

/** About its standard deviation. */
export const sizeOf = (noise: AddedNoise): number =>
  noise.kind === 'discrete-laplace' ? downward(noise.scale) : Math.sqrt(downward(noise.variance) * noise.added);

/** Noise whose margin is asked for, but for its size. */
export type MarginTarget =
  | { readonly kind: 'discrete-laplace'; readonly l1: bigint; readonly added: number; readonly complete: number }
  | {
      readonly kind: 'discrete-gaussian';
      readonly added: number;
      /** The event of one share's variance, and what that costs: `gaussianEvent` and `epsilonOf` at the question's δ. */
      readonly epsilonAt: (variance: Rational) => number;
    };

/** Costs above this are no protection. */
const MOST_EPSILON = 64;

/**
 * The cheapest noise that stays within a margin, `WITHIN 20 AT 95 PERCENT`: its ε as decimal text, rounded up, and its scale or
 * the variance of each share. Nothing is looked at for it.
 *
 * @throws RefusedError `budget/margin-too-small` where that costs more than an ε of 64.
 */
export function epsilonForMargin(target: MarginTarget, margin: bigint, confidence: string): { epsilon: string; parameter: Rational } {
  const allowed = missing(confidence);
  return epsilonForNoise(target, (noise) => 2 * tailOf(noise)(Number(margin)) <= allowed, margin, confidence);
}

/**
 * The cheapest noise with which something stays within a margin, as `epsilonForMargin` gives it.
 *
 * @param within - whether it does in at least that share of cases, with such noise; true of any that is smaller.
 * @throws RefusedError `budget/margin-too-small` where that costs more than an ε of 64.
 */
export function epsilonForNoise(
  target: MarginTarget,
  within: (noise: AddedNoise) => boolean,
  margin: bigint,
  confidence: string,
): { epsilon: string; parameter: Rational } {
  if (target.kind === 'discrete-laplace') {
    const scaleAt = (epsilon: string): Rational => divideRationals(whole(target.l1), readPositive(epsilon, 'epsilon'));
    const holds = (epsilon: string): boolean =>
      within({ kind: 'discrete-laplace', scale: scaleAt(epsilon), added: target.added, complete: target.complete });
    const epsilon = leastDecimal(holds);
    return { epsilon, parameter: scaleAt(epsilon) };
  }
  // The largest variance of 13 bits that stays within, from above.
  const ok = (n: number, power: number): boolean => within({ kind: 'discrete-gaussian', variance: dyadic(n, power), added: target.added });
  let power = Math.ceil(2 * Math.log2(Number(margin) + 1)) + 2;
  while (!tries(() => ok(2 ** 12, power))) if (--power < -1) throw tooSmall(margin, confidence);
  let [low, high] = [2 ** 12, 2 ** 13];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (ok(middle, power)) low = middle;
    else high = middle;
  }
  const variance = dyadic(low, power);
  const cost = target.epsilonAt(variance);
  if (!(cost <= MOST_EPSILON)) throw tooSmall(margin, confidence);
  return { epsilon: decimalAbove(cost), parameter: variance };

  function leastDecimal(holds: (epsilon: string) => boolean): string {
    let exponent = -9;
    while (!holds(decimal(999999, exponent))) if (++exponent > -4) throw tooSmall(margin, confidence);
    let [from, to] = [1, 999999];
    while (to - from > 1) {
      const middle = (from + to) >> 1;
      if (holds(decimal(middle, exponent))) to = middle;
      else from = middle;
    }
    return decimal(to, exponent);
  }
}

/** Shares too small for their sum to be told are beyond the margin's reach. */
function tries(condition: () => boolean): boolean {
  try {
    return condition();
  } catch (thrown) {
    if (thrown instanceof RefusedError) return false;
    throw thrown;
  }
}

/** n·2^(power − 12). */
const dyadic = (n: number, power: number): Rational =>
  power >= 12 ? whole(BigInt(n) << BigInt(power - 12)) : rational(BigInt(n), 1n << BigInt(12 - power));

/** n·10^exponent as decimal text, exponent < 0. */
function decimal(n: number, exponent: number): string {
  const digits = String(n).padStart(1 - exponent, '0');
  return `${digits.slice(0, exponent)}.${digits.slice(exponent)}`;
}

/** Decimal text of a number with six significant digits, not below it. */
export function decimalAbove(value: number): string {
  if (!(value > 0 && value < 1e9)) throw new RangeError('a positive number below 1e9 is needed');
  const exponent = Math.min(-1, Math.max(-30, Math.ceil(Math.log10(value)) - 6));
  return decimal(Math.ceil(value * 10 ** -exponent * (1 + 1e-15)), exponent);
}

function tooSmall(margin: bigint, confidence: string): RefusedError {
  return new RefusedError('budget/margin-too-small', {
    stage: 'mechanism',
    message: `No noise that protects anybody stays within ${margin} with confidence ${confidence}.`,
    remedy: 'Ask for a wider margin or less confidence.',
  });
}
