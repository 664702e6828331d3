/** The least noise whose own event costs no more than asked for. */
import { type InvalidError, RefusedError, SluisError } from '@sluis/base';
import type { PrivacyEvent } from '@sluis/model';
import { epsilonOf } from './accountant.ts';
import { divideRationals, parseRational, type Rational, rational, rationalText } from '@sluis/math';
import { downward, readPositive, whole } from './exact-number.ts';
import { analyticGaussianSigma } from './gaussian-curve.ts';

/** Scale of discrete Laplace noise that makes values of this L1 sensitivity exactly ε-private: l1/ε. Source: Ghosh et al. 2009. */
export function calibrateLaplace(l1: bigint, epsilon: string): Rational {
  if (l1 < 1n) throw new RangeError('nothing depends on anybody: no noise is needed');
  return divideRationals(whole(l1), readPositive(epsilon, 'epsilon'));
}

export interface GaussianTarget {
  /** Most by which one unit changes all values released together. */
  readonly squaredL2: bigint;
  readonly l1: bigint;
  /** Numbers released together. */
  readonly values: number;
  readonly epsilon: string;
  readonly delta: string;
  /** Shares that must suffice together; 1 is one curator. */
  readonly shares: number;
}

/** The variance found is at most so much above the least for which this package proves the target, relative. */
export const VARIANCE_SLACK = 2 ** -13;

/** The event of Gaussian noise with this variance in each share. */
export function gaussianEvent(target: Omit<GaussianTarget, 'epsilon' | 'delta'>, variance: Rational): PrivacyEvent {
  const common = { variance: rationalText(variance), squaredL2: `${target.squaredL2}`, times: 1 };
  return target.shares === 1
    ? { kind: 'discrete-gaussian', ...common }
    : { kind: 'summed-discrete-gaussian', shares: target.shares, l1: `${target.l1}`, values: target.values, ...common };
}

/**
 * Variance of each of `shares` shares of discrete Gaussian noise, such that the event of their sum costs at most ε at δ.
 * The result is a whole number over a power of two, and the least one that suffices up to `VARIANCE_SLACK`.
 *
 * @throws RefusedError `budget/not-reachable` where no variance suffices (δ = 0, for instance).
 */
export function calibrateGaussian(target: GaussianTarget): Rational {
  if (target.squaredL2 < 1n) throw new RangeError('nothing depends on anybody: no noise is needed');
  const [epsilon, delta] = [downward(readPositive(target.epsilon, 'epsilon')), downward(parseRational(target.delta))];
  if (!(delta > 0 && delta < 1)) throw notReachable(target);
  const holds = (variance: Rational): boolean => {
    try {
      return epsilonOf([gaussianEvent(target, variance)], delta) <= epsilon;
    } catch (thrown) {
      if (thrown instanceof SluisError && thrown.code === 'budget/shares-too-small') return false;
      throw thrown;
    }
  };
  const guess = (Number(target.squaredL2) * analyticGaussianSigma(epsilon, delta) ** 2) / target.shares;
  return leastDyadic(holds, Math.floor(Math.log2(guess))) ?? fail(notReachable(target));
}

/** The least n/2^k, n of 13 to 14 bits, for which a condition that stays true is true; it starts looking at 2^exponent. */
function leastDyadic(holds: (value: Rational) => boolean, exponent: number): Rational | null {
  const at = (n: number, power: number): Rational => {
    const shift = 13 - power;
    return shift >= 0 ? rational(BigInt(n), 1n << BigInt(shift)) : whole(BigInt(n) << BigInt(-shift));
  };
  let power = exponent;
  for (let moved = 0; !holds(at(2 ** 14, power)); moved++, power++) if (moved === 60) return null;
  while (power > -60 && holds(at(2 ** 13, power))) power--;
  let [low, high] = [2 ** 13, 2 ** 14];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (holds(at(middle, power))) high = middle;
    else low = middle;
  }
  return at(high, power);
}

function notReachable(target: GaussianTarget): RefusedError | InvalidError {
  return new RefusedError('budget/not-reachable', {
    stage: 'mechanism',
    message: `No Gaussian noise reaches epsilon ${target.epsilon} at delta ${target.delta}.`,
    remedy: 'Give a delta above 0 and below 1, or use discrete Laplace noise.',
  });
}

function fail(error: Error): never {
  throw error;
}
