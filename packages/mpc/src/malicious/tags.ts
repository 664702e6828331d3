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
const KEY_WORDS = ONE_TIME_KEY_BYTES / 8;

export type Vector = BigUint64Array | Uint32Array;

/** Authenticators between this party and one neighbour, one for each direction, made when they are needed. */
export class Direction {
  readonly #outKey: Uint8Array;
  readonly #inKey: Uint8Array;
  #out: OneTimeMac | null = null;
  #in: OneTimeMac | null = null;

  constructor(outKey: BigUint64Array, inKey: BigUint64Array) {
    this.#outKey = bytesOf(outKey);
    this.#inKey = bytesOf(inKey);
  }

  get out(): OneTimeMac {
    this.#out ??= new OneTimeMac(this.#outKey);
    return this.#out;
  }

  get in(): OneTimeMac {
    this.#in ??= new OneTimeMac(this.#inKey);
    return this.#in;
  }
}

/**
 * Fresh authenticators with both neighbours. Run by: all three parties at the same place of a strand.
 * `before` goes with the previous party (under this party's key), `after` with the next (under the next party's).
 */
export function neighbourMacs(strand: Session): { before: Direction; after: Direction } {
  const keys = ALL.map((which) => [strand.commonWords(which, KEY_WORDS), strand.commonWords(which, KEY_WORDS)] as const);
  // Of each key, the first half authenticates what its namesake says, the second what the party before it says.
  const [toPrevious, fromPrevious] = keys[strand.me] as readonly [BigUint64Array, BigUint64Array];
  const [fromNext, toNext] = keys[nextParty(strand.me)] as readonly [BigUint64Array, BigUint64Array];
  return { before: new Direction(toPrevious, fromPrevious), after: new Direction(toNext, fromNext) };
}

export const TAG_BYTES = ONE_TIME_TAG_BYTES;

/** Whether the tag that arrived is that of what this party holds. Time depends on lengths only. */
export const matches = (mac: OneTimeMac, tag: Uint8Array): boolean => constantTimeEqual(mac.tag(), tag);

export const feed = (mac: OneTimeMac, v: Vector): OneTimeMac => mac.update(bytesOf(v));
