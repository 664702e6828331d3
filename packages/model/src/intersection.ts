/** A run of an intersection between two stations: what they sign, what its receipt holds, and what the API shows. */
import { z } from 'zod';
import { name, hex16, hex32, hex64, instant, person } from './fields.ts';
import { signedAgreementSchema } from './agreement.ts';
import { intersectionRevealSchema } from './agreement-intersections.ts';
import { errorRecordSchema, OPEN_RUN_STATES, runEventSchema } from './api.ts';

const size = z
  .number()
  .int()
  .min(1)
  .max(2 ** 31);

/** A wish to run an intersection of the agreement, signed by the station where it was expressed. */
export const intersectionProposalSchema = z.strictObject({
  format: z.literal('sluis-intersection/1'),
  run: hex16,
  collaboration: name,
  agreement: hex32,
  intersection: name,
  coordinator: name,
  analyst: person,
  /** Commitment to the coordinator's half of what decides which items are looked at, where not all are. */
  lot: hex32,
  asked_at: instant,
  expires_at: instant,
});
export type IntersectionProposal = z.infer<typeof intersectionProposalSchema>;
export const signedIntersectionProposalSchema = z.strictObject({ statement: intersectionProposalSchema, signature: hex64 });
export type SignedIntersectionProposal = z.infer<typeof signedIntersectionProposalSchema>;

/** One organisation's yes to one run. */
export const intersectionApprovalSchema = z.strictObject({
  format: z.literal('sluis-intersection-approval/1'),
  run: hex16,
  agreement: hex32,
  intersection: name,
  organisation: name,
  approver: person,
  approved_at: instant,
  expires_at: instant,
});
export type IntersectionApproval = z.infer<typeof intersectionApprovalSchema>;
export const signedIntersectionApprovalSchema = z.strictObject({ statement: intersectionApprovalSchema, signature: hex64 });
export type SignedIntersectionApproval = z.infer<typeof signedIntersectionApprovalSchema>;

/** What each side says of its input before the run. `commitment` is null where the agreement asks for none. */
export const intersectionInputSchema = z.strictObject({ declared: size, commitment: hex32.nullable() });
export type IntersectionInput = z.infer<typeof intersectionInputSchema>;

/** What both stations sign, the same bytes at both. It does not say how many items matched, nor whether they were enough. */
export const intersectionReceiptBodySchema = z.strictObject({
  format: z.literal('sluis-intersection-receipt/1'),
  run: hex16,
  attempt: z.number().int().min(1),
  collaboration: name,
  agreement: hex32,
  intersection: name,
  asked_by: z.strictObject({ organisation: name, analyst: person }),
  technique: z.strictObject({ id: z.string().max(80), version: z.number().int() }),
  threat_model: z.enum(['semi-honest', 'malicious']),
  /** By organisation. */
  inputs: z.record(name, intersectionInputSchema),
  /** Each receiver's salted commitment to what it got. */
  results: z.record(name, hex32),
  /** Bytes that each station sent. */
  sent: z.record(name, z.number().int().min(0)),
  sandbox: z.boolean(),
  finished: instant,
});
export type IntersectionReceiptBody = z.infer<typeof intersectionReceiptBodySchema>;

/** What one receiver got. `digest` is over all matching items in order, so that a receipt need not carry them. */
export const intersectionOutcomeSchema = z.strictObject({
  below_minimum: z.boolean(),
  /** Null below the minimum. */
  size: z.number().int().min(0).nullable(),
  digest: hex32,
});
export type IntersectionOutcome = z.infer<typeof intersectionOutcomeSchema>;

export const logProofSchema = z.strictObject({
  checkpoint: z.string().max(10_000),
  index: z.number().int().min(0),
  leaf: z.string().max(100_000),
  salt: hex32,
  proof: z.array(hex32).max(64),
});

export const intersectionReceiptSchema = z.strictObject({
  body: intersectionReceiptBodySchema,
  signatures: z.record(name, hex64),
  agreement: signedAgreementSchema,
  log: z.record(name, logProofSchema),
  /** In the receiver's own copy only. */
  opening: z
    .strictObject({
      receiver: name,
      salt: hex32,
      outcome: intersectionOutcomeSchema,
      /** The key of every match; absent where there are too many for a receipt. */
      items: z.array(z.array(z.string()).min(1).max(128)).optional(),
    })
    .optional(),
});
export type IntersectionReceipt = z.infer<typeof intersectionReceiptSchema>;

/** Runs with more matches have receipts without them. */
export const MOST_ITEMS_IN_RECEIPT = 200_000;

export const intersectionStateSchema = z.enum(['proposed', 'waiting', 'running', 'released', 'refused', 'failed', 'cancelled']);
export type IntersectionState = z.infer<typeof intersectionStateSchema>;
export const isOpenIntersection = (state: IntersectionState): boolean => (OPEN_RUN_STATES as readonly string[]).includes(state);

export const intersectionViewSchema = z.strictObject({
  run: hex16,
  collaboration: name,
  agreement: hex32,
  intersection: name,
  state: intersectionStateSchema,
  attempt: z.number().int().min(0),
  asked_by: z.strictObject({ organisation: name, analyst: person }),
  approvals: z.strictObject({ needed: z.array(name), given: z.array(name) }),
  error: errorRecordSchema.nullable(),
  created: instant,
  updated: instant,
  events: z.array(runEventSchema),
});
export type IntersectionView = z.infer<typeof intersectionViewSchema>;

/** An intersection of an agreement in force, in words, before anything runs. */
export const intersectionTermsViewSchema = z.strictObject({
  collaboration: name,
  agreement: hex32,
  intersection: name,
  /** Whether the two stations run it themselves; else it is a question to the committee. */
  plain: z.boolean(),
  sql: z.string().nullable(),
  reveal: intersectionRevealSchema,
  /** Whether items are shown by themselves: with `at-least`. */
  items: z.boolean(),
  receivers: z.array(name),
  sentences: z.array(z.string()),
  runs: z.strictObject({ begun: z.number().int(), allowed: z.number().int(), days: z.number().int() }).nullable(),
});
export type IntersectionTermsView = z.infer<typeof intersectionTermsViewSchema>;

export const intersectionListSchema = z.strictObject({
  terms: z.array(intersectionTermsViewSchema),
  runs: z.array(intersectionViewSchema),
});
export type IntersectionList = z.infer<typeof intersectionListSchema>;

/** What one key of a matching came to in the own rows. For their owner only. */
export const ownKeySchema = z.strictObject({
  key: z.string(),
  accepted: z.number().int(),
  rejected: z.number().int(),
  distinct: z.number().int(),
  repeated: z.number().int(),
  reasons: z.array(z.strictObject({ part: z.number().int(), recipe: z.string(), reason: z.string(), rows: z.number().int() })),
});
export type OwnKey = z.infer<typeof ownKeySchema>;

export const intersectionResultSchema = z.strictObject({
  run: hex16,
  /** Null at a station that receives nothing. */
  outcome: intersectionOutcomeSchema.nullable(),
  items: z.array(z.array(z.string())),
  /** Own rows that were left out or counted once. */
  own: z.strictObject({
    rows: z.number().int(),
    missing: z.number().int(),
    items: z.number().int(),
    /** Of a matching: what each key came to. */
    keys: z.array(ownKeySchema),
  }),
  sent: z.record(name, z.number().int()),
  totalMs: z.number(),
  receipt: intersectionReceiptSchema,
});
export type IntersectionResult = z.infer<typeof intersectionResultSchema>;

/** A station's list against its own commitment. With the salt, whoever may read the rows can compute the same. */
export const intersectionAuditSchema = z.strictObject({ run: hex16, commitment: hex32, salt: hex32, now: hex32, same: z.boolean() });
export type IntersectionAudit = z.infer<typeof intersectionAuditSchema>;

export const intersectionStartSchema = z.strictObject({
  collaboration: name.optional(),
  intersection: name,
  as: person.optional(),
});
export type IntersectionStart = z.infer<typeof intersectionStartSchema>;
