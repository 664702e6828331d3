/** Statements that stations sign and exchange about a run. Every one is bound to run, plan and agreement. */
import { fromUtf8, InvalidError } from '@sluis/base';
import { fields } from '@sluis/model';
import { z } from 'zod';
import { rowsPieceSchema } from './row-pieces.ts';

const { name, hex16, hex32, hex64, instant, person } = fields;

/** A question put to a collaboration, signed by the station where it was asked. */
export const proposalSchema = z.strictObject({
  format: z.literal('sluis-proposal/1'),
  run: hex16,
  collaboration: name,
  agreement: hex32,
  sql: z.string().min(1).max(20_000),
  template: name.nullable(),
  plan: hex32,
  coordinator: name,
  analyst: person,
  receivers: z.array(name).min(1),
  asked_at: instant,
  expires_at: instant,
});
export type Proposal = z.infer<typeof proposalSchema>;

/** One data provider's yes to exactly this plan in this run. */
export const approvalSchema = z.strictObject({
  format: z.literal('sluis-approval/1'),
  run: hex16,
  plan: hex32,
  agreement: hex32,
  organisation: name,
  approver: person,
  approved_at: instant,
  expires_at: instant,
});
export type Approval = z.infer<typeof approvalSchema>;

/** An output checker's word on what one run would show. */
export const checkSchema = z.strictObject({
  format: z.literal('sluis-check/1'),
  run: hex16,
  plan: hex32,
  agreement: hex32,
  /** Hash of the cells that would be shown. */
  mask: hex32,
  organisation: name,
  checker: person,
  verdict: z.enum(['pass', 'refuse']),
  reason: z.string().max(1000),
  checked_at: instant,
});
export type Check = z.infer<typeof checkSchema>;

export const signedProposalSchema = z.strictObject({ statement: proposalSchema, signature: hex64 });
export const signedApprovalSchema = z.strictObject({ statement: approvalSchema, signature: hex64 });
export const signedCheckSchema = z.strictObject({ statement: checkSchema, signature: hex64 });
export type SignedCheck = z.infer<typeof signedCheckSchema>;
export type SignedProposal = z.infer<typeof signedProposalSchema>;
export type SignedApproval = z.infer<typeof signedApprovalSchema>;

export const startSchema = z.strictObject({
  run: hex16,
  attempt: z.number().int().min(1).max(1),
  approvals: z.array(signedApprovalSchema).max(200),
});
export const runReferenceSchema = z.strictObject({ run: hex16, attempt: z.number().int().min(1).max(1) });
/** A share, with what the provider calls its data where releases are compared. */
export const shareReferenceSchema = runReferenceSchema.extend({ data: z.string().max(200).optional() }).strict();
/** A piece of rows of a run, with what the piece says of itself. */
export const rowsReferenceSchema = runReferenceSchema.extend(rowsPieceSchema.shape).strict();
export const runOnlySchema = z.strictObject({ run: hex16 });
export const endSchema = z.strictObject({
  run: hex16,
  state: z.enum(['refused', 'failed', 'cancelled']),
  error: z.strictObject({
    code: z.string().max(100),
    message: z.string().max(4000),
    remedy: z.string().max(4000).nullable(),
    stage: z.string().max(40),
    party: name.nullable(),
    exitCode: z.number().int().min(1).max(5),
  }),
});
export const progressSchema = z.strictObject({ run: hex16, step: z.string().max(60), detail: z.string().max(300) });

/** Validates something that crossed a wire; the error names what and from whom, never the content. */
export function readMessage<T>(schema: z.ZodType<T>, value: unknown, what: string, from: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const where = result.error.issues[0]?.path.join('.') ?? '';
  throw new InvalidError('run/malformed-message', {
    stage: 'wire',
    party: from,
    message: `The message "${what}" from ${from} is not of the agreed form${where === '' ? '' : ` (at ${where})`}.`,
    remedy: 'Bring both stations to the same release of Sluis.',
  });
}

/** JSON of a message body, or null if it is none (which no schema accepts). */
export function parseBody(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(fromUtf8(bytes));
  } catch {
    return null;
  }
}
