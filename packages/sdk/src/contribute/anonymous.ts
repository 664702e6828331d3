/**
 * Depositing as one of the members, without saying which: a token proves membership, and a key made for the round signs
 * instead of the member. Both follow from the member's own key, so that asking again gives the same token.
 *
 * What this does not hide: the network address and time of the upload from the station that is used; that it is one of
 * the members; what the rows themselves say. Whoever asks for a token and deposits at once, from one place, can be matched.
 */
import { canonicalText, fromHex, InvalidError, RefusedError, toHex, utf8 } from '@sluis/base';
import { blindToken, hkdfExpand, taggedHash } from '@sluis/crypto';
import { type Agreement, type DepositManifest, roundOf, tokenInfo, tokenInput } from '@sluis/model';
import { z } from 'zod';
import { type Contributor, contributorFromKey, ownSecret } from './contributor.ts';
import type { DepositClient } from './deposit-client.ts';

export const tokenFileSchema = z.strictObject({
  format: z.literal('sluis-deposit-token/1'),
  collaboration: z.string(),
  table: z.string(),
  round: z.string().max(20),
  /** Ed25519 seed of the key that signs the deposit. */
  private_key: z.string().regex(/^[0-9a-f]{64}$/),
  token: z.string().regex(/^[0-9a-f]{128}$/),
});
export type TokenFile = z.infer<typeof tokenFileSchema>;

/**
 * Gets this round's token. Run by: a member, best some time before depositing and from another place.
 *
 * @throws RefusedError `deposit/not-allowed` if the table takes no anonymous deposits; what the issuer refuses;
 *   ProtocolError `crypto/token-proof` if the issuer used another key than the agreement's.
 */
export async function getToken(
  member: Contributor,
  client: DepositClient,
  agreement: Agreement,
  table: string,
  now: number,
): Promise<TokenFile> {
  const rule = Object.hasOwn(agreement.tables, table) ? agreement.tables[table]?.deposits?.anonymous : undefined;
  if (rule === undefined || member.name === null)
    throw new RefusedError('deposit/not-allowed', {
      stage: 'contribution',
      message: `Table "${table}" takes no anonymous deposits.`,
      remedy: 'Deposit under your own name, if the agreement lets you.',
    });
  const round = roundOf(rule.round, now);
  const { collaboration } = agreement;
  // Not of the agreement's version: a member has one key and one token a round, whatever is signed anew meanwhile.
  const secret = await ownSecret(member, { purpose: 'sluis/anonymous-deposit/1', collaboration, table, round });
  const privateKey = taggedHash('sluis/anonymous-key/1', secret);
  const key = toHex(contributorFromKey(null, privateKey).publicKey);
  const blind = { bytes: (n: number) => hkdfExpand(secret, utf8('blind'), n) };
  const begun = blindToken(fromHex(rule.key), tokenInfo(collaboration, table, round), tokenInput(key), blind);
  const { evaluated, proof } = await client.token(member, collaboration, { table, round, blinded: toHex(begun.blinded) });
  const token = begun.finish(fromHex(evaluated), fromHex(proof));
  return { format: 'sluis-deposit-token/1', collaboration, table, round, private_key: toHex(privateKey), token: toHex(token) };
}

export const tokenFileText = (file: TokenFile): string => `${canonicalText(file)}\n`;

/** Throws InvalidError `deposit/token-invalid`. */
export function readTokenFile(text: string): TokenFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = null;
  }
  const parsed = tokenFileSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InvalidError('deposit/token-invalid', {
    stage: 'contribution',
    message: 'The token file is not one that Sluis wrote.',
    remedy: 'Get one with: sluis contribute token TABLE --out FILE',
  });
}

/** Who deposits with a token, and how its manifest proves membership. */
export function anonymousOf(file: TokenFile): { contributor: Contributor; anonymous: NonNullable<DepositManifest['anonymous']> } {
  const contributor = contributorFromKey(null, fromHex(file.private_key));
  return { contributor, anonymous: { round: file.round, key: toHex(contributor.publicKey), token: file.token } };
}
