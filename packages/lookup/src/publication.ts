/**
 * What an owner publishes: a signed description of the database's version, which names every chunk by its hash. It is
 * public to whoever may ask; it shows the number of entries (padded, if the owner wants that), of added and removed ones
 * since earlier versions, and the length of values, and nothing else without the function's outputs.
 */
import { canonicalBytes, fromBase64, fromHex, type Json, parseCanonical, toBase64, toHex } from '@sluis/base';
import { sha256, verifySignature } from '@sluis/crypto';
import type { Signer } from '@sluis/model';
import { z } from 'zod';
import { distrusted, malformed } from './faults.ts';
import { boxBytes, LONGEST_VALUE } from './value-box.ts';
import { type ListShape, MOST_POSITION_BITS } from './locator-list.ts';

const PURPOSE = 'lookup';
/** Wrong answers to one question: at most 2^-40, whoever publishes. */
export const LEAST_PRECISION_BITS = 40;
export const LARGEST_BATCH = 4096;
export const MOST_SEGMENTS = 64;

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`));
const whole = (least: number, most: number) => z.number().int().min(least).max(most);

const listSchema = z.strictObject({
  entries: whole(0, 2 ** 32 - 1),
  chunkBits: whole(0, 16),
  placeBits: whole(0, 24),
  lowBytes: whole(1, 8),
  /** SHA-256 of each chunk. */
  chunks: z.array(hex(32)).max(65_536),
});

const publicationSchema = z.strictObject({
  format: z.literal('sluis-lookup/1'),
  database: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/),
  /** Grows with every rotation of the function's key. */
  epoch: whole(1, 2 ** 31),
  /** Grows with every publication, over all epochs. */
  version: whole(1, 2 ** 31),
  /** The function's public key in this epoch. */
  key: hex(32),
  /** Longest value, to which all are padded; null if there are none. */
  valueBytes: whole(0, LONGEST_VALUE).nullable(),
  /** DuckDB's type of the values, for those who print them. */
  valueType: z.string().max(100).nullable(),
  /** How both sides normalise identifiers. */
  recipe: z.string().max(200).nullable(),
  /** How many identifiers a question may have; shorter ones are padded to the next of these. */
  batches: z.array(whole(1, LARGEST_BATCH)).min(1).max(16),
  /** What one client may ask. */
  limit: z.strictObject({ identifiers: whole(1, 2 ** 31), windowSeconds: whole(1, 31_622_400) }),
  /** The oldest is the base; each later one adds and removes. */
  segments: z
    .array(z.strictObject({ salt: hex(16), added: listSchema, removed: listSchema }))
    .min(1)
    .max(MOST_SEGMENTS),
});
const signedSchema = z.strictObject({ publication: publicationSchema, signature: z.string().max(100) });

export type PublishedList = z.infer<typeof listSchema>;
export type Publication = z.infer<typeof publicationSchema>;
export type Segment = Publication['segments'][number];

/** The shape of one of a publication's lists. */
export const shapeOf = (list: PublishedList, boxSize: number): ListShape => ({ ...list, boxBytes: boxSize });
export const addedShape = (publication: Publication, segment: Segment): ListShape =>
  shapeOf(segment.added, boxBytes(publication.valueBytes));
export const removedShape = (segment: Segment): ListShape => shapeOf(segment.removed, 0);

/** The hashes of all chunks, oldest first. */
export const chunksOf = (publication: Publication): string[] =>
  publication.segments.flatMap(({ added, removed }) => [...added.chunks, ...removed.chunks]);

/** The identity of a version: two publications with one hash are the same. */
export const publicationHash = (publication: Publication): string => toHex(sha256(canonicalBytes(publication)));

/**
 * −log2 of the probability that an answer to one identifier is wrong, over the function's key: that a locator which is in
 * none of the lists matches one. By the union bound, q identifiers add log2(q).
 */
export function precisionBits(publication: Publication): number {
  const chance = publication.segments
    .flatMap(({ added, removed }) => [added, removed])
    .reduce((sum, list) => sum + list.entries / 2 ** (list.chunkBits + list.placeBits + 8 * list.lowBytes), 0);
  return chance === 0 ? Number.POSITIVE_INFINITY : -Math.log2(chance);
}

/** Signs a publication. Run by: the owner. Throws RangeError if it is less precise than 2^-40 or not well formed. */
export async function signPublication(publication: Publication, signer: Signer): Promise<Uint8Array> {
  if (!isSound(publicationSchema.parse(publication))) throw new RangeError('a publication that clients would refuse');
  const signature = await signer.sign(PURPOSE, canonicalBytes(publication));
  return canonicalBytes({ publication, signature: toBase64(signature) } as unknown as Json);
}

/**
 * Reads a signed publication. Run by: the client, with the owner's key from its card, its agreement or its address.
 *
 * @throws ProtocolError `lookup/malformed`; PeerError `lookup/signature` if another key signed it.
 */
export function readPublication(bytes: Uint8Array, ownersKey: Uint8Array): Publication {
  const parsed = signedSchema.safeParse(canonical(bytes));
  if (!parsed.success) throw malformed('The published database');
  const { publication, signature } = parsed.data;
  if (!verifySignature(ownersKey, PURPOSE, canonicalBytes(publication), signatureBytes(signature))) {
    throw distrusted('signature', "The published database isn't signed by its owner's key.", 'Check the address; do not use what it gave.');
  }
  if (!isSound(publication)) throw malformed('The published database');
  return publication;
}

function canonical(bytes: Uint8Array): Json {
  try {
    return parseCanonical(bytes, 'The published database');
  } catch {
    throw malformed('The published database');
  }
}

function signatureBytes(text: string): Uint8Array {
  try {
    return fromBase64(text);
  } catch {
    return new Uint8Array(0);
  }
}

/** What must hold beyond the schema. */
function isSound(publication: Publication): boolean {
  const { batches, segments } = publication;
  const lists = segments.flatMap(({ added, removed }) => [added, removed]);
  return (
    batches.every((size, i) => i === 0 || size > (batches[i - 1] ?? 0)) &&
    new Set(segments.map((s) => s.salt)).size === segments.length &&
    lists.every((l) => l.chunks.length === 2 ** l.chunkBits && l.chunkBits + l.placeBits <= MOST_POSITION_BITS) &&
    precisionBits(publication) >= LEAST_PRECISION_BITS
  );
}

export const keyOf = (publication: Publication): Uint8Array => fromHex(publication.key);
