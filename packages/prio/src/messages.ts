/** The messages of Prio3 (VDAF §7.2.7): their lengths say everything, so that decoding only checks and divides. */
import type { Field, Vector } from './field.ts';
import { malformed } from './refusals.ts';
import { SEED_BYTES } from './xof.ts';

/** What the lengths of messages depend on. */
export interface Layout {
  readonly field: Field;
  readonly shares: number;
  /** Whether there is joint randomness. */
  readonly joint: boolean;
  /** Elements of an encoded value, of all proofs, and of all verifiers. */
  readonly encoded: number;
  readonly proofs: number;
  readonly verifiers: number;
}

export type InputShare =
  | { readonly kind: 'leader'; readonly encoded: Vector; readonly proofs: Vector; readonly blind: Uint8Array | null }
  | { readonly kind: 'helper'; readonly seed: Uint8Array; readonly blind: Uint8Array | null };

const seedsOf = (bytes: Uint8Array): Uint8Array[] =>
  Array.from({ length: bytes.length / SEED_BYTES }, (_, i) => bytes.slice(i * SEED_BYTES, (i + 1) * SEED_BYTES));

/** The joint randomness parts that the client claims, one for each aggregator; none without joint randomness. */
export function decodePublicShare({ joint, shares }: Layout, bytes: Uint8Array): Uint8Array[] {
  if (bytes.length !== (joint ? shares * SEED_BYTES : 0)) throw malformed('public share');
  return seedsOf(bytes);
}

export function decodeInputShare(layout: Layout, aggregator: number, bytes: Uint8Array): InputShare {
  const { field, joint, encoded, proofs } = layout;
  const blindBytes = joint ? SEED_BYTES : 0;
  const body = bytes.subarray(0, Math.max(0, bytes.length - blindBytes));
  const blind = joint ? bytes.slice(body.length) : null;
  if (aggregator > 0) {
    if (bytes.length !== SEED_BYTES + blindBytes) throw malformed('input share');
    return { kind: 'helper', seed: body.slice(), blind };
  }
  if (bytes.length !== (encoded + proofs) * field.encodedBytes + blindBytes) throw malformed('input share');
  const elements = field.decode(body);
  if (elements === null) throw malformed('input share');
  return { kind: 'leader', encoded: field.part(elements, 0, encoded), proofs: field.part(elements, encoded, encoded + proofs), blind };
}

export function decodeVerifierShare(layout: Layout, bytes: Uint8Array): { verifiers: Vector; jointPart: Uint8Array | null } {
  const { field, joint, verifiers } = layout;
  const size = verifiers * field.encodedBytes;
  if (bytes.length !== size + (joint ? SEED_BYTES : 0)) throw malformed('verifier share');
  const elements = field.decode(bytes.subarray(0, size));
  if (elements === null) throw malformed('verifier share');
  return { verifiers: elements, jointPart: joint ? bytes.slice(size) : null };
}

/** The joint randomness seed, or null without joint randomness. */
export function decodeVerifierMessage({ joint }: Layout, bytes: Uint8Array): Uint8Array | null {
  if (bytes.length !== (joint ? SEED_BYTES : 0)) throw malformed('verifier message');
  return joint ? bytes : null;
}
