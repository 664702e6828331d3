/** Whose word makes a deposit count, whose word lets an earlier one be deleted, and which those are. */
import { canonicalBytes, fromHex, toHex } from '@sluis/base';
import { verifySignature } from '@sluis/crypto';
import {
  acceptanceOf,
  type Agreement,
  confirmation,
  confirmedByAll,
  depositIdentity,
  type DepositManifest,
  type SignedAcceptance,
} from '@sluis/model';
import type { StationContext } from './context.ts';
import { checkFresh, refuseAt } from './deposit-checks.ts';
import type { DepositRecord } from './deposit-store.ts';

/** Throws RefusedError unless the giver of this very manifest has signed, just now, that it shall count. */
export function checkAcceptance(
  organisation: string,
  agreement: Agreement,
  manifest: DepositManifest,
  signed: SignedAcceptance,
  now: number,
): void {
  const key = manifest.anonymous?.key ?? depositIdentity(agreement, manifest.contributor ?? '');
  const due = canonicalBytes(acceptanceOf(manifest, signed.statement.at));
  if (key === null || !verifySignature(fromHex(key), 'deposit-accept', due, fromHex(signed.signature)))
    throw refuseAt(organisation)(
      'deposit/bad-signature',
      `Nobody but its contributor can say that deposit ${manifest.batch} shall count.`,
      'Use the identity file whose public key stands in the agreement.',
    );
  checkFresh(organisation, signed, now);
}

/** This compute party's word, hexadecimal. */
export async function confirm(
  { signer, organisation }: Pick<StationContext, 'signer' | 'organisation'>,
  manifest: DepositManifest,
  state: 'accepted' | 'settled',
): Promise<string> {
  return toHex(await signer.sign('deposit-accepted', confirmation(manifest, organisation, state)));
}

/** Throws RefusedError `deposit/not-accepted` unless all three compute parties have accepted the deposit. */
export function requireAccepted(organisation: string, agreement: Agreement, manifest: DepositManifest, words: readonly string[]): void {
  if (confirmedByAll(agreement, manifest, words, 'accepted')) return;
  throw refuseAt(organisation)(
    'deposit/not-accepted',
    `It is not shown that all compute parties have accepted deposit ${manifest.batch}; what it replaces is kept.`,
    'Run the same command again: it goes on where it stopped.',
  );
}

/** Those of a giver's accepted deposits that wait for `batch` to take their place, directly or by way of others. */
export function waitingFor(batch: string, accepted: readonly DepositRecord[]): DepositRecord[] {
  const found = new Set([batch]);
  // Each round finds what waits for something found; there are no more rounds than deposits.
  for (let before = 0; before < found.size; ) {
    before = found.size;
    for (const r of accepted) if (r.successor !== null && found.has(r.successor)) found.add(r.batch);
  }
  return accepted.filter((r) => r.batch !== batch && found.has(r.batch));
}
