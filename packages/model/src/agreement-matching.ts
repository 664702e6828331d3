/**
 * The agreement's terms on matching records of different tables or providers: which keys may be used, made of which
 * columns by which recipes, in which order. Blocks that use them (intersections) name them.
 */
import type { Conditions, KeyDefinition, KeyPart } from '@sluis/matching';
import { z } from 'zod';
import { sqlName } from './fields.ts';
import type { Agreement } from './agreement.ts';

const name = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,62}$/, 'a name starts with a letter and has letters, digits, "-" and "_" only');
const bound = z.union([z.number().int().safe(), z.string().max(60)]).transform(String);

export const keyPartSchema = z.strictObject({
  /** The column, or one for each table where they have different names. */
  column: z.union([sqlName, z.record(sqlName, sqlName)]),
  /** How values are brought into normal form: name and version (docs/matching.md). */
  recipe: z.string().regex(/^[a-z][a-z0-9-]{0,40}@[1-9]\d{0,3}$/, 'a recipe with its version is needed, such as email@1'),
  /** Order of day, month and year where a notation leaves it open. */
  order: z.enum(['ymd', 'dmy', 'mdy']).optional(),
  /** Country of telephone numbers that are written without one. */
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'two capitals are needed, such as NL')
    .optional(),
  /** Smallest and largest value, both included; others are rejected. */
  between: z.tuple([bound, bound]).optional(),
});

const keySchema = z.strictObject({ name, parts: z.array(keyPartSchema).min(1).max(8) });

/** Records that are written differently: compared by how alike they are, inside the committee (docs/matching.md). */
export const approximateSchema = z.strictObject({
  /** Bits of a record's filter. */
  bits: z.union([z.literal(256), z.literal(512), z.literal(1024)]).default(1024),
  /** Columns in the filter. */
  fields: z
    .array(
      keyPartSchema.extend({
        /** `pairs` of neighbouring characters, for text; or characters with their `places`, for dates and numbers. */
        grams: z.enum(['pairs', 'places']).default('pairs'),
        /** Bits that each gram sets: the column's weight. */
        hashes: z.number().int().min(1).max(64).default(10),
      }),
    )
    .min(1)
    .max(32),
  /** Least Dice coefficient in percent. */
  threshold_percent: z.number().int().min(1).max(100).default(75),
  /** Only records that have one of these rough keys in common are compared. */
  blocks: z.array(keySchema).min(1).max(8),
  /** Pairs compared for each block key; if there are more, nothing is shown. */
  maximum_pairs: z.number().int().min(1).max(10_000_000),
});
export type ApproximateTerms = z.infer<typeof approximateSchema>;

export const matchingSchema = z.strictObject({
  description: z.string().max(500).default(''),
  /** Tables whose records may be matched: of two owners, or of one table with several providers. */
  tables: z.array(sqlName).min(1).max(20),
  /** Keys in order of priority: two records match by the first that both have equal. */
  any_of: z
    .array(
      keySchema.extend({
        /** As `repeated` below, for this key alone: a household shares a telephone number, nobody a citizen service number. */
        repeated: z.enum(['refuse', 'once']).optional(),
      }),
    )
    .min(1)
    .max(16),
  /** Terms for comparing by likeness as well; absent is not at all. */
  approximate: approximateSchema.optional(),
  /** Values that are no valid key: their rows are left out and counted, or nothing runs. */
  rejected: z.enum(['leave-out', 'refuse']).default('leave-out'),
  /** Rows of one side with equal keys: nothing runs, or the key counts once; they are reported either way. */
  repeated: z.enum(['refuse', 'once']).default('refuse'),
});
export type MatchingTerms = z.infer<typeof matchingSchema>;
type PartTerms = z.infer<typeof keyPartSchema>;

/** The part's column in one table; null if it names none for it. */
export const columnOfPart = ({ column }: Pick<PartTerms, 'column'>, table: string): string | null =>
  typeof column === 'string' ? column : Object.hasOwn(column, table) ? (column[table] ?? null) : null;

/** The part as `@sluis/matching` reads it: without columns, which may be called otherwise elsewhere. */
export const keyPartOf = ({ recipe, order, country, between }: PartTerms): KeyPart => ({
  recipe,
  ...(order === undefined ? {} : { order }),
  ...(country === undefined ? {} : { country }),
  ...(between === undefined ? {} : { between }),
});

export interface TableKey {
  readonly definition: KeyDefinition;
  /** What happens to rows without a valid key, and with that of another row. */
  readonly conditions: Conditions;
  /** Columns of the table, one for each part. */
  readonly columns: readonly string[];
}

/**
 * Keys of one table under a declared matching, in order of priority.
 * Null if the agreement has no such matching, or it leaves this table out.
 */
export function keysOfTable(
  agreement: Pick<Agreement, 'matching'>,
  matching: string,
  table: string,
): { readonly keys: readonly TableKey[] } | null {
  const all = agreement.matching ?? {};
  const terms = Object.hasOwn(all, matching) ? all[matching] : undefined;
  if (terms === undefined || !terms.tables.includes(table)) return null;
  return {
    keys: terms.any_of.map(({ name, parts, repeated = terms.repeated }) => ({
      definition: { name, parts: parts.map(keyPartOf) },
      columns: parts.map((part) => columnOfPart(part, table) ?? ''),
      conditions: { rejected: terms.rejected, repeated },
    })),
  };
}

/** Terms of approximate matching as `@sluis/linkage` takes them, and one table's columns for them. */
export interface TableLikeness {
  readonly terms: {
    readonly bits: ApproximateTerms['bits'];
    readonly fields: readonly (KeyPart & { readonly grams: 'pairs' | 'places'; readonly hashes: number })[];
    readonly threshold: { readonly numerator: number; readonly denominator: number };
    readonly blocks: readonly KeyDefinition[];
    readonly maximumPairs: number;
  };
  readonly fields: readonly string[];
  /** For each block key, a column for each part. */
  readonly blocks: readonly (readonly string[])[];
}

/** Columns of one table that a matching reads, each once. */
export function matchedColumns(agreement: Pick<Agreement, 'matching'>, matching: string, table: string): string[] {
  return columnsOfTerms({
    keys: keysOfTable(agreement, matching, table)?.keys ?? [],
    likeness: likenessOfTable(agreement, matching, table),
  });
}

/** The same of terms that are known already. */
export const columnsOfTerms = ({
  keys,
  likeness,
}: {
  readonly keys: readonly TableKey[];
  readonly likeness: TableLikeness | null;
}): string[] => [
  ...new Set([...keys.flatMap((k) => k.columns), ...(likeness === null ? [] : [...likeness.fields, ...likeness.blocks.flat()])]),
];

/** Null if the agreement has no such terms, or they leave this table out. */
export function likenessOfTable(agreement: Pick<Agreement, 'matching'>, matching: string, table: string): TableLikeness | null {
  const all = agreement.matching ?? {};
  const declared = Object.hasOwn(all, matching) ? all[matching] : undefined;
  const terms = declared?.approximate;
  if (terms === undefined || declared?.tables.includes(table) !== true) return null;
  const columns = (parts: readonly PartTerms[]) => parts.map((part) => columnOfPart(part, table) ?? '');
  return {
    terms: {
      bits: terms.bits,
      fields: terms.fields.map((field) => ({ ...keyPartOf(field), grams: field.grams, hashes: field.hashes })),
      threshold: { numerator: terms.threshold_percent, denominator: 100 },
      blocks: terms.blocks.map(({ name, parts }) => ({ name, parts: parts.map(keyPartOf) })),
      maximumPairs: terms.maximum_pairs,
    },
    fields: columns(terms.fields),
    blocks: terms.blocks.map(({ parts }) => columns(parts)),
  };
}
