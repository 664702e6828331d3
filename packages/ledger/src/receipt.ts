/** What compute parties sign about a release, and the commitments in it. */
import { canonicalBytes, toHex, utf8 } from '@sluis/base';
import { commit, taggedHash } from '@sluis/crypto';
import type { LedgerEvent, ReceiptBody } from '@sluis/model';

/** What is signed for the purpose `receipt`: SHA-256 over the body's canonical form, domain-separated. */
export const receiptBodyDigest = (body: ReceiptBody): Uint8Array => taggedHash('sluis/receipt/1', canonicalBytes(body));

/** Commitment to a release's pass masks; `data` as `encodeMask` gives it. Hides while the salt is secret. */
export const commitMask = (run: string, salt: Uint8Array, data: Uint8Array): Uint8Array =>
  commit('sluis/receipt/mask/1', salt, utf8(run), data);

/** Commitment to one of the three output components; `data` as `encodeComponent` gives it. */
export const commitComponent = (run: string, which: 0 | 1 | 2, salt: Uint8Array, data: Uint8Array): Uint8Array =>
  commit('sluis/receipt/component/1', salt, utf8(run), Uint8Array.of(which), data);

/** The entry with which a compute party logs a release before it signs. */
export const releaseEvent = (body: ReceiptBody): LedgerEvent => ({
  kind: 'release.opened',
  details: { run: body.run, plan: body.plan, receipt: toHex(receiptBodyDigest(body)), receivers: body.receivers },
});

/** The origin of an organisation's log. */
export const logOrigin = (organisation: string): string => `sluis/${organisation}`;
