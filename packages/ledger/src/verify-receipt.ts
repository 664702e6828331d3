/** Verifying a receipt offline: from the receipt and the keys in its agreement, without network. */
import { canonicalText, fromBase64, fromHex, toHex } from '@sluis/base';
import { type Agreement, type Receipt, type ReceiptBody, receiptSchema, type SignedAgreement } from '@sluis/model';
import { entryData } from './ledger.ts';
import { commitComponent, commitMask, receiptBodyDigest, releaseEvent } from './receipt.ts';
import { receiptFault as fail, requireLogged, requireSignatures, requireSignedAgreement } from './receipt-parts.ts';

/** A receipt that holds. `openings` are the bytes behind the commitments, null if the receipt has none. */
export interface VerifiedReceipt {
  readonly body: ReceiptBody;
  readonly openings: { readonly mask: Uint8Array; readonly components: readonly [Uint8Array, Uint8Array, Uint8Array] } | null;
}

/**
 * Checks form, agreement and its signatures, the compute parties' signatures, the inclusion in their logs, and the
 * commitments. Run by: compute parties before delivery, receivers, and anybody who is shown a receipt. The caller compares
 * the agreement's id (or keys) with what it trusts, plans the question anew and compares `body.plan`.
 *
 * @throws InvalidError `receipt/…` with one code for each kind of failure.
 *
 * Learns: nothing that the receipt does not hold. Cost: one signature check per organisation and six for the committee.
 */
export function verifyReceipt(receipt: Receipt): VerifiedReceipt {
  const checked = checkForm(receipt);
  const { body } = checked;
  const { agreement } = checked.agreement;
  checkAgreement(body, checked.agreement);
  requireSignatures(agreement, agreement.committee, receiptBodyDigest(body), checked.signatures);
  requireLogged(agreement, agreement.committee, (at) => entryData(releaseEvent(body), at), checked.log);
  return { body, openings: checkOpenings(body, checked.openings) };
}

function checkForm(receipt: Receipt): Receipt {
  const parsed = receiptSchema.safeParse(receipt);
  if (!parsed.success) throw fail('malformed', `it is not of the expected form at ${parsed.error.issues[0]?.path.join('.') || 'its root'}`);
  // Defaults of the schema must not add what the signed bytes lack.
  if (canonicalText(parsed.data) !== canonicalText(receipt)) throw fail('malformed', 'it lacks parts that a receipt has');
  return parsed.data;
}

function checkAgreement(body: ReceiptBody, signed: SignedAgreement): void {
  const { agreement } = signed;
  requireSignedAgreement(signed, body.agreement);
  const within = (all: readonly string[], some: readonly string[]) =>
    new Set(some).size === some.length && some.every((s) => all.includes(s));
  const agreed =
    body.collaboration === agreement.collaboration &&
    body.sandbox === agreement.sandbox &&
    agreement.askers.includes(body.asked_by.organisation) &&
    within(agreement.receivers, body.receivers);
  if (!noiseIsAgreed(body, agreement)) throw fail('not-agreed', 'what it says of noise is not what the agreement allows');
  if (!agreed) throw fail('not-agreed', 'its collaboration, asker or receivers are not those of the agreement');
}

/** Noise needs a budget, and exact answers an agreement that does not require noise. A receipt that says nothing is exact. */
function noiseIsAgreed({ noise }: ReceiptBody, { output }: Agreement): boolean {
  if (noise === undefined || noise.mechanism === 'none') return output.noise?.required !== true;
  return output.noise !== undefined;
}

function checkOpenings(body: ReceiptBody, openings: Receipt['openings']): VerifiedReceipt['openings'] {
  if (openings === undefined) return null;
  const mask = decode(openings.mask.data, 'the pass masks');
  if (toHex(commitMask(body.run, fromHex(openings.mask.salt), mask)) !== body.commitments.mask) {
    throw fail('bad-opening', 'the pass masks are not those that were committed to');
  }
  const open = (which: 0 | 1 | 2): Uint8Array => {
    const { salt, data } = openings.components[which];
    const component = decode(data, `output component ${which}`);
    if (toHex(commitComponent(body.run, which, fromHex(salt), component)) !== body.commitments.components[which]) {
      throw fail('bad-opening', `output component ${which} is not the one that was committed to`);
    }
    return component;
  };
  return { mask, components: [open(0), open(1), open(2)] };
}

function decode(text: string, what: string): Uint8Array {
  try {
    return fromBase64(text);
  } catch {
    throw fail('bad-opening', `the encoding of ${what} was changed`);
  }
}
