/** How large and how small noise can be made: what the mechanism `noise-on-secrets` draws exactly. */
import { RefusedError } from '@sluis/base';
import { compareRationals, divideRationals, integerSquareRoot, type Rational, rational } from '@sluis/math';
import type { NoiseGeneration, NoiseKind } from '@sluis/model';
import { ENOUGH } from './noise-parts.ts';

/** Pólya shares are drawn up to this scale. */
const LARGEST_SCALE = rational(2n ** 42n);
/** Noise of all parties together stays below 2^62: so many scales, or so many deviations of twice the variance. */
const LARGEST_REACH = 2n ** 62n;
const SCALES = 50n;
const DEVIATIONS = 10n;
/** Shares of Gaussian noise with a smaller variance do not add up to a Gaussian. */
const LEAST_SHARE = rational(1n);

export function isTooLarge(mechanism: NoiseKind, generation: NoiseGeneration, parameter: Rational): boolean {
  const whole = parameter.numerator / parameter.denominator + 1n;
  if (mechanism === 'discrete-gaussian') return DEVIATIONS * (integerSquareRoot(2n * whole) + 1n) > LARGEST_REACH;
  return SCALES * whole > LARGEST_REACH || (generation === 'shares' && compareRationals(parameter, LARGEST_SCALE) > 0);
}

export const isTooSmall = (mechanism: NoiseKind, generation: NoiseGeneration, parameter: Rational): boolean =>
  mechanism === 'discrete-gaussian' &&
  generation === 'shares' &&
  compareRationals(divideRationals(parameter, rational(BigInt(ENOUGH))), LEAST_SHARE) < 0;

export const tooLarge = (mechanism: NoiseKind): RefusedError =>
  new RefusedError('plan/noise-too-large', {
    stage: 'plan',
    message: `The ${mechanism === 'discrete-laplace' ? 'Laplace' : 'Gaussian'} noise that the question needs is too large to be drawn exactly: one unit can change a sum by too much.`,
    remedy:
      mechanism === 'discrete-laplace'
        ? 'Give a delta, so that Gaussian noise can be used: WITH NOISE (epsilon = 1, delta = 1e-6). Or ask for a coarser value, such as CAST(x / 1000 AS INTEGER), or agree on narrower bounds.'
        : 'Ask for a coarser value, such as CAST(x / 1000 AS INTEGER), with a larger epsilon, or agree on narrower bounds.',
  });
