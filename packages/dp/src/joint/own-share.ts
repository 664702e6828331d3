/**
 * Generation `shares`: every compute party draws noise of its own, such that the noise of any two is enough.
 *
 * For n parties of which any t may know their own shares, n − t shares have to be enough, and all n are added: the standard
 * deviation is √(n/(n − t)) times a single curator's. Here n = 3 and t = 1: 1.22 times.
 */
import type { Random } from '@sluis/base';
import { discreteGaussian, discreteLaplaceShare, type Rational, rational } from '@sluis/math';
import type { NoiseKind } from '@sluis/model';

/** Parties whose noise must be enough: all but the one that may subtract its own. */
export const ENOUGH_SHARES = 2;

/** Variance of one party's discrete Gaussian. */
export const shareVariance = ({ numerator, denominator }: Rational): Rational => rational(numerator, denominator * BigInt(ENOUGH_SHARES));

/**
 * One compute party's share of the noise on `length` numbers, as ring elements of so many words. Run by: each, alone.
 *
 * Laplace: any two shares add up to exactly one discrete Laplace of the scale (Pólya shares: Goryczka & Xiong 2015, §4.2).
 * Gaussian: any two have the variance; their sum is close to one discrete Gaussian, and accounted for as what it is
 * (Kairouz, Liu & Steinke 2021, Theorem 1).
 */
export function ownShare(random: Random, mechanism: NoiseKind, parameter: Rational, length: number, words: number): BigUint64Array {
  const drawn =
    mechanism === 'discrete-laplace'
      ? discreteLaplaceShare(random, parameter, ENOUGH_SHARES, length)
      : discreteGaussian(random, shareVariance(parameter), length);
  return inRing(drawn, words);
}

/** Signed numbers as word-major ring elements. */
function inRing(values: BigInt64Array, words: number): BigUint64Array {
  const out = new BigUint64Array(values.length * words);
  out.set(new BigUint64Array(values.buffer, values.byteOffset, values.length));
  if (words === 1) return out;
  for (let i = 0; i < values.length; i++) {
    if ((values[i] as bigint) >= 0n) continue;
    for (let j = 1; j < words; j++) out[j * values.length + i] = 0xffff_ffff_ffff_ffffn;
  }
  return out;
}
