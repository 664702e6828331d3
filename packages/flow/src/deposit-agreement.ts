/**
 * Which agreement a contributor's request means. Signatures are verified before anything is answered, and strangers get one
 * answer for about the same work, so that asking does not tell who is named in an agreement.
 */
import { canonicalBytes, fromHex, type RefusedError } from '@sluis/base';
import { verifySignature } from '@sluis/crypto';
import { type Agreement, depositIdentity, type SignedDepositRequest } from '@sluis/model';
import { signedAgreementOf } from './admission.ts';
import type { StationContext } from './context.ts';
import { checkFresh, refuseAt } from './deposit-checks.ts';

/**
 * The agreement in force that a request means: by its collaboration, or the only one that names its contributor. Requests
 * of anonymous deposits are signed by the deposit's own key, which no agreement names.
 *
 * @throws RefusedError `deposit/no-agreement` if there is none under which the signature is the contributor's,
 *   `agreement/several`, and `deposit/clock-skew`: these two only to whoever has signed.
 */
export async function agreementOfRequest(
  station: Pick<StationContext, 'organisation' | 'card' | 'store' | 'clock'>,
  request: SignedDepositRequest,
): Promise<{ id: string; agreement: Agreement }> {
  const { collaboration, contributor, key } = request.statement;
  const records = (await station.store.agreements(collaboration ?? undefined)).filter((r) => r.state === 'in-force');
  const message = canonicalBytes(request.statement);
  const signature = fromHex(request.signature);
  const isOf = (signer: string | null): boolean => {
    // Where nobody is named, another key is tried: it takes as long.
    const good = verifySignature(fromHex(signer ?? station.card.identity), 'deposit-request', message, signature);
    return good && signer !== null;
  };
  const found = records
    .map((r) => ({ id: r.id, agreement: signedAgreementOf(r).agreement }))
    .filter(({ agreement }) => isOf(contributor === null ? key : depositIdentity(agreement, contributor)));
  if (records.length === 0) isOf(null);
  const [only] = found;
  if (only === undefined) throw notRecognised(station.organisation);
  if (found.length > 1)
    throw refuseAt(station.organisation)(
      'agreement/several',
      'Several agreements name this contributor.',
      'Say which with --collaboration NAME.',
    );
  checkFresh(station.organisation, request, station.clock.now());
  return only;
}

const notRecognised = (organisation: string): RefusedError =>
  refuseAt(organisation)(
    'deposit/no-agreement',
    `No agreement in force at ${organisation} names this contributor with the key that signed.`,
    'Check name and key of the identity file, and ask whether all organisations have signed the agreement.',
  );
