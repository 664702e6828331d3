/** Reports that people randomise before they leave their device: whoever sees one learns at most what its ε allows. */
import { compareRationals, parseRational, type Rational, rational } from '@sluis/math';
import { z } from 'zod';
import { positive } from './agreement-noise.ts';

/** Less than this says nothing, even in a million reports; more than 16 hides nothing. */
const LEAST: Rational = rational(1n, 100n);
const MOST: Rational = rational(16n);

/** For one report. Exact text. */
const epsilon = positive.refine((text) => {
  if (!/^\d{1,9}(\.\d{1,30})?$/.test(text)) return false;
  const value = parseRational(text);
  return compareRationals(value, LEAST) >= 0 && compareRationals(value, MOST) <= 0;
}, 'epsilon of a local report is from 0.01 to 16');
const values = z
  .array(
    z
      .string()
      .min(1)
      .max(100)
      .regex(/^[^\p{Cc}\p{Cf}\p{Cs}]+$/u),
  )
  .min(2)
  .max(1000)
  .refine((list) => new Set(list).size === list.length, 'a value stands here twice');
const whole = z.number().int().safe();
const bounds = z
  .tuple([whole, whole])
  .refine(([low, high]) => low < high && high - low <= 2 ** 32, 'bounds rise, by at most 2^32: count in coarser units');

export const localKindSchemas = [
  /** One of the values; the result is an estimate of how many have each. */
  z.strictObject({
    kind: z.literal('local-frequency'),
    values,
    epsilon,
    /** Left out: the shortest report of those whose noise is near the least. */
    mechanism: z.enum(['randomised-response', 'unary-encoding', 'local-hashing', 'hadamard-response']).optional(),
  }),
  /** A whole number within the bounds; the result is an estimate of the mean. */
  z.strictObject({
    kind: z.literal('local-mean'),
    bounds,
    epsilon,
    /** Left out: hybrid, never worse than either in the worst case. */
    mechanism: z.enum(['two-ends', 'piecewise', 'hybrid']).optional(),
  }),
] as const;
