/** What the two stations of an intersection ask of each other over the wire. Every message is bound to its run and sender. */
import { intersectionInputSchema, signedIntersectionApprovalSchema, signedIntersectionProposalSchema, fields } from '@sluis/model';
import { z } from 'zod';
import { finishSchema, wordSchema } from './intersection-evidence.ts';

const { hex32, hex16: run } = fields;

const attempt = z.number().int().min(1).max(100);
const errorSchema = z.strictObject({
  code: z.string().max(100),
  message: z.string().max(8000),
  remedy: z.string().max(8000).nullable(),
  stage: z.string().max(40),
  party: z.string().max(63).nullable(),
  exitCode: z.number().int().min(1).max(5),
});

/** Each type with what is asked and what is answered. */
const MESSAGES = {
  'intersection.propose': {
    asked: z.strictObject({ proposal: signedIntersectionProposalSchema }),
    /** A commitment, like the proposal's; both are opened when an attempt begins. */
    answered: z.strictObject({ lot: hex32 }),
  },
  'intersection.approval': { asked: z.strictObject({ approval: signedIntersectionApprovalSchema }), answered: z.strictObject({}) },
  'intersection.begin': {
    asked: z.strictObject({
      run,
      attempt,
      approvals: z.array(signedIntersectionApprovalSchema).max(2),
      lot: hex32,
      input: intersectionInputSchema,
    }),
    answered: z.strictObject({ input: intersectionInputSchema, lot: hex32 }),
  },
  'intersection.play': {
    asked: z.strictObject({ run, attempt }),
    answered: z.strictObject({ result: hex32.nullable(), sent: z.number().int().min(0) }),
  },
  'intersection.finish': { asked: finishSchema, answered: wordSchema },
  'intersection.end': {
    asked: z.strictObject({
      run,
      attempt: z.number().int().min(0).max(100),
      state: z.enum(['failed', 'refused', 'cancelled']),
      error: errorSchema,
    }),
    answered: z.strictObject({}),
  },
} as const;

export type IntersectionMessages = typeof MESSAGES;
export type Asked<T extends keyof IntersectionMessages> = z.infer<IntersectionMessages[T]['asked']>;
export type Answered<T extends keyof IntersectionMessages> = z.infer<IntersectionMessages[T]['answered']>;

/** TypeScript can't see that a type's schema is that type's. */
export const questionSchema = <T extends keyof IntersectionMessages>(type: T) => MESSAGES[type].asked as unknown as z.ZodType<Asked<T>>;
export const answerSchema = <T extends keyof IntersectionMessages>(type: T) => MESSAGES[type].answered as unknown as z.ZodType<Answered<T>>;
