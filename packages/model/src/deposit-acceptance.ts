/**
 * How a deposit comes to count. Its giver signs that it shall; each compute party signs that it does; and what it replaces
 * is deleted only where the word of all three is shown. So a station that passes messages on can neither make a deposit
 * count, nor have an earlier one deleted at some compute parties while others still use it.
 */
import { canonicalBytes, fromHex, toHex } from '@sluis/base';
import { taggedHash, verifySignature } from '@sluis/crypto';
import { z } from 'zod';
import { name, hex16, hex32, hex64, instant } from './fields.ts';
import type { Agreement } from './agreement.ts';
import { type DepositManifest, depositViewSchema } from './deposit.ts';

/** That a deposit shall count from now on. Holds for minutes, so that nobody can bring up an old one later. */
export const acceptanceSchema = z.strictObject({
  format: z.literal('sluis-deposit-acceptance/1'),
  collaboration: name,
  agreement: hex32,
  batch: hex16,
  /** `manifestHash`. */
  manifest: hex32,
  at: instant,
});
/** Signed with the purpose `deposit-accept` by the key that signed the manifest. */
export const signedAcceptanceSchema = z.strictObject({ statement: acceptanceSchema, signature: hex64 });
export type SignedAcceptance = z.infer<typeof signedAcceptanceSchema>;

/** A compute party's word with the purpose `deposit-accepted`: over `confirmation`, hexadecimal; null if it has none to give. */
const word = hex64.nullable();
export const confirmedSchema = z.object({ deposit: depositViewSchema, confirmed: word });
export type Confirmed = z.infer<typeof confirmedSchema>;
export const confirmedAnswerSchema = z.object({
  parties: z.array(z.object({ organisation: name, deposit: depositViewSchema, confirmed: word })).length(3),
});
export type ConfirmedAnswer = z.infer<typeof confirmedAnswerSchema>;
/** The three words that a deposit is accepted, in committee order: enough to have deleted what it replaces. */
export const settleSchema = z.strictObject({ agreement: hex32, confirmed: z.tuple([hex64, hex64, hex64]) });
export type Settlement = z.infer<typeof settleSchema>;

export const manifestHash = (manifest: DepositManifest): string => toHex(taggedHash('sluis/deposit-manifest/2', canonicalBytes(manifest)));

/** What a giver signs. */
export function acceptanceOf(manifest: DepositManifest, at: string): SignedAcceptance['statement'] {
  const { collaboration, agreement, batch } = manifest;
  return { format: 'sluis-deposit-acceptance/1', collaboration, agreement, batch, manifest: manifestHash(manifest), at };
}

/** What a compute party signs: that a deposit counts there, or that it alone does, all that it replaces being deleted. */
export function confirmation(manifest: DepositManifest, party: string, state: 'accepted' | 'settled'): Uint8Array {
  const { collaboration, agreement, batch } = manifest;
  const format = 'sluis-deposit-confirmation/1';
  return canonicalBytes({ format, collaboration, agreement, batch, manifest: manifestHash(manifest), party, state });
}

/** Whether all three compute parties have said so, in committee order. */
export function confirmedByAll(
  agreement: Agreement,
  manifest: DepositManifest,
  words: readonly (string | null)[],
  state: 'accepted' | 'settled',
): boolean {
  return agreement.committee.every((party, seat) => {
    const [key, signature] = [agreement.organisations.find((o) => o.name === party)?.identity, words[seat] ?? null];
    if (key === undefined || signature === null) return false;
    return verifySignature(fromHex(key), 'deposit-accepted', confirmation(manifest, party, state), fromHex(signature));
  });
}
