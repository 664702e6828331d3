/** Comparing a uniform real number with one of which ever better bounds can be computed. */
import type { Bounds } from './exponential.ts';
import { type RandomBits, stuck } from './random-bits.ts';

/** More bits are never needed, but for a probability of 2^-8192. */
const LARGEST_PRECISION = 8_192;

/** Whether a uniform real number, of which the first 32 bits are given, is below one with these bounds. */
export function isBelow(bits: RandomBits, first: number, bounds: (precision: number) => Bounds): boolean {
  let uniform = BigInt(first);
  let known = 32;
  for (let precision = 64; precision <= LARGEST_PRECISION; precision *= 2) {
    uniform = (uniform << BigInt(precision - known)) | bits.bits(precision - known);
    known = precision;
    const { low, high } = bounds(precision);
    if (uniform < low) return true;
    if (uniform >= high) return false;
  }
  throw stuck();
}
