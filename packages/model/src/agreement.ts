/**
 * The agreement: what organisations sign. The schema below is the document's exact form; YAML is only how people
 * write it. Numbers that need not be whole (bounds) are decimal text, so that the canonical form is unique.
 */
import { z } from 'zod';
import { collectionSchema } from './agreement-collections.ts';
import { matchingSchema } from './agreement-matching.ts';
import { intersectionSchema } from './agreement-intersections.ts';
import { NAME } from './fields.ts';
import { noiseSchema, privacyUnitSchema } from './agreement-noise.ts';
import { checkingSchema, differencingSchema, roundingSchema, totalsSchema } from './agreement-release.ts';

export { NAME };
const name = z.string().regex(NAME, 'a name starts with a letter and has letters, digits, "-" and "_" only');
const decimalText = z
  .union([z.number().int().safe(), z.string()])
  .transform(String)
  .refine((t) => /^-?\d{1,38}(\.\d{1,18})?$/.test(t), 'a decimal number is needed; write fractions between quotes');
const instant = z
  .string()
  .refine(
    (t) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/.test(t) && !Number.isNaN(Date.parse(t)),
    'an instant such as 2027-01-31T00:00:00Z is needed',
  );
const literal = z.union([z.string(), z.number().int().safe(), z.boolean()]).transform(String);

/** DuckDB's type names; DECIMAL has precision ≤ 18. DOUBLE is summed on a fixed grid of `scale` decimals. */
export const COLUMN_TYPE = /^(BOOLEAN|INTEGER|BIGINT|DOUBLE|DATE|TIMESTAMP|VARCHAR|DECIMAL\(\d{1,2},\d{1,2}\))$/;
export const columnUse = z.enum(['group', 'join', 'filter', 'aggregate', 'reveal']);
export type ColumnUse = z.infer<typeof columnUse>;

export const columnSchema = z.strictObject({
  type: z.string().regex(COLUMN_TYPE, 'use BOOLEAN, INTEGER, BIGINT, DECIMAL(p,s), DOUBLE, DATE, TIMESTAMP or VARCHAR'),
  description: z.string().max(500).default(''),
  uses: z.array(columnUse).default([]),
  /** Whether a row may lack this value. */
  nullable: z.boolean().default(false),
  /** All values that may occur, as text of the column's type; needed to group, or a range. */
  domain: z
    .union([z.strictObject({ values: z.array(literal).min(1).max(1_000_000) }), z.strictObject({ range: z.tuple([literal, literal]) })])
    .optional(),
  /** Smallest and largest value, both included; needed to aggregate numbers. */
  bounds: z.tuple([decimalText, decimalText]).optional(),
  /** Decimals kept of a DOUBLE column. */
  scale: z.number().int().min(0).max(9).optional(),
});
export type Column = z.infer<typeof columnSchema>;

/** Rows of this table may be deposited as shares beforehand, with or without a station of one's own. */
export const depositsSchema = z.strictObject({
  /** Contributors or organisations that may deposit under their own name. */
  by: z.array(name).max(10_000).default([]),
  /** Organisations and contributors that may deposit without anybody learning which of them it was. */
  anonymous: z
    .strictObject({
      /** Organisation whose station gives each member one blind token per round. */
      issuer: name,
      /** The issuer's public key for tokens of this collaboration (ristretto255), 64 hexadecimal digits. */
      key: z.string().regex(/^[0-9a-f]{64}$/),
      members: z.array(name).min(2).max(10_000),
      round: z.enum(['once', 'month', 'quarter', 'year']).default('once'),
    })
    .optional(),
  /** Days after which a deposit is deleted; else when the agreement ends or is replaced. */
  keep_days: z.number().int().min(1).max(36_500).optional(),
  /** Rows that one contributor may have in the table; else `maximum_rows`. */
  maximum_rows_each: z.number().int().min(1).max(100_000_000).optional(),
});
export type DepositRules = z.infer<typeof depositsSchema>;

export const tableSchema = z.strictObject({
  kind: z.enum(['union', 'owner']).default('union'),
  description: z.string().max(500).default(''),
  /** Organisations whose stations hold rows; may be empty if rows are deposited. */
  providers: z.array(name),
  deposits: depositsSchema.optional(),
  /** What a station does with rows that break types, domains or bounds. */
  violations: z.enum(['refuse', 'clip', 'drop']).default('refuse'),
  /** No provider contributes more rows; decides the width of sums. */
  maximum_rows: z
    .number()
    .int()
    .min(1)
    .max(2 ** 40)
    .default(100_000_000),
  /** Sets of columns of which no two rows have equal values: then a join knows how many rows it has. Checked on shares. */
  unique: z.array(z.array(z.string()).min(1).max(8)).max(20).optional(),
  /** Most rows that a join with this table may have where neither side has every key once. */
  maximum_join_rows: z.number().int().min(1).max(100_000_000).optional(),
  /** Whom noisy answers over this table protect; needed for noise. */
  privacy_unit: privacyUnitSchema.optional(),
  columns: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,62}$/), columnSchema),
});
export type Table = z.infer<typeof tableSchema>;

export const dominanceSchema = z.strictObject({
  /** (n,k): suppressed if the n largest contributions exceed k percent of the cell's total. */
  n: z.number().int().min(1).max(5).optional(),
  k: z.number().int().min(1).max(99).optional(),
  /** p %: suppressed if the second largest could estimate the largest to within p percent. */
  p: z.number().int().min(1).max(99).optional(),
});

export const outputSchema = z.strictObject({
  minimum_rows: z.number().int().min(1).max(1_000_000).default(5),
  minimum_organisations: z.number().int().min(1).max(1000).default(2),
  dominance: dominanceSchema.optional(),
  /** Differential privacy: how answers get noise, and what may be spent. Absent: exact answers only. */
  noise: noiseSchema.optional(),
  /** Exact numbers are shown as multiples only. Absent: as they are. */
  rounding: roundingSchema.optional(),
  /** Absent: held back. */
  totals: totalsSchema.optional(),
  /** Absent: none. */
  differencing: differencingSchema.optional(),
  /** Absent: what passes the rules is released at once. */
  checking: checkingSchema.optional(),
});
export type OutputRules = z.infer<typeof outputSchema>;

export const organisationSchema = z.strictObject({
  name,
  title: z.string().max(200).default(''),
  /** host:port of the station. */
  station: z.string().regex(/^[A-Za-z0-9.\-[\]:]+:\d{1,5}$/, 'host:port is needed'),
  /** Ed25519 public key that signs for this organisation, 64 hexadecimal digits. */
  identity: z.string().regex(/^[0-9a-f]{64}$/),
  /** X-Wing public key: ML-KEM-768 (1184 bytes), then X25519 (32 bytes), base64. */
  sealing: z.string().regex(/^[A-Za-z0-9+/]{1621}[A-Za-z0-9+/=]{3}$/),
  /** SHA-256 of the TLS certificate's SubjectPublicKeyInfo, 64 hexadecimal digits. */
  certificate: z.string().regex(/^[0-9a-f]{64}$/),
});
export type Organisation = z.infer<typeof organisationSchema>;

/** Somebody who deposits rows without a station. */
export const contributorSchema = z.strictObject({
  title: z.string().max(200).default(''),
  /** Ed25519 public key that signs deposits, 64 hexadecimal digits (sluis contribute identity create). */
  identity: z.string().regex(/^[0-9a-f]{64}$/),
});
export type Contributor = z.infer<typeof contributorSchema>;

export const templateSchema = z.strictObject({
  description: z.string().max(500).default(''),
  sql: z.string().max(20_000),
});

export const agreementSchema = z.strictObject({
  sluis: z.literal(1),
  collaboration: name,
  version: z.number().int().min(1),
  /** Id of the version this one replaces. */
  previous: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable()
    .default(null),
  title: z.string().max(200).default(''),
  purpose: z.string().min(1).max(2000),
  legal_basis: z.string().min(1).max(2000),
  valid: z.strictObject({ from: instant, until: instant }),
  organisations: z.array(organisationSchema).min(2).max(200),
  /** Those who deposit rows without a station, by name. They do not sign; absent is nobody. */
  contributors: z.record(name, contributorSchema).optional(),
  /** The three compute parties, by name; none where only intersections between two stations are agreed on. */
  committee: z.union([z.tuple([name, name, name]), z.tuple([])]),
  /** What one compute party may do: follow the protocol but be curious, or anything (then runs abort, and cost more). */
  threat_model: z.enum(['semi-honest', 'malicious']).default('semi-honest'),
  tables: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,62}$/), tableSchema),
  /** What people without an account may report to the stations, by name; absent is nothing. */
  collections: z.record(name, collectionSchema).optional(),
  /** How records may be matched, by name; absent is not at all. */
  matching: z.record(name, matchingSchema).optional(),
  /** What organisations may find they have in common, by name; absent is nothing. */
  intersections: z.record(name, intersectionSchema).optional(),
  output: outputSchema.prefault({}),
  /** Organisations that get results. */
  receivers: z.array(name).min(1),
  /** Organisations whose analysts may ask. */
  askers: z.array(name).min(1),
  approval: z.strictObject({ ad_hoc: z.enum(['every-provider', 'none']).default('every-provider') }).prefault({}),
  templates: z.record(name, templateSchema).default({}),
  limits: z
    .strictObject({
      /** Questions per analyst and UTC day; null is no limit. */
      questions_per_day: z.number().int().min(1).nullable().default(100),
      /** Seconds that one run may take. */
      run_seconds: z.number().int().min(1).max(86_400).default(600),
    })
    .prefault({}),
  /** True only in sandboxes made by `sluis try`: said in every explanation and receipt. */
  sandbox: z.boolean().default(false),
});
export type Agreement = z.infer<typeof agreementSchema>;

/** An agreement with the signatures over its id, by organisation name (128 hexadecimal digits each). */
export const signedAgreementSchema = z.strictObject({
  agreement: agreementSchema,
  signatures: z.record(name, z.string().regex(/^[0-9a-f]{128}$/)),
});
export type SignedAgreement = z.infer<typeof signedAgreementSchema>;

/** What a station shows so that others can name it in an agreement (`sluis station card`). */
export const cardSchema = organisationSchema;
export type Card = Organisation;
