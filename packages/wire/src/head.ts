/** The head of a message: canonical JSON, checked with a schema before anything else looks at it. */
import { canonicalBytes, type ErrorRecord, type Json, parseCanonical } from '@sluis/base';
import { z } from 'zod';
import { garbage } from './faults.ts';

const id = z.number().int().min(1).max(0xffff_ffff);
const type = z.string().regex(/^[a-z][a-z0-9._-]{0,79}$/);
const header = z.record(z.string(), z.unknown());
const bytes = z.number().int().min(0);
const run = z.string().regex(/^[0-9a-f]{1,64}$/);
const attempt = z.number().int().min(1);
const step = z.string().min(1).max(200);

const headSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('request'), type, header, bytes }),
  z.strictObject({ kind: z.literal('push'), type, header, bytes }),
  z.strictObject({ kind: z.literal('reply'), answers: id, header, bytes }),
  z.strictObject({
    kind: z.literal('failure'),
    answers: id,
    bytes: z.literal(0),
    exitCode: z.number().int().min(1).max(5),
    error: z.strictObject({
      code: z
        .string()
        .regex(/^[a-z0-9-]+\/[a-z0-9-]+$/)
        .max(100),
      message: z.string().max(8000),
      remedy: z.string().max(8000).nullable(),
      stage: z.string().max(40),
      party: z.string().max(200).nullable(),
    }),
  }),
  z.strictObject({
    kind: z.literal('mpc'),
    run,
    attempt,
    step,
    bytes,
  }),
  z.strictObject({ kind: z.literal('listen'), run, attempt, link: id, bytes: z.literal(0) }),
  z.strictObject({ kind: z.literal('unlisten'), link: id, bytes: z.literal(0) }),
]);

type Header = { readonly [key: string]: Json };
export type Head =
  | { readonly kind: 'request' | 'push'; readonly type: string; readonly header: Header; readonly bytes: number }
  | { readonly kind: 'reply'; readonly answers: number; readonly header: Header; readonly bytes: number }
  | { readonly kind: 'failure'; readonly answers: number; readonly bytes: 0; readonly exitCode: number; readonly error: ErrorRecord }
  | { readonly kind: 'mpc'; readonly run: string; readonly attempt: number; readonly step: string; readonly bytes: number }
  /** Asks for the committee payloads of one run and attempt on this connection, under a number of the asker's choice. */
  | { readonly kind: 'listen'; readonly run: string; readonly attempt: number; readonly link: number; readonly bytes: 0 }
  | { readonly kind: 'unlisten'; readonly link: number; readonly bytes: 0 }
  | StepHead;

/** A payload for one who listens: frequent, and so in a short binary form. */
export interface StepHead {
  readonly kind: 'step';
  readonly link: number;
  readonly step: string;
  readonly bytes: number;
}

/** No JSON begins with it. */
const STEP_MARK = 1;
/** Mark, 4 bytes link, 6 bytes size (big-endian), then the step in UTF-8. */
const STEP_PREFIX = 11;
const STEP_LENGTH = 200;

export const encodeHead = (head: Head): Uint8Array => (head.kind === 'step' ? encodeStep(head) : canonicalBytes(head));

function encodeStep(head: StepHead): Uint8Array {
  const out = Buffer.allocUnsafe(STEP_PREFIX + Buffer.byteLength(head.step));
  out[0] = STEP_MARK;
  out.writeUInt32BE(head.link, 1);
  out.writeUIntBE(head.bytes, 5, 6);
  out.write(head.step, STEP_PREFIX);
  return out;
}

function decodeStep(payload: Uint8Array): StepHead {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
  const step = bytes.toString('utf8', STEP_PREFIX);
  // What is not UTF-8 becomes longer or shorter, or other bytes.
  if (step.length < 1 || step.length > STEP_LENGTH || !Buffer.from(step).equals(bytes.subarray(STEP_PREFIX))) throw new RangeError('step');
  return { kind: 'step', link: bytes.readUInt32BE(1), bytes: bytes.readUIntBE(5, 6), step };
}

/** Reads a head; throws ProtocolError `wire/garbage` if it is not canonical JSON of the agreed form. */
export function decodeHead(peer: string, payload: Uint8Array): Head {
  try {
    if (payload[0] === STEP_MARK) return decodeStep(payload);
    return headSchema.parse(parseCanonical(payload, 'A message head')) as Head;
  } catch {
    // The cause is withheld: it could quote what the peer sent.
    throw garbage(peer, 'a message head of unknown form');
  }
}

export const failure = (answers: number, error: ErrorRecord, exitCode: number): Head => ({
  kind: 'failure',
  answers,
  bytes: 0,
  exitCode: Math.min(5, Math.max(1, exitCode)),
  error: { ...error, message: cut(error.message), remedy: error.remedy === null ? null : cut(error.remedy) },
});

/** The run a message belongs to, for the meter; null if it names none. */
export function runOf(head: Head): string | null {
  if (head.kind === 'mpc') return head.run;
  const run = 'header' in head ? head.header['run'] : null;
  return typeof run === 'string' && /^[0-9a-f]{1,64}$/.test(run) ? run : null;
}

const cut = (text: string): string => text.slice(0, 8000).toWellFormed();
