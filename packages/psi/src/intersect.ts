/**
 * Private set intersection between two parties over an authenticated link: the receiver learns which of its items the sender
 * has too, the sender learns nothing, and both learn the declared sizes.
 *
 * The same item is the same bytes: normalise before. Items that stand several times in a set are found at each of their
 * positions at the receiver, and count once at the sender; `repeatedItems` lists them for a report.
 */
import type { Random } from '@sluis/base';
import type { PairLink } from '@sluis/model';
import { Coin } from './coin.ts';
import { receiveByDdh } from './ddh-receiver.ts';
import { sendByDdh } from './ddh-sender.ts';
import { checkItems, type PackedItems } from './packed-items.ts';
import { openSession } from './session.ts';
import { checkTerms, type IntersectionTerms } from './terms.ts';
import { receiveByVole } from './vole-receiver.ts';
import { sendByVole } from './vole-sender.ts';

/**
 * Takes part as sender. Run by: one side, while the other runs `intersectAsReceiver` with the same terms.
 *
 * @param items - at most as many as declared.
 * @throws ProtocolError `psi/other-terms`, `psi/other-session` and what the link throws for a peer that is gone or sends
 *   something else than due; InvalidError `psi/bad-terms`, `psi/bad-items`, `psi/too-many-items` before anything is sent.
 *
 * Learns: nothing about the receiver's items. Assumes: README.md, by protocol and threat model.
 * Cost: README.md. Timing: by declared sizes, but for hashing items of more than 55 bytes.
 * Source: Raghuraman & Rindal 2022 (`vole`); Huberman, Franklin & Hogg 1999 and RFC 9497 (`ddh`).
 */
export async function intersectAsSender(link: PairLink, items: PackedItems, terms: IntersectionTerms, random: Random): Promise<void> {
  checkTerms(terms);
  checkItems(items, terms.sizes.sender);
  const coin = new Coin(random);
  const session = await openSession(link, 'sender', terms, coin.commitment, random);
  if (terms.protocol === 'ddh') await sendByDdh(session, items, terms, random);
  else await sendByVole(session, items, terms, coin, random);
}

/**
 * Takes part as receiver; see `intersectAsSender`.
 *
 * @returns positions of own items that the sender has too, ascending.
 * Learns: those, and nothing else about the sender's items.
 */
export async function intersectAsReceiver(
  link: PairLink,
  items: PackedItems,
  terms: IntersectionTerms,
  random: Random,
): Promise<Uint32Array> {
  checkTerms(terms);
  checkItems(items, terms.sizes.receiver);
  const coin = new Coin(random);
  const session = await openSession(link, 'receiver', terms, coin.commitment, random);
  return terms.protocol === 'ddh' ? receiveByDdh(session, items, terms, random) : receiveByVole(session, items, terms, coin, random);
}
