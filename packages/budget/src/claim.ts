/** What one event is known to satisfy, in numbers that are rounded to the safe side. */
import { InvalidError, RefusedError } from '@sluis/base';
import type { AccountedEvent, SubsampledEvent } from './accounted-event.ts';
import { ceilRational, divideRationals, multiplyRationals, parseRational, type Rational } from '@sluis/math';
import { downward, exactly, readPositive, upward, whole, zero } from './exact-number.ts';
import { summedCloseness } from './summed-gaussian.ts';

export interface Claim {
  /** How often it happens. */
  readonly times: number;
  /** One of them is (ε, δ)-private with exactly these; null where there is no finite ε that this package states exactly. */
  readonly guarantee: { readonly epsilon: Rational; readonly delta: Rational } | null;
  /** What accountants compose. */
  readonly loss: Loss;
  /**
   * Most by which the log of a probability differs between the real noise and that of `loss`: with a of all events added
   * up to A, real δ(ε) ≤ e^A·δ(ε − 2A). Proof: for every set S of results P'(S) − e^ε·Q'(S) ≤ e^A·P(S) − e^{ε−A}·Q(S)
   * = e^A·(P(S) − e^{ε−2A}·Q(S)); densities of adaptive sequences are products, so the logarithms add up.
   */
  readonly closeness: number;
}

/** Privacy loss of one event by the pair of distributions that dominates it. Doubles are rounded to the safe side. */
export type Loss =
  /** Noise of this scale on integers, shifted by a whole number: see `discrete-laplace.ts` for why one number is the worst case. */
  | { readonly kind: 'discrete-laplace'; readonly shift: number; readonly rate: number }
  | { readonly kind: 'laplace'; readonly epsilon: number }
  /** Continuous: N(0, 1) against N(μ, 1). */
  | { readonly kind: 'gaussian'; readonly rho: number }
  | { readonly kind: 'discrete-gaussian'; readonly rho: number; readonly squaredL2: number; readonly variance: number }
  /** Randomised response with this ε, which says everything with probability δ. */
  | { readonly kind: 'response'; readonly epsilon: number; readonly delta: number }
  | {
      readonly kind: 'subsampled';
      readonly sampling: SubsampledEvent['sampling'];
      readonly rate: number;
      readonly of: Exclude<Loss, { kind: 'subsampled' }>;
      readonly ofTimes: number;
    };

/** Throws InvalidError on numbers that are not exact text, RefusedError on noise too small for its proof. */
export function claimOf(event: AccountedEvent): Claim {
  checkTimes(event.times);
  return { ...once(event), times: event.times };
}

export function checkTimes(times: number): void {
  if (!Number.isSafeInteger(times) || times < 0) throw invalid('number of times is not a whole number of at least 0');
}

type Once = Omit<Claim, 'times'>;

function once(event: AccountedEvent): Once {
  switch (event.kind) {
    case 'discrete-laplace':
    case 'laplace':
      return laplace(event.kind, readPositive(event.scale, 'scale'), parseRational(event.l1));
    case 'discrete-gaussian':
    case 'gaussian':
      return gaussian(event.kind, readPositive(event.variance, 'variance'), parseRational(event.squaredL2), 0);
    case 'summed-discrete-gaussian':
      return summed(event);
    case 'guarantee':
      return response(parseRational(event.epsilon), parseRational(event.delta));
    case 'subsampled':
      return subsampled(event);
  }
}

function laplace(kind: 'discrete-laplace' | 'laplace', scale: Rational, l1: Rational): Once {
  // Values are whole numbers where the noise is: a change by part of one is counted as a whole one.
  const shift = kind === 'laplace' ? l1 : whole(ceilRational(l1));
  const epsilon = divideRationals(shift, scale);
  const loss: Loss =
    kind === 'laplace'
      ? { kind, epsilon: upward(epsilon) }
      : { kind, shift: upward(shift), rate: upward(divideRationals(whole(1), scale)) };
  return { guarantee: { epsilon, delta: zero }, loss, closeness: 0 };
}

function gaussian(kind: 'discrete-gaussian' | 'gaussian', variance: Rational, squaredL2: Rational, closeness: number): Once {
  const changed = kind === 'gaussian' ? squaredL2 : whole(ceilRational(squaredL2));
  const rho = upward(divideRationals(changed, multiplyRationals(whole(2), variance)));
  const loss: Loss = kind === 'gaussian' ? { kind, rho } : { kind, rho, squaredL2: upward(changed), variance: downward(variance) };
  return { guarantee: rho === 0 ? { epsilon: zero, delta: zero } : null, loss, closeness };
}

function summed(event: Extract<AccountedEvent, { kind: 'summed-discrete-gaussian' }>): Once {
  const variance = readPositive(event.variance, 'variance');
  const [l1, squaredL2] = [ceilRational(parseRational(event.l1)), ceilRational(parseRational(event.squaredL2))];
  if (!Number.isSafeInteger(event.shares) || event.shares < 1) throw invalid('number of shares is not a whole number of at least 1');
  if (!Number.isSafeInteger(event.values) || event.values < 1) throw invalid('number of values is not a whole number of at least 1');
  const each = summedCloseness(event.shares, downward(variance));
  if (each === null) {
    throw new RefusedError('budget/shares-too-small', {
      stage: 'mechanism',
      message: `The variance of each of ${event.shares} shares of discrete Gaussian noise is too small for their sum to behave like one.`,
      remedy: 'Ask for less accuracy, release in finer units, or use discrete Laplace noise.',
    });
  }
  // Numbers that don't change have the same noise in both worlds; at most so many change.
  const changed = [BigInt(event.values), l1, squaredL2].reduce((a, b) => (b < a ? b : a));
  const total = multiplyRationals(variance, whole(event.shares));
  return gaussian('discrete-gaussian', total, whole(squaredL2), upward(whole(changed)) * each * (1 + 1e-12));
}

function response(epsilon: Rational, delta: Rational): Once {
  if (delta.numerator > delta.denominator) throw invalid('delta of a guarantee is above 1');
  const loss: Loss = { kind: 'response', epsilon: upward(epsilon), delta: upward(delta) };
  return { guarantee: { epsilon, delta }, loss, closeness: 0 };
}

function subsampled(event: SubsampledEvent): Once {
  const inner = claimOf(event.of);
  const rate = readPositive(event.rate, 'sampling rate');
  if (rate.numerator > rate.denominator) throw invalid('sampling rate is above 1');
  if (inner.loss.kind === 'subsampled') throw invalid('sampled mechanism is sampled itself');
  const q = upward(rate);
  // (ε, δ) becomes (log(1 + q·(e^ε − 1)), q·δ) for one neighbour in either sense: Balle, Barthe & Gaboardi 2018, Theorems 8 and 9.
  const epsilon =
    inner.guarantee === null ? Number.POSITIVE_INFINITY : upward(multiplyRationals(inner.guarantee.epsilon, whole(inner.times)));
  const amplified = Math.log1p(q * Math.expm1(epsilon)) * (1 + 1e-14);
  const guarantee =
    inner.guarantee === null || !Number.isFinite(amplified)
      ? null
      : { epsilon: exactly(amplified), delta: multiplyRationals(rate, multiplyRationals(inner.guarantee.delta, whole(inner.times))) };
  return {
    guarantee,
    loss: { kind: 'subsampled', sampling: event.sampling, rate: q, of: inner.loss, ofTimes: inner.times },
    closeness: inner.closeness * inner.times,
  };
}

const invalid = (what: string): InvalidError =>
  new InvalidError('budget/event', {
    stage: 'mechanism',
    message: `A privacy event can't be priced: its ${what}.`,
    remedy: 'Plan the question anew.',
  });
