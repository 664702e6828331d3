/** Receipts of intersections between two stations: what both sign, the commitments in it, and verifying one offline. */
import { canonicalBytes, canonicalText, fromHex, lengthPrefixed, toHex, utf8 } from '@sluis/base';
import { commit, Sha256, taggedHash } from '@sluis/crypto';
import {
  type Agreement,
  type Intersection,
  type IntersectionOutcome,
  type IntersectionReceipt,
  type IntersectionReceiptBody,
  intersectionReceiptSchema,
  isPlainIntersection,
  type LedgerEvent,
} from '@sluis/model';
import { entryData } from './ledger.ts';
import { receiptFault, requireLogged, requireSignatures, requireSignedAgreement } from './receipt-parts.ts';

export const intersectionBodyDigest = (body: IntersectionReceiptBody): Uint8Array =>
  taggedHash('sluis/intersection/receipt/1', canonicalBytes(body));

/** The entry with which each station logs a run before it signs the receipt. */
export const intersectionEvent = (body: IntersectionReceiptBody): LedgerEvent => ({
  kind: 'intersection.computed',
  details: {
    run: body.run,
    intersection: body.intersection,
    receipt: toHex(intersectionBodyDigest(body)),
    receivers: Object.keys(body.results).sort(),
  },
});

/** A receiver's commitment to what it got. Hides while the salt is secret. */
export const commitOutcome = (run: string, receiver: string, salt: Uint8Array, outcome: IntersectionOutcome): Uint8Array =>
  commit('sluis/intersection/outcome/1', salt, utf8(run), utf8(receiver), canonicalBytes(outcome));

/** A station's commitment to its input: all its distinct items in order, before padding and drawing lots. */
export const commitInput = (run: string, organisation: string, salt: Uint8Array, items: Uint8Array): Uint8Array =>
  commit('sluis/intersection/input/1', salt, utf8(run), utf8(organisation), items);

const encoder = new TextEncoder();
const AT_ONCE = 1 << 16;

/** Digest of matching items in order: each the number of its parts, then every part preceded by its length (32 bits, big-endian). */
export function itemsDigest(items: readonly (readonly string[])[]): string {
  const hash = new Sha256();
  hash.update(lengthPrefixed(utf8('sluis/intersection/items/1')));
  const block = new Uint8Array(AT_ONCE);
  const view = new DataView(block.buffer);
  let at = 0;
  const room = (bytes: number) => {
    if (at + bytes <= AT_ONCE) return;
    hash.update(block.subarray(0, at));
    at = 0;
  };
  const number = (n: number) => {
    room(4);
    view.setUint32(at, n);
    at += 4;
  };
  for (const item of items) {
    number(item.length);
    for (const part of item) {
      // Most parts are short; hashing many of them at once costs a fraction.
      if (3 * part.length > AT_ONCE - 4) {
        const bytes = utf8(part);
        number(bytes.length);
        room(AT_ONCE);
        hash.update(bytes);
        continue;
      }
      room(4 + 3 * part.length);
      const { written } = encoder.encodeInto(part, block.subarray(at + 4));
      number(written);
      at += written;
    }
  }
  hash.update(block.subarray(0, at));
  return toHex(hash.digest());
}

export interface VerifiedIntersection {
  readonly body: IntersectionReceiptBody;
  readonly terms: Intersection;
  readonly agreement: Agreement;
  /** Null for a receipt without opening. */
  readonly outcome: IntersectionOutcome | null;
  /** Null where the receipt does not carry them. */
  readonly items: readonly (readonly string[])[] | null;
}

/**
 * Checks form, agreement, both signatures, inclusion in both logs, and what is opened. Run by: anybody who is shown one.
 *
 * @throws InvalidError `receipt/…` with one code for each kind of failure.
 *
 * Learns: nothing that the receipt does not hold. It proves what both stations say ran, not that their inputs were honest.
 */
export function verifyIntersectionReceipt(receipt: IntersectionReceipt): VerifiedIntersection {
  const parsed = intersectionReceiptSchema.safeParse(receipt);
  if (!parsed.success)
    throw receiptFault('malformed', `it is not of the expected form at ${parsed.error.issues[0]?.path.join('.') || 'its root'}`);
  if (canonicalText(parsed.data) !== canonicalText(receipt)) throw receiptFault('malformed', 'it lacks parts that a receipt has');
  const { body, agreement: signed, signatures, log, opening } = parsed.data;
  requireSignedAgreement(signed, body.agreement);
  const { agreement } = signed;
  const terms = Object.hasOwn(agreement.intersections ?? {}, body.intersection) ? agreement.intersections?.[body.intersection] : undefined;
  if (terms === undefined || !isPlainIntersection(terms)) throw receiptFault('not-agreed', 'the agreement has no such intersection');
  requireAgreed(body, agreement, terms);
  const sides = terms.between.map((s) => s.organisation);
  requireSignatures(agreement, sides, intersectionBodyDigest(body), signatures);
  requireLogged(agreement, sides, (at) => entryData(intersectionEvent(body), at), log);
  const of = { body, terms, agreement };
  return opening === undefined ? { ...of, outcome: null, items: null } : { ...of, ...checkOpening(body, terms, opening) };
}

function requireAgreed(body: IntersectionReceiptBody, agreement: Agreement, terms: Intersection): void {
  const same = (given: object, expected: readonly string[]) =>
    canonicalText(Object.keys(given).sort()) === canonicalText([...expected].sort());
  const sides = terms.between.map((s) => s.organisation);
  const agreed =
    body.collaboration === agreement.collaboration &&
    body.sandbox === agreement.sandbox &&
    agreement.askers.includes(body.asked_by.organisation) &&
    body.threat_model === (terms.threat_model ?? agreement.threat_model) &&
    same(body.inputs, sides) &&
    same(body.sent, sides) &&
    same(body.results, terms.receivers) &&
    Object.values(body.inputs).every((i) => (i.commitment !== null) === terms.commit_inputs && i.declared % terms.size_bucket === 0);
  if (!agreed) throw receiptFault('not-agreed', 'its sides, sizes, receivers or threat model are not those of the agreement');
}

function checkOpening(
  body: IntersectionReceiptBody,
  terms: Intersection,
  { receiver, salt, outcome, items }: NonNullable<IntersectionReceipt['opening']>,
): Pick<VerifiedIntersection, 'outcome' | 'items'> {
  if (toHex(commitOutcome(body.run, receiver, fromHex(salt), outcome)) !== body.results[receiver])
    throw receiptFault('bad-opening', 'the result is not the one that was committed to', receiver);
  const { size, below_minimum } = outcome;
  if ((size === null) !== below_minimum || (size !== null && size < terms.minimum))
    throw receiptFault('bad-opening', 'the result breaks the minimum of the agreement', receiver);
  if (items === undefined) return { outcome, items: null };
  if (items.length !== (size ?? 0) || itemsDigest(items) !== outcome.digest)
    throw receiptFault('bad-opening', 'the items are not those that matched', receiver);
  return { outcome, items };
}
