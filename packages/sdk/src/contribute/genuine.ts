/** Whether the agreement that a station shows is the one meant: in Node and in browsers alike. */
import { RefusedError } from '@sluis/base';
import { agreementId, checkAgreement, type SignedAgreement, verifyAgreementSignatures } from '@sluis/model';

/**
 * Checks an agreement before anything is shared under it: the sealing keys stand in it, so another one would let somebody
 * else open the boxes. Run by: a contributor. Who signed is believed of the keys in the agreement itself; whether these
 * are the organisations' is known from its id alone, which people compare over a channel they trust.
 *
 * @param expected - id of the agreement meant, as far as it is known.
 * @returns the organisations, all of which have signed.
 * @throws RefusedError `deposit/other-agreement`; what `checkAgreement` throws.
 */
export function requireGenuine(id: string, signed: SignedAgreement, expected: string | undefined): string[] {
  checkAgreement(signed.agreement);
  const signers = verifyAgreementSignatures(signed);
  const complete = signers.length === signed.agreement.organisations.length;
  if (agreementId(signed.agreement) === id && complete && (expected === undefined || id === expected)) return signers;
  throw new RefusedError('deposit/other-agreement', {
    stage: 'agreement',
    message:
      expected !== undefined && id !== expected
        ? `The station shows agreement ${id.slice(0, 16)}…, not the one you named (${expected.slice(0, 16)}…).`
        : 'The agreement that the station shows is not signed by all its organisations.',
    remedy: 'Ask the organisations which agreement is in force, and name that with --agreement.',
  });
}
