/** Verifying the receipt of an intersection offline. */
import { fromUtf8, parseCanonical } from '@sluis/base';
import { type VerifiedIntersection, verifyIntersectionReceipt } from '@sluis/ledger';
import { type Agreement, agreementId, type IntersectionReceipt } from '@sluis/model';
import { otherAgreement } from './verify-receipt.ts';

export interface VerifiedIntersectionFile extends VerifiedIntersection {
  /** False: the keys come from the agreement inside the receipt, which the reader should compare. */
  readonly agreementGiven: boolean;
  readonly signers: readonly { readonly organisation: string; readonly identity: string }[];
}

/** Whether a receipt's file is one of an intersection; its bytes need not be a receipt at all. */
export function isIntersectionReceipt(bytes: Uint8Array): boolean {
  try {
    return (JSON.parse(fromUtf8(bytes)) as Partial<IntersectionReceipt>).body?.format === 'sluis-intersection-receipt/1';
  } catch {
    return false;
  }
}

/**
 * Checks every signature, commitment and log proof. Run by: anybody who holds the receipt. See `verifyIntersectionReceipt`.
 *
 * @param bytes - canonical JSON.
 * @throws InvalidError `encoding/…`, `receipt/…`.
 */
export function verifyIntersectionFile(bytes: Uint8Array, agreement?: Agreement): VerifiedIntersectionFile {
  const receipt = parseCanonical(bytes, 'The receipt') as unknown as IntersectionReceipt;
  const verified = verifyIntersectionReceipt(receipt);
  if (agreement !== undefined && agreementId(agreement) !== verified.body.agreement)
    throw otherAgreement(verified.body.agreement, agreementId(agreement));
  const signers = verified.terms.between.map(({ organisation }) => ({
    organisation,
    identity: verified.agreement.organisations.find((o) => o.name === organisation)?.identity ?? '',
  }));
  return { ...verified, agreementGiven: agreement !== undefined, signers };
}
