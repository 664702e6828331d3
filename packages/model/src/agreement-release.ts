/** The agreement's terms on exact answers beyond the minimum rules: rounding, totals, differences between answers, checking. */
import { z } from 'zod';

const base = z
  .union([z.number().int().min(1).safe(), z.string()])
  .transform(String)
  .refine((t) => /^\d{1,18}(\.\d{1,9})?$/.test(t) && /[1-9]/.test(t), 'a positive decimal number such as 1000 or "0.5" is needed');

export const roundingSchema = z.strictObject({
  /** Every number of rows is rounded to the nearest multiple before it is opened. */
  counts: z.union([z.literal(3), z.literal(5), z.literal(10)]),
  /** By table and column: the multiple that sums of this column are rounded to. Other columns are not summed. */
  sums: z.record(z.string().max(63), z.record(z.string().max(63), base)).default({}),
});
export type RoundingTerms = z.infer<typeof roundingSchema>;

/** What happens to totals over suppressed groups: shown only where none has rows, or other groups are suppressed as well. */
export const totalsSchema = z.enum(['held-back', 'secondary-suppression']);

/** Whether a release is refused that would, with earlier ones, yield a group that has not passed the rules itself. */
export const differencingSchema = z.enum(['none', 'guard']);

export const checkingSchema = z.strictObject({
  /** Organisations whose output checkers decide; one yes is enough, one no ends the run. */
  by: z.array(z.string().max(63)).min(1).max(20),
  /** Every release, or those whose risk the rules leave open. */
  when: z.enum(['always', 'ask']).default('always'),
});
export type CheckingTerms = z.infer<typeof checkingSchema>;
