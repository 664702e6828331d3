/** Signing an agreement, and deciding whether it binds now. */
import { fromHex, toHex } from '@sluis/base';
import { verifySignature } from '@sluis/crypto';
import type { Agreement, Organisation, SignedAgreement } from './agreement.ts';
import { agreementId } from './agreement-id.ts';
import type { Signer } from './ports.ts';

export type InForce = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** Signs the agreement's id (32 bytes, purpose `agreement`) for the signer's organisation; 128 hexadecimal digits. */
export async function signAgreement(agreement: Agreement, signer: Signer): Promise<string> {
  return toHex(await signer.sign('agreement', fromHex(agreementId(agreement))));
}

function hasSigned(organisation: Organisation, signature: string | undefined, message: Uint8Array): boolean {
  if (signature === undefined || !/^[0-9a-f]{128}$/.test(signature)) return false;
  return verifySignature(fromHex(organisation.identity), 'agreement', message, fromHex(signature));
}

/** The named organisations that have validly signed, in the agreement's order. Signatures of others are not looked at. */
export function verifyAgreementSignatures(signed: SignedAgreement): string[] {
  const message = fromHex(agreementId(signed.agreement));
  const given = new Map(Object.entries(signed.signatures));
  return signed.agreement.organisations.filter((o) => hasSigned(o, given.get(o.name), message)).map((o) => o.name);
}

/**
 * Whether this version is signed by every organisation it names and `now` lies in its validity (from included, until not).
 * Run by: every station, for itself. A version that a later one replaced is the store's matter, not this function's.
 */
export function isInForce(signed: SignedAgreement, now: number): InForce {
  const { agreement } = signed;
  const valid = new Set(verifyAgreementSignatures(signed));
  const missing = agreement.organisations.map((o) => o.name).filter((name) => !valid.has(name));
  if (missing.length > 0) return { ok: false, reason: `it is not validly signed by ${missing.join(', ')}.` };
  if (!(now >= Date.parse(agreement.valid.from))) return { ok: false, reason: `it begins at ${agreement.valid.from}.` };
  if (!(now < Date.parse(agreement.valid.until))) return { ok: false, reason: `it ended at ${agreement.valid.until}.` };
  return { ok: true };
}
