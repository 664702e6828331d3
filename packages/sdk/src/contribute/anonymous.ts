/**
 * Depositing as one of the members, without saying which: a token proves membership, and a key made for the round signs
 * instead of the member. Key and blind are fresh and lie in the token file alone: whoever gets hold of a member's identity
 * later can't find its anonymous deposits with it. Whoever loses the file can neither deposit again in that round nor
 * replace or withdraw what it deposited.
 *
 * What this does not hide: the network address and time of the upload from the station that is used; that it is one of
 * the members; what the rows themselves say. Whoever asks for a token and deposits at once, from one place, can be matched.
 */
import { canonicalText, fromHex, InvalidError, type Random, RefusedError, toHex, utf8 } from '@sluis/base';
import { blindToken, hkdfExpand } from '@sluis/crypto';
import { type Agreement, type DepositManifest, type DepositRules, roundOf, tokenInfo, tokenInput } from '@sluis/model';
import { z } from 'zod';
import { type Contributor, contributorFromKey } from './contributor.ts';
import type { DepositClient } from './deposit-client.ts';

const hex32 = z.string().regex(/^[0-9a-f]{64}$/);
export const tokenFileSchema = z.strictObject({
  format: z.literal('sluis-deposit-token/2'),
  collaboration: z.string(),
  table: z.string(),
  round: z.string().max(20),
  /** Ed25519 seed of the key that signs the deposit. */
  private_key: hex32,
  /** Hides the key from the issuer until it has answered; null afterwards, because nothing needs it any more. */
  blind: hex32.nullable(),
  /** Null until the issuer has answered. */
  token: z
    .string()
    .regex(/^[0-9a-f]{128}$/)
    .nullable(),
});
export type TokenFile = z.infer<typeof tokenFileSchema>;

/** Where a token file lies. `write` returns when the text is on the disk, for its owner's eyes only. */
export interface TokenPlace {
  /** Null if there is none yet. */
  read(): string | null;
  write(text: string): void;
}

/** The present round of a table's tokens. Throws RefusedError `deposit/not-allowed` if it takes no anonymous deposits. */
export const tokenRound = (agreement: Agreement, table: string, now: number): string => roundOf(ruleOf(agreement, table).round, now);

function ruleOf(agreement: Agreement, table: string): NonNullable<DepositRules['anonymous']> {
  const rule = Object.hasOwn(agreement.tables, table) ? agreement.tables[table]?.deposits?.anonymous : undefined;
  if (rule !== undefined) return rule;
  throw new RefusedError('deposit/not-allowed', {
    stage: 'contribution',
    message: `Table "${table}" takes no anonymous deposits.`,
    remedy: 'Deposit under your own name, if the agreement lets you.',
  });
}

/**
 * Gets this round's token, or finds it in its file. Run by: a member, best some time before depositing and from another
 * place. Key and blind are on the disk before anything is asked, so that a lost answer is got again with the same ones.
 *
 * @throws RefusedError `deposit/not-allowed` if the table takes no anonymous deposits; what the issuer refuses;
 *   InvalidError `deposit/token-invalid` if the file holds something else;
 *   ProtocolError `crypto/token-proof` if the issuer used another key than the agreement's.
 */
export async function getToken(
  member: Contributor,
  client: DepositClient,
  agreement: Agreement,
  table: string,
  own: { readonly place: TokenPlace; readonly now: number; readonly random: Random },
): Promise<TokenFile> {
  const { key: issuerKey } = ruleOf(agreement, table);
  const { collaboration } = agreement;
  const file = begun({ collaboration, table, round: tokenRound(agreement, table, own.now) }, own.place, own.random);
  if (file.token !== null || file.blind === null) return file;
  const { round } = file;
  const secret = fromHex(file.blind);
  const key = toHex(contributorFromKey(null, fromHex(file.private_key)).publicKey);
  const blind = { bytes: (n: number) => hkdfExpand(secret, utf8('sluis/token-blind/2'), n) };
  const asked = blindToken(fromHex(issuerKey), tokenInfo(collaboration, table, round), tokenInput(key), blind);
  const { evaluated, proof } = await client.token(member, collaboration, { table, round, blinded: toHex(asked.blinded) });
  const done: TokenFile = { ...file, blind: null, token: toHex(asked.finish(fromHex(evaluated), fromHex(proof))) };
  own.place.write(tokenFileText(done));
  return done;
}

/** The file that is there, if it is for the same round; a fresh one, written down, if there is none. */
function begun(of: Pick<TokenFile, 'collaboration' | 'table' | 'round'>, place: TokenPlace, random: Random): TokenFile {
  const text = place.read();
  if (text === null) {
    const [key, blind] = [toHex(random.bytes(32)), toHex(random.bytes(32))];
    const file: TokenFile = { format: 'sluis-deposit-token/2', ...of, private_key: key, blind, token: null };
    place.write(tokenFileText(file));
    return file;
  }
  const file = parsedFile(text);
  if (file.collaboration === of.collaboration && file.table === of.table && file.round === of.round) return file;
  throw invalid(
    `The token file is for round ${file.round} of table "${file.table}".`,
    'Name another file: this one is needed to withdraw what was deposited with it.',
  );
}

export const tokenFileText = (file: TokenFile): string => `${canonicalText(file)}\n`;

/** Throws InvalidError `deposit/token-invalid`, also for a file whose token the issuer has not given yet. */
export function readTokenFile(text: string): TokenFile {
  const file = parsedFile(text);
  if (file.token !== null) return file;
  throw invalid(
    'The token file has no token yet: the issuer has not answered.',
    `Run again: sluis contribute token ${file.table} --out FILE`,
  );
}

function parsedFile(text: string): TokenFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = null;
  }
  const parsed = tokenFileSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalid('The token file is not one that this release of Sluis wrote.', 'Get one with: sluis contribute token TABLE --out FILE');
}

const invalid = (message: string, remedy: string) => new InvalidError('deposit/token-invalid', { stage: 'contribution', message, remedy });

/** Who deposits with a token, and how its manifest proves membership. */
export function anonymousOf(file: TokenFile): { contributor: Contributor; anonymous: NonNullable<DepositManifest['anonymous']> } {
  const contributor = contributorFromKey(null, fromHex(file.private_key));
  return { contributor, anonymous: { round: file.round, key: toHex(contributor.publicKey), token: file.token ?? '' } };
}
