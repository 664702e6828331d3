/** What the API shows of privacy budgets, and of what questions would cost. Part of api.ts; numbers are decimal text. */
import { z } from 'zod';
import { name, hex32 as identifier, hex16 as runId } from './fields.ts';

/** How far one limit is used. */
export const budgetUseSchema = z.object({
  /** At this δ all numbers here are stated. */
  delta: z.string(),
  /** ε, rounded up; `∞` where no ε bounds it at this δ. */
  spent: z.string(),
  /** Null: no limit. */
  limit: z.string().nullable(),
  /** The largest ε that one more question with δ = 0 may cost. Accounting is no addition: this can be more than limit − spent. */
  left: z.string().nullable(),
});
export type BudgetUse = z.infer<typeof budgetUseSchema>;

export const budgetChargeSchema = z.object({
  run: runId,
  at: z.string(),
  organisation: name,
  analyst: z.string(),
  purpose: z.string(),
  /** Of this run alone. */
  epsilon: z.string(),
  delta: z.string(),
  unit: z.string(),
  /** What became of the run; a charge stays spent whatever that is. */
  state: z.string().nullable(),
});
export type BudgetCharge = z.infer<typeof budgetChargeSchema>;

export const budgetTableSchema = z.object({
  table: z.string(),
  /** Whom the guarantee protects; null where the table may not be asked with noise. */
  unit: z.string().nullable(),
  /** Null where the agreement in force has no budget for it: what was spent before stays. */
  use: budgetUseSchema.nullable(),
  analysts: z.array(z.object({ organisation: name, analyst: z.string(), use: budgetUseSchema })),
  purposes: z.array(z.object({ purpose: z.string(), use: budgetUseSchema })),
  charges: z.number().int(),
  /** Newest first. */
  last: z.array(budgetChargeSchema),
});
export type BudgetTable = z.infer<typeof budgetTableSchema>;

export const budgetViewSchema = z.object({
  collaboration: name,
  agreement: identifier,
  /** Whose books these are: a station counts the runs that it took part in. */
  organisation: name,
  tables: z.array(budgetTableSchema),
});
export type BudgetView = z.infer<typeof budgetViewSchema>;

const pricedQuestion = z
  .strictObject({ sql: z.string().min(1).max(20_000).optional(), template: name.optional() })
  .refine((q) => (q.sql === undefined) !== (q.template === undefined), 'give either sql or template');
export const priceRequestSchema = z.strictObject({
  questions: z.array(pricedQuestion).min(1).max(100),
  collaboration: name.optional(),
  receivers: z.array(name).min(1).optional(),
  as: z.string().min(1).max(200).optional(),
});
export type PriceRequest = z.infer<typeof priceRequestSchema>;

/** What questions would take from one table's budget. */
export const pricedTableSchema = z.object({
  table: z.string(),
  unit: z.string(),
  /** Before the questions. */
  use: budgetUseSchema,
  /** Each question that reads the table, alone, at the budget's δ; in their order. */
  alone: z.array(z.string()),
  /** All of them together, as if nothing had been spent before. */
  together: z.string(),
  /** What would be spent afterwards, and left. */
  after: z.string(),
  remains: z.string().nullable(),
  /** Index of the first question that could not be paid if they are asked in this order, and why; null if all can be. */
  refused: z.object({ question: z.number().int(), message: z.string() }).nullable(),
});
export type PricedTable = z.infer<typeof pricedTableSchema>;

export const priceAnswerSchema = z.object({
  collaboration: name,
  agreement: identifier,
  organisation: name,
  questions: z.array(
    z.object({
      sql: z.string(),
      purpose: z.string(),
      /** None where the answer is exact, and costs nothing of a budget. */
      tables: z.array(z.string()),
      mechanism: z.string(),
      /** As the question itself says it, for one unit. */
      epsilon: z.string(),
      delta: z.string(),
    }),
  ),
  tables: z.array(pricedTableSchema),
});
export type PriceAnswer = z.infer<typeof priceAnswerSchema>;
