/** Verifying a receipt offline: from the receipt and the keys in its agreement, without network. */
import { canonicalText, fromBase64, fromHex, InvalidError, toHex, utf8 } from '@sluis/base';
import { verifySignature } from '@sluis/crypto';
import {
  agreementId,
  type Agreement,
  type Receipt,
  type ReceiptBody,
  receiptSchema,
  type SignedAgreement,
  verifyAgreementSignatures,
} from '@sluis/model';
import { verifyCheckpoint } from './checkpoint.ts';
import { entryData, saltedLeafHash } from './ledger.ts';
import { verifyInclusion } from './merkle-verify.ts';
import { commitComponent, commitMask, logOrigin, receiptBodyDigest, releaseEvent } from './receipt.ts';

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
  checkSignatures(body, agreement, checked.signatures);
  checkLogs(body, agreement, checked.log);
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
  if (agreementId(agreement) !== body.agreement) throw fail('other-agreement', 'the agreement in it is not the one that was signed for');
  const named = agreement.organisations.map((o) => o.name);
  const valid = new Set(verifyAgreementSignatures(signed));
  const missing = named.find((n) => !valid.has(n));
  if (missing !== undefined) throw fail('agreement-unsigned', `the agreement lacks the valid signature of ${missing}`, missing);
  requireSameNames(Object.keys(signed.signatures), named, 'agreement-unsigned', 'signatures under the agreement');
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

function checkSignatures(body: ReceiptBody, agreement: Agreement, signatures: Receipt['signatures']): void {
  requireSameNames(Object.keys(signatures), agreement.committee, 'bad-signature', 'signatures');
  const digest = receiptBodyDigest(body);
  for (const party of agreement.committee) {
    if (!verifySignature(identityOf(agreement, party), 'receipt', digest, fromHex(signatures[party] ?? ''))) {
      throw fail('bad-signature', `the signature of ${party} does not hold for what it says`, party);
    }
  }
}

function checkLogs(body: ReceiptBody, agreement: Agreement, log: Receipt['log']): void {
  requireSameNames(Object.keys(log), agreement.committee, 'not-logged', 'log proofs');
  for (const party of agreement.committee) {
    const proof = log[party];
    if (proof === undefined) throw fail('not-logged', `the log proof of ${party} is missing`, party);
    const data = utf8(proof.leaf);
    const at = timeOf(proof.leaf);
    if (at === null || toHex(entryData(releaseEvent(body), at)) !== toHex(data)) {
      throw fail('not-logged', `what ${party} logged is not this release`, party);
    }
    const checkpoint = readCheckpoint(proof.checkpoint, party, identityOf(agreement, party));
    const hash = saltedLeafHash(fromHex(proof.salt), data);
    if (!verifyInclusion(hash, proof.index, checkpoint.size, proof.proof.map(fromHex), checkpoint.root)) {
      throw fail('not-logged', `the release is not in the log of ${party}`, party);
    }
  }
}

function readCheckpoint(note: string, party: string, publicKey: Uint8Array) {
  try {
    return verifyCheckpoint(note, logOrigin(party), publicKey);
  } catch (cause) {
    if (!(cause instanceof InvalidError)) throw cause;
    throw fail('bad-checkpoint', `the checkpoint of ${party}'s log does not hold`, party);
  }
}

/** The time in an entry's canonical JSON; null if there is none of the right form. */
function timeOf(leaf: string): string | null {
  return /^\{"at":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)",/.exec(leaf)?.[1] ?? null;
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

function identityOf(agreement: Agreement, name: string): Uint8Array {
  const found = agreement.organisations.find((o) => o.name === name);
  if (found === undefined) throw fail('not-agreed', `the agreement does not say who ${name} is`, name);
  return fromHex(found.identity);
}

function requireSameNames(given: readonly string[], expected: readonly string[], code: string, what: string): void {
  const same = given.length === expected.length && new Set(given).size === given.length && expected.every((n) => given.includes(n));
  if (!same) throw fail(code, `its ${what} are not those of exactly ${expected.join(', ')}`);
}

function fail(code: string, reason: string, party?: string): InvalidError {
  return new InvalidError(`receipt/${code}`, {
    stage: 'receipt',
    message: `The receipt does not hold: ${reason}.`,
    remedy: 'Use the file exactly as it was written by Sluis; if it still fails, do not rely on it and ask the compute parties.',
    ...(party === undefined ? {} : { party }),
  });
}
