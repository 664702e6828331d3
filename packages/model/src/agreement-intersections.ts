/**
 * Intersections of an agreement: which organisations compare which columns, what comes out and for whom, and how often. `items` runs
 * between two stations; everything else stays secret and runs in the committee.
 */
import { z } from 'zod';
import { name, sqlName as column } from './fields.ts';
import type { Agreement } from './agreement.ts';
import { keysOfTable } from './agreement-matching.ts';

const columns = z.array(column).min(1).max(8);
const percent = z.number().int().min(0).max(100);

/** What comes out. Only `items`, and `at-least` with `show_items`, tell anybody which items matched. */
export const intersectionRevealSchema = z.enum(['items', 'size', 'sum', 'average', 'flags', 'union', 'at-least']);
export type IntersectionReveal = z.infer<typeof intersectionRevealSchema>;

export const intersectionLimitsSchema = z.strictObject({
  /** Runs begun in any `days` days, failed ones included. Counted by every station for itself. */
  runs: z.number().int().min(1).max(10_000).default(10),
  days: z.number().int().min(1).max(3_660).default(30),
  /** No side declares more items. */
  maximum_items: z.number().int().min(1).max(16_000_000).default(16_000_000),
  /** By how much a side's declared size may grow from its last run in the period; absent is no limit. */
  maximum_growth_percent: z.number().int().min(0).max(10_000).optional(),
  /** A side whose input changed since an earlier run changes at least so many items. Checked by its own station. */
  minimum_changed_items: z.number().int().min(1).max(1_000_000).optional(),
  /** Of a side's changed input, so much may have stood in an earlier run of the period. Checked by its own station. */
  maximum_repeated_percent: percent.optional(),
});
export type IntersectionLimits = z.infer<typeof intersectionLimitsSchema>;

export const intersectionSchema = z.strictObject({
  description: z.string().max(500).default(''),
  /** Who compares, each with a table of its own. */
  between: z
    .array(
      z.strictObject({
        organisation: name,
        table: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,62}$/),
        /** The key in this table, where its columns are called otherwise than in `on`. */
        on: columns.optional(),
      }),
    )
    .min(2)
    .max(200),
  /** Columns that together are the key. Compared exactly, as text. */
  on: columns.optional(),
  /** With `on`: whether a part of the key that both lack counts as equal, or a row that lacks one matches nothing. */
  missing: z.enum(['no-match', 'equal']).default('no-match'),
  /** Instead of `on`: a matching of the agreement, whose recipes bring keys into normal form. With `items` only. */
  matching: name.optional(),
  reveal: intersectionRevealSchema.default('items'),
  /** Whose column is summed or averaged. */
  value: z.strictObject({ organisation: name, column }).optional(),
  /** With `at-least`: by how many organisations an item must be held. */
  threshold: z.number().int().min(2).max(200).optional(),
  /** With `at-least`: items are shown by themselves, instead of how many there are. Absent: they are not. */
  show_items: z.literal(true).optional(),
  receivers: z.array(name).min(1),
  /** Fewer matches end as "below minimum" and nothing else; 0 shows any number. */
  minimum: z.number().int().min(0).max(1_000_000_000).default(0),
  /** What the other side may do; absent: as the agreement's. */
  threat_model: z.enum(['semi-honest', 'malicious']).optional(),
  /** `vole`: fast. `ddh`: fewer bytes, more computing. */
  protocol: z.enum(['vole', 'ddh']).default('vole'),
  /** Sizes are declared, and inputs padded, up to a multiple of this. */
  size_bucket: z
    .number()
    .int()
    .min(1)
    .max(2 ** 24)
    .default(1024),
  /** Each run looks at so much of both sides' items, drawn anew by both together. */
  sample_percent: z.number().int().min(1).max(100).default(100),
  /** Both sides commit to their input before a run, so that an audit can compare it. */
  commit_inputs: z.boolean().default(true),
  /** Whether each organisation approves every run, or has done so by signing. */
  approval: z.enum(['every-run', 'agreed']).default('every-run'),
  limits: intersectionLimitsSchema.prefault({}),
});
export type Intersection = z.infer<typeof intersectionSchema>;

/** Whether it runs between two stations; else the committee computes it on secrets. */
export const isPlainIntersection = ({ reveal }: Pick<Intersection, 'reveal'>): boolean => reveal === 'items';

/** The key's columns in the table of one of its organisations. */
export const keyColumns = (terms: Intersection, organisation: string): readonly string[] =>
  terms.between.find((p) => p.organisation === organisation)?.on ?? terms.on ?? [];

/** The size that is declared for so many items: whole buckets, at least one. */
export const declaredSize = (items: number, { size_bucket }: Pick<Intersection, 'size_bucket'>): number =>
  Math.max(1, Math.ceil(items / size_bucket)) * size_bucket;

/** Columns that the key of one of its organisations is made of: of all keys, where there are several. */
export function columnsOfKey(agreement: Pick<Agreement, 'matching'>, terms: Intersection, organisation: string): readonly string[] {
  if (terms.matching === undefined) return keyColumns(terms, organisation);
  const table = terms.between.find((p) => p.organisation === organisation)?.table ?? '';
  return [...new Set((keysOfTable(agreement, terms.matching, table)?.keys ?? []).flatMap((k) => k.columns))];
}
