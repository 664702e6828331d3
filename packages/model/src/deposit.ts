/**
 * Deposits on the wire: what a contributor signs, and what stations answer. A contributor shares its rows once, beforehand;
 * the manifest names every piece and the hash of each compute party's message, so that a station that relays the sealed
 * boxes can neither change nor swap, add nor leave out anything unnoticed.
 */
import { canonicalBytes, concatBytes, fromHex, toHex } from '@sluis/base';
import { taggedHash } from '@sluis/crypto';
import { z } from 'zod';
import { name, hex16, hex32, hex64, instant, sqlName as tableName } from './fields.ts';
import { signedAgreementSchema, type Table } from './agreement.ts';
import { encodingsOf, rowVectors } from './row-encoding.ts';

/** Rows of one piece, but for the last: few enough that a piece of a wide table still fits in memory easily. */
const MOST_ROWS = 65_536;
const MOST_BYTES = 16 * 1024 * 1024;
export const MOST_PIECES = 8192;
/** The sharing technique of all deposits: their format is that of its messages. */
export const DEPOSIT_SHARING = 'replicated-3';

/** Number of shared vectors of a table's rows, all of one word. */
export const depositVectors = (table: Pick<Table, 'columns'>): number => rowVectors(encodingsOf(table)).length;

/** Rows of every piece but the last one of a table's deposits. */
export const rowsOfPiece = (table: Pick<Table, 'columns'>): number =>
  Math.min(MOST_ROWS, Math.max(1, Math.floor(MOST_BYTES / (8 * depositVectors(table)))));

export const depositManifestSchema = z.strictObject({
  format: z.literal('sluis-deposit/2'),
  collaboration: name,
  agreement: hex32,
  table: tableName,
  /** `depositBatch` of the signing key and `number`. */
  batch: hex16,
  number: hex16,
  /** Null for an anonymous member. */
  contributor: name.nullable(),
  /** Proof of membership: a key made for this deposit alone, and the issuer's token for exactly that key. */
  anonymous: z.strictObject({ round: z.string().max(20), key: hex32, token: hex64 }).nullable(),
  /** Whether it stands beside the contributor's earlier deposits in the table or instead of them. */
  mode: z.enum(['append', 'replace']),
  rows: z
    .number()
    .int()
    .min(1)
    .max(2 ** 40),
  /** Per piece its rows, and `messageHash` of each compute party's message before sealing. */
  pieces: z
    .array(z.strictObject({ rows: z.number().int().min(1).max(MOST_ROWS), messages: z.tuple([hex32, hex32, hex32]) }))
    .min(1)
    .max(MOST_PIECES),
});
export type DepositManifest = z.infer<typeof depositManifestSchema>;

/** Signed with the purpose `deposit` by the contributor's identity, or by the anonymous deposit's own key. */
export const signedManifestSchema = z.strictObject({ statement: depositManifestSchema, signature: hex64 });
export type SignedManifest = z.infer<typeof signedManifestSchema>;

/** What a contributor asks about the agreement or its own deposits; signed with the purpose `deposit-request`. */
export const depositRequestSchema = z.strictObject({
  format: z.literal('sluis-deposit-request/1'),
  what: z.enum(['agreement', 'list', 'withdraw', 'token']),
  collaboration: name.nullable(),
  contributor: name.nullable(),
  /** Public key of an anonymous deposit, which signs instead of a contributor. */
  key: hex32.nullable(),
  batch: hex16.nullable(),
  /** For tokens: table, round and blinded element. */
  token: z.strictObject({ table: tableName, round: z.string().max(20), blinded: hex32 }).nullable(),
  at: instant,
});
export type DepositRequest = z.infer<typeof depositRequestSchema>;
export const signedDepositRequestSchema = z.strictObject({ statement: depositRequestSchema, signature: hex64 });
export type SignedDepositRequest = z.infer<typeof signedDepositRequestSchema>;

export const depositState = z.enum(['uploading', 'accepted', 'replaced', 'withdrawn', 'rejected', 'expired']);
export type DepositState = z.infer<typeof depositState>;

/** One deposit as one compute party has it. */
export const depositViewSchema = z.object({
  batch: hex16,
  collaboration: name,
  agreement: hex32,
  table: tableName,
  contributor: z.string().max(100),
  mode: z.enum(['append', 'replace']),
  rows: z.number().int(),
  pieces: z.number().int(),
  state: depositState,
  /** Code of why it was rejected or has expired. */
  reason: z.string().max(100).nullable(),
  /** The deposit that takes its place once all compute parties have accepted that one. */
  successor: hex16.nullable(),
  /** Whether its values were found within bounds; happens at first use. */
  checked: z.boolean(),
  at: z.string(),
});
export type DepositView = z.infer<typeof depositViewSchema>;

export const agreementForContributorSchema = z.object({ id: hex32, signed: signedAgreementSchema });
/** Per compute party, in committee order: its view and the numbers of the pieces it lacks. */
export const openAnswerSchema = z.object({
  parties: z.array(z.object({ organisation: name, deposit: depositViewSchema, missing: z.array(z.number().int()) })).length(3),
});
export type OpenAnswer = z.infer<typeof openAnswerSchema>;
export const depositListSchema = z.object({
  parties: z.array(z.object({ organisation: name, deposits: z.array(depositViewSchema) })).length(3),
});
export type DepositList = z.infer<typeof depositListSchema>;
export const storedAnswerSchema = z.object({ stored: z.literal(true) });
export const doneAnswerSchema = z.object({ parties: z.array(z.object({ organisation: name, deposit: depositViewSchema })).length(3) });
/** The issuer's evaluation of a blinded element, and its proof that it used the key of the agreement. */
export const tokenAnswerSchema = z.object({ evaluated: hex32, proof: hex64 });

/** Who gives the rows, as the committee sees it: a name of the agreement, or a name of its own for an anonymous deposit. */
export function giverOf(manifest: Pick<DepositManifest, 'contributor' | 'anonymous'>): string {
  if (manifest.contributor !== null) return manifest.contributor;
  return anonymousName(manifest.anonymous?.key ?? '');
}

/** Names beginning so are nobody's in an agreement. */
export const ANONYMOUS_PREFIX = 'anonymous-';
export const anonymousName = (key: string): string =>
  `${ANONYMOUS_PREFIX}${toHex(taggedHash('sluis/anonymous-member/1', fromHex(key))).slice(0, 32)}`;

/**
 * What a deposit is called everywhere: by the key that signs it and a number of its contributor's own, so that nobody else
 * can begin one under a name that a contributor will use.
 */
export const depositBatch = (key: string, number: string): string =>
  toHex(taggedHash('sluis/deposit-batch/2', fromHex(key), fromHex(number))).slice(0, 32);

/** Bytes of random salt before each message. */
export const MESSAGE_SALT_BYTES = 32;

/**
 * What is sealed for one compute party: salt, then its shares. Every compute party sees the hashes of all messages, and one
 * of them knows both seeds of a piece: without a salt it could try rows until they hash to what another party was sent.
 */
export function saltedMessage(salt: Uint8Array, message: Uint8Array): Uint8Array {
  if (salt.length !== MESSAGE_SALT_BYTES) throw new RangeError('a message needs a salt of 32 bytes');
  return concatBytes(salt, message);
}

/** The shares behind the salt; empty for what is too short to be one. */
export const unsaltedMessage = (salted: Uint8Array): Uint8Array => salted.subarray(MESSAGE_SALT_BYTES);

/** What the manifest says of a salted message, hexadecimal: tells nothing to whoever lacks the salt. */
export const messageHash = (salted: Uint8Array): string => toHex(taggedHash('sluis/deposit-message/2', salted));

/** What a sealed piece is bound to: nobody can use it as another piece, in another deposit, or for another compute party. */
export function pieceInfo(manifest: Omit<DepositManifest, 'rows' | 'pieces' | 'format' | 'number'>, piece: number, to: string): Uint8Array {
  const { collaboration, agreement, table, batch, mode } = manifest;
  return canonicalBytes({ purpose: 'sluis/deposit/2', collaboration, agreement, table, batch, mode, giver: giverOf(manifest), piece, to });
}

/** The round that an instant lies in: a member gets one token for each. */
export function roundOf(round: 'once' | 'month' | 'quarter' | 'year', at: number): string {
  const date = new Date(at);
  if (round === 'once') return 'once';
  if (round === 'year') return `${date.getUTCFullYear()}`;
  if (round === 'quarter') return `${date.getUTCFullYear()}-Q${Math.floor(date.getUTCMonth() / 3) + 1}`;
  return date.toISOString().slice(0, 7);
}

/** What a token is for, public: it holds in no other round, table or collaboration. */
export const tokenInfo = (collaboration: string, table: string, round: string): Uint8Array =>
  canonicalBytes({ purpose: 'sluis/deposit-token/1', collaboration, table, round });

/** What a token is of: the deposit's own key, so that whoever sees the token can't use it for another deposit. */
export const tokenInput = (key: string): Uint8Array => taggedHash('sluis/deposit-token-input/1', fromHex(key));
