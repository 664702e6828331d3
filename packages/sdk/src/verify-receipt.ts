/** Verifying a receipt offline: from its bytes and the organisations' public keys to the result, without network. */
import { canonicalText, InvalidError, parseCanonical } from '@sluis/base';
import { type Finaliser, plannedFacts } from '@sluis/flow';
import { recombine, verifyReceipt } from '@sluis/ledger';
import { type Agreement, agreementId, type Receipt, type ReceiptBody, type Released, type ResultTable } from '@sluis/model';
import { type Prepared, prepare, type SqlEngine } from '@sluis/planner';

export interface VerifierEngines {
  readonly sql: SqlEngine;
  readonly finaliser: Finaliser;
}

export interface VerifiedResult {
  readonly body: ReceiptBody;
  /** The agreement whose keys were used; its id is `body.agreement`. */
  readonly agreement: Agreement;
  /** False: the keys come from the agreement inside the receipt, which the reader should compare. */
  readonly agreementGiven: boolean;
  /** The compute parties whose signatures hold. */
  readonly signers: readonly { readonly organisation: string; readonly identity: string }[];
  /** Null for a receipt without openings: everything but the values was checked. */
  readonly result: ResultTable | null;
  /** The question as planned anew, and what was opened; null for a receipt without openings. */
  readonly prepared: Prepared;
  readonly released: Released | null;
}

/**
 * Checks every signature, commitment and log proof of a receipt, plans its question anew, compares the plan's hash, and
 * recomputes the result from the opened shares. Run by: anybody who holds the receipt.
 *
 * @param bytes - the receipt's file; its bytes must be canonical JSON.
 * @param agreement - the agreement to trust, if the reader has it from elsewhere.
 * @throws InvalidError `encoding/…`, `receipt/…`, naming what does not hold.
 *
 * Learns: the holder what the receiver learnt; nothing of suppressed cells.
 */
export async function verifyReceiptFile(bytes: Uint8Array, engines: VerifierEngines, agreement?: Agreement): Promise<VerifiedResult> {
  // `verifyReceipt` checks the form too, so that nothing unchecked is read before.
  const receipt = parseCanonical(bytes, 'The receipt') as unknown as Receipt;
  const { body, openings } = verifyReceipt(receipt);
  requireAgreement(body, agreement);
  const signed = receipt.agreement.agreement;
  const prepared = await prepare({ sql: body.sql, agreement: signed, agreementId: body.agreement, receivers: body.receivers }, engines.sql);
  if (prepared.hash !== body.plan) {
    throw new InvalidError('receipt/other-plan', {
      stage: 'receipt',
      message: 'The question in this receipt leads to another plan than the one the compute parties signed.',
      remedy: 'Verify with the release of Sluis that made the receipt; if that fails too, the receipt is not genuine.',
    });
  }
  requireFacts(body, plannedFacts(prepared, signed));
  const released = openings === null ? null : recombine(prepared.plan, openings.mask, openings.components);
  // Texts that the receiver has put back are hashed anew: none may stand there that is not opened.
  const result = released === null ? null : await engines.finaliser.finalise(prepared, released, receipt.openings?.texts ?? []);
  const signers = prepared.plan.committee.map((organisation) => ({ organisation, identity: identityOf(signed, organisation) }));
  return { body, agreement: signed, agreementGiven: agreement !== undefined, signers, result, prepared, released };
}

function requireAgreement(body: ReceiptBody, agreement: Agreement | undefined): void {
  if (agreement === undefined) return;
  const id = agreementId(agreement);
  if (id === body.agreement) return;
  throw otherAgreement(body.agreement, id);
}

export const otherAgreement = (made: string, given: string): InvalidError =>
  new InvalidError('receipt/other-agreement', {
    stage: 'receipt',
    message: `The receipt was made under agreement ${made.slice(0, 16)}…, not under the given one (${given.slice(0, 16)}…).`,
    remedy: 'Give the version of the agreement that was in force when the question was asked.',
  });

/** Rules, receivers, techniques and the rest are what plan and agreement make them: the receipt may not say otherwise. */
function requireFacts(body: ReceiptBody, facts: ReturnType<typeof plannedFacts>): void {
  for (const [name, value] of Object.entries(facts)) {
    // Versions that had no noise said nothing of it.
    if (name === 'noise' && body.noise === undefined && facts.noise.mechanism === 'none') continue;
    if (canonicalText(body[name as keyof typeof facts] ?? null) === canonicalText(value)) continue;
    throw new InvalidError('receipt/facts-differ', {
      stage: 'receipt',
      message: `The receipt's "${name}" is not what its agreement and question make it.`,
      remedy: 'Do not rely on it: the compute parties signed something that did not run so.',
    });
  }
}

function identityOf(agreement: Agreement, name: string): string {
  return agreement.organisations.find((o) => o.name === name)?.identity ?? '';
}
