/** From what may be lost to the noise that loses it. */
import type { Random } from '@sluis/base';
import {
  discreteGaussian,
  discreteGaussianInteger,
  discreteLaplace,
  discreteLaplaceInteger,
  divideRationals,
  multiplyRationals,
  parseRational,
  type Rational,
  rational,
  rationalText,
} from '@sluis/math';
import { calibrateGaussian } from '@sluis/budget';
import type { PrivacyEvent } from '@sluis/model';
import type { Sensitivity } from '../mechanism.ts';
import { refused } from '../refusal.ts';
import { gaussianWithin, laplaceWithin } from './within.ts';

/**
 * Exact text of what is spent, or of the noise itself. `epsilon` alone: discrete Laplace noise, pure differential privacy.
 * `epsilon` with `delta`, or `rho` (zero-concentrated): discrete Gaussian noise. `scale` and `variance` fix the noise of
 * mechanisms that release one kind of value, in steps of its grid; accountants then say what it costs.
 */
export type Noise =
  | { readonly epsilon: string }
  | { readonly epsilon: string; readonly delta: string }
  | { readonly rho: string }
  | { readonly scale: string }
  | { readonly variance: string };

/** Noise on one or more values with one common claim. */
export interface ChosenNoise {
  readonly event: PrivacyEvent;
  draw(random: Random, length: number): bigint[];
  /** A bound that one draw keeps within (in absolute value) with a probability of at least `level`. */
  within(level: number): bigint;
}

/** Values beyond fit no 64-bit sampler; big integers do, one at a time. */
const FITS = 2n ** 57n;

/**
 * Claim: values that one unit changes by at most these sensitivities, released with independent draws, lose what the event
 * says. Proof: P(v + x = o) and P(v' + x = o) are those of noise shifted by v − v', a whole number for every value, and the
 * events' own theorems are about just such shifts: exp(|shift|₁ / scale) for Laplace, ρ = |shift|₂² / (2·variance) for
 * Gaussian noise. Sources: Ghosh et al. 2009; Canonne, Kamath & Steinke 2020, Theorem 4.
 */
export function noiseFor(noise: Noise, { l1, squaredL2 }: Sensitivity, values = 1): ChosenNoise {
  if (l1 <= 0n || squaredL2 <= 0n) throw refused('no-sensitivity', 'What nobody can change needs no noise.', 'Correct the bounds.');
  if ('delta' in noise) return gaussian(calibrateGaussian({ ...noise, squaredL2, l1, values, shares: 1 }), squaredL2);
  if ('epsilon' in noise) return laplace(divideRationals(rational(l1), spent(noise.epsilon)), l1);
  if ('rho' in noise) return gaussian(divideRationals(rational(squaredL2), multiplyRationals(rational(2n), spent(noise.rho))), squaredL2);
  return 'scale' in noise ? laplace(spent(noise.scale), l1) : gaussian(spent(noise.variance), squaredL2);
}

/** What Gaussian noise on values of this squared sensitivity may lose: discrete and continuous noise then hardly differ. */
const LARGE = 2n ** 40n;

/**
 * So many equal parts of what may be lost; refuses noise of given size, which has no parts. Of (ε, δ), parts of the ρ that a
 * single release of large numbers could have; whoever composes the parts checks what they come to.
 */
export function splitNoise(noise: Noise, parts: number): Exclude<Noise, { readonly delta: string }> {
  const part = (text: string) => rationalText(divideRationals(spent(text), rational(BigInt(parts))));
  if ('delta' in noise) {
    const variance = calibrateGaussian({ ...noise, squaredL2: LARGE, l1: LARGE, values: 1, shares: 1 });
    return { rho: part(rationalText(divideRationals(rational(LARGE, 2n), variance))) };
  }
  if ('epsilon' in noise) return { epsilon: part(noise.epsilon) };
  if ('rho' in noise) return { rho: part(noise.rho) };
  throw refused('noise-not-divisible', 'This mechanism releases several values, each with noise of its own.', 'Give epsilon or rho.');
}

/** A positive number. */
export function spent(text: string): Rational {
  const value = parseRational(text);
  if (value.numerator > 0n) return value;
  throw refused('bad-parameter', 'Privacy parameters and sizes of noise are above 0.', 'Give a positive number.');
}

function laplace(scale: Rational, l1: bigint): ChosenNoise {
  return {
    event: { kind: 'discrete-laplace', scale: rationalText(scale), l1: String(l1), times: 1 },
    draw: (random, length) =>
      scale.numerator <= FITS * scale.denominator
        ? Array.from(discreteLaplace(random, scale, length))
        : Array.from({ length }, () => discreteLaplaceInteger(random, scale)),
    within: (level) => laplaceWithin(scale, level),
  };
}

function gaussian(variance: Rational, squaredL2: bigint): ChosenNoise {
  return {
    event: { kind: 'discrete-gaussian', variance: rationalText(variance), squaredL2: String(squaredL2), times: 1 },
    draw: (random, length) =>
      variance.numerator <= FITS * FITS * variance.denominator
        ? Array.from(discreteGaussian(random, variance, length))
        : Array.from({ length }, () => discreteGaussianInteger(random, variance)),
    within: (level) => gaussianWithin(variance, level),
  };
}
