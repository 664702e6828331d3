/** The receipt of a release: what was agreed, what ran, and commitments that let its holder have the result verified offline. */
import { z } from 'zod';
import { name, hex32, hex64 } from './fields.ts';
import { signedAgreementSchema } from './agreement.ts';

const decimal = z.string().regex(/^\d{1,12}(\.\d{1,40})?$/);
/** How the answer keeps what it tells about one unit small, if it does. */
export const receiptNoiseSchema = z.discriminatedUnion('mechanism', [
  z.strictObject({ mechanism: z.literal('none'), differentially_private: z.literal(false) }),
  z.strictObject({
    mechanism: z.enum(['discrete-laplace', 'discrete-gaussian']),
    /** How the compute parties made the noise: see `NoiseGeneration`. */
    generation: z.enum(['shares', 'bits']),
    /** Of this question alone, for one unit, at every station that charged it. */
    epsilon: decimal,
    delta: decimal,
    /** `row`, `organisation`, or `column:NAME`. */
    unit: z.string().max(80),
    /** False where exact rules decide as well which cells are shown. */
    differentially_private: z.boolean(),
  }),
]);
export type ReceiptNoise = z.infer<typeof receiptNoiseSchema>;

/** What the compute parties sign, the same bytes at all three. */
export const receiptBodySchema = z.strictObject({
  format: z.literal('sluis-receipt/1'),
  run: z.string().regex(/^[0-9a-f]{32}$/),
  attempt: z.number().int().min(1),
  collaboration: name,
  agreement: hex32,
  plan: hex32,
  sql: z.string(),
  /** Template name or null for an ad-hoc question. */
  template: name.nullable(),
  asked_by: z.strictObject({ organisation: name, analyst: z.string().max(200) }),
  receivers: z.array(name).min(1),
  techniques: z.array(z.strictObject({ id: z.string(), version: z.number().int() })),
  rules: z.strictObject({
    minimum_rows: z.number().int(),
    minimum_organisations: z.number().int(),
    dominance: z.strictObject({ n: z.number().int(), k: z.number().int() }).nullable(),
    p_percent: z.number().int().nullable(),
    without_receivers: z.array(name),
    /** What numbers were rounded to before they were opened; absent where they were not. */
    rounding: z.strictObject({ counts: z.number().int(), sums: z.boolean() }).optional(),
    /** Which releases an output checker is asked about; absent where none. */
    checking: z.enum(['always', 'ask']).optional(),
    /** Absent where totals over suppressed groups are held back. */
    totals: z.literal('secondary-suppression').optional(),
    /** Absent where answers are not compared with earlier ones. */
    differencing: z.literal('guard').optional(),
  }),
  /** Absent in receipts of versions that had no noise: their answers are exact. */
  noise: receiptNoiseSchema.optional(),
  sandbox: z.boolean(),
  /** Stations that sent shares (not: that had rows in a cell); none where all rows were deposited. */
  contributing_organisations: z.number().int().min(0),
  /** As metered by each compute party, in committee order; 0 where noise is added to shared rows, whose number they would tell. */
  rounds: z.array(z.number().int()).length(3),
  bytes: z.array(z.number().int()).length(3),
  finished: z.string(),
  /** Salted commitments to the pass masks and to the three re-randomised output components (hexadecimal SHA-256). */
  commitments: z.strictObject({ mask: hex32, components: z.tuple([hex32, hex32, hex32]) }),
});
export type ReceiptBody = z.infer<typeof receiptBodySchema>;

/** What only receivers get: values behind the commitments, base64, and their salts. */
export const openingsSchema = z.strictObject({
  mask: z.strictObject({ salt: hex32, data: z.string() }),
  components: z.tuple([
    z.strictObject({ salt: hex32, data: z.string() }),
    z.strictObject({ salt: hex32, data: z.string() }),
    z.strictObject({ salt: hex32, data: z.string() }),
  ]),
  /** Texts of the receiver's own data whose hashes are opened keys: whoever verifies hashes them anew. Absent where there are none. */
  texts: z.array(z.string()).min(1).max(1_000_000).optional(),
});
export type Openings = z.infer<typeof openingsSchema>;

export const receiptSchema = z.strictObject({
  body: receiptBodySchema,
  /** Each compute party's Ed25519 signature over the body. */
  signatures: z.record(name, hex64),
  agreement: signedAgreementSchema,
  /** Absent in the copies of organisations that are no receivers. */
  openings: openingsSchema.optional(),
  /** The inclusion of the release in the logs of the compute parties, as each gave it; `leaf` is the entry's canonical JSON. */
  log: z.record(
    name,
    z.strictObject({
      checkpoint: z.string().max(10_000),
      index: z.number().int().min(0),
      leaf: z.string().max(100_000),
      salt: hex32,
      proof: z.array(hex32).max(64),
    }),
  ),
});
export type Receipt = z.infer<typeof receiptSchema>;
