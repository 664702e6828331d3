/** The agreement's terms on differential privacy: whom it protects, how noise is made, what may be spent. */
import { z } from 'zod';

/** A positive number as decimal text, so that the canonical form is unique. */
export const positive = z
  .union([z.number().int().min(1).safe(), z.string()])
  .transform(String)
  .refine((t) => /^\d{1,9}(\.\d{1,30})?$/.test(t) && /[1-9]/.test(t), 'a positive decimal number such as "0.5" is needed');
const probability = z
  .union([z.literal(0), z.string()])
  .transform(String)
  .refine((t) => /^(0|0\.\d{1,30})$/.test(t), 'a number from 0 to below 1 such as "0.000001" is needed');

/** Most that one unit may count for; what is more is left out by random choice, the same rows in every cell of a question. */
export const privacyUnitSchema = z.discriminatedUnion('protects', [
  z.strictObject({ protects: z.literal('row') }),
  z.strictObject({
    protects: z.literal('organisation'),
    /** Rows of one organisation that count in one group. */
    rows_per_group: z.number().int().min(1).max(1_000_000_000),
  }),
  z.strictObject({
    protects: z.literal('column'),
    /** Column whose equal values are one unit, a person's number for instance. */
    column: z.string().max(63),
    /** Groups of one question in which one unit counts, at each provider. */
    groups: z.number().int().min(1).max(1_000_000).default(1),
    /** Rows of one unit that count in one group, at each provider. */
    rows_per_group: z.number().int().min(1).max(1_000_000).default(1),
    /** Whether one unit may have rows at several providers: then it counts at each of them. */
    providers: z.enum(['overlapping', 'disjoint']).default('overlapping'),
  }),
]);
export type PrivacyUnitTerms = z.infer<typeof privacyUnitSchema>;

/** Decimals that ε and δ may have. */
export const BUDGET_PLACES = 30;

/** ε or δ as whole units of 10^−30; digits beyond are cut off. Throws RangeError if the text is no decimal number. */
export function budgetUnits(text: string): bigint {
  const found = /^(\d+)(?:\.(\d+))?$/.exec(text);
  if (found === null) throw new RangeError('decimal text is needed');
  return BigInt(`${found[1]}${(found[2] ?? '').slice(0, BUDGET_PLACES).padEnd(BUDGET_PLACES, '0')}`);
}

const spending = z.strictObject({ epsilon: positive, delta: probability.default('0') });

/** As `epsilon` of a budget: no limit. What is spent is counted all the same. For sandboxes. */
export const NO_LIMIT = '999999999';

export const noiseSchema = z.strictObject({
  /** Whether exact answers are refused. */
  required: z.boolean().default(true),
  /** Of a question that names none itself; without it such a question is exact, or refused. */
  default: spending.optional(),
  mechanism: z.enum(['cheapest', 'discrete-laplace', 'discrete-gaussian']).default('cheapest'),
  generation: z.enum(['shares', 'bits']).default('shares'),
  /** What all questions together may spend on one table for as long as its data exist, over all versions of the agreement. */
  budget: z.strictObject({
    ...spending.shape,
    /** Within it, most that one analyst, or one template (`ad-hoc` is one), may spend. */
    per_analyst: spending.optional(),
    per_purpose: spending.optional(),
  }),
});
export type NoiseTerms = z.infer<typeof noiseSchema>;
