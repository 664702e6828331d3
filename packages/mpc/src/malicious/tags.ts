/**
 * Comparing what two neighbours hold without sending it: tags under one-time keys that only the two know.
 *
 * Keys come from a strand's common streams: key i of the session is known to parties i and i − 1 and not to the third,
 * who is the one that may have lied. Each direction has a key of its own.
 */
import { constantTimeEqual, ONE_TIME_KEY_BYTES, ONE_TIME_TAG_BYTES, OneTimeMac } from '@sluis/crypto';
import type { Session } from '../session.ts';
import { bytesOf, nextParty, type Party } from '../shares.ts';

const ALL: readonly Party[] = [0, 1, 2];

export type Vector = BigUint64Array | Uint32Array;

/** Authenticators between this party and one neighbour, one for each direction. */
export interface Direction {
  readonly out: OneTimeMac;
  readonly in: OneTimeMac;
}

/**
 * Fresh authenticators with both neighbours. Run by: all three parties at the same place of a strand.
 * `before` goes with the previous party (under this party's key), `after` with the next (under the next party's).
 */
export function neighbourMacs(strand: Session): { before: Direction; after: Direction } {
  const macs = new Map<Party, readonly [OneTimeMac, OneTimeMac]>();
  for (const which of ALL) {
    const down = strand.commonWords(which, ONE_TIME_KEY_BYTES / 8);
    const up = strand.commonWords(which, ONE_TIME_KEY_BYTES / 8);
    if (down !== null && up !== null) macs.set(which, [new OneTimeMac(bytesOf(down)), new OneTimeMac(bytesOf(up))]);
  }
  const [toPrevious, fromPrevious] = macs.get(strand.me) as readonly [OneTimeMac, OneTimeMac];
  const [fromNext, toNext] = macs.get(nextParty(strand.me)) as readonly [OneTimeMac, OneTimeMac];
  return { before: { out: toPrevious, in: fromPrevious }, after: { out: toNext, in: fromNext } };
}

export const TAG_BYTES = ONE_TIME_TAG_BYTES;

/** Whether the tag that arrived is that of what this party holds. Time depends on lengths only. */
export const matches = (mac: OneTimeMac, tag: Uint8Array): boolean => constantTimeEqual(mac.tag(), tag);

export const feed = (mac: OneTimeMac, v: Vector): OneTimeMac => mac.update(bytesOf(v));
