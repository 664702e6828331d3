/**
 * Resharing: the same key among other parties, with another threshold, or among the same ones with fresh shares; after a
 * share was lost, when a holder comes or goes, or from time to time. `threshold` of the old parties share their shares
 * afresh, with Feldman's commitments whose first must be the old public share; the new share is Lagrange's sum of what was
 * dealt (Desmedt & Jajodia 1997; verifiable: Wong, Wang & Wing 2002; with the same parties, the proactive refreshing of
 * Herzberg, Jarecki, Krawczyk & Yung 1995). Public key and pseudonyms stay; old and new shares do not fit together.
 *
 * One message to all and one to each new party from every dealer, one more to all. Learns: nobody anything but the new
 * public shares. Fewer than the old threshold of old shares with fewer than the new threshold of new ones tell nothing of
 * the key. Old shares alone still do, if as many as the old threshold are kept: every old party has to delete its own.
 */
import { lengthPrefixed, type Random, uint64be, utf8 } from '@sluis/base';
import { constantTimeEqual, type Ristretto, taggedHash } from '@sluis/crypto';
import { combine, deal, shareFits } from './dealing.ts';
import type { Revealed } from './key-generation.ts';
import { checkKeyShare, checkPublicKey, keyId, type KeyShare, type PublicKey } from './key-share.ts';
import { at, SIZE } from './polynomials.ts';
import { checkSetting, checkSizes, fault, placeOf, refused } from './setting.ts';

export interface ResharingOptions {
  /** Who shares the key from now on, and how many of them are needed. */
  readonly parties: readonly string[];
  readonly threshold: number;
  /** As many of the old parties as the old threshold, the same list at all. */
  readonly dealers: readonly string[];
  readonly me: string;
  /** This party's old share, if it deals. */
  readonly share: KeyShare | null;
}

/** One new party's side of one resharing; dealers are new parties too. */
export class KeyResharing {
  readonly #group: Ristretto;
  readonly #old: PublicKey;
  readonly #options: ResharingOptions;
  /** Of the dealers, among the old parties. */
  readonly #places: readonly number[];
  readonly #me: number;
  #dealt = false;
  #accepted: { readonly share: KeyShare; readonly confirmation: Uint8Array } | null = null;

  /**
   * @param old - the key that is shared anew; its id must be known from a source that is trusted.
   * @throws InvalidError `pseudonyms/setting`, `pseudonyms/key-share`; RefusedError `pseudonyms/too-few` for another number
   *   of dealers, `pseudonyms/other-key` for a share of another key.
   */
  constructor(group: Ristretto, old: PublicKey, options: ResharingOptions) {
    const { parties, threshold, dealers, me, share } = options;
    checkPublicKey(group, old);
    checkSetting({ purpose: old.purpose, parties, threshold });
    if (old.kind !== 'key' || (share !== null && !constantTimeEqual(keyId(share), keyId(old))))
      throw refused(
        'pseudonyms/other-key',
        'A share is of another key than the one to be shared anew.',
        'Use the share of the key in force.',
      );
    if (dealers.length !== old.threshold || new Set(dealers).size !== old.threshold)
      throw refused(
        'pseudonyms/too-few',
        `Sharing this key anew needs exactly ${old.threshold} of its holders as dealers: its threshold.`,
        'Name that many that still have their shares.',
      );
    if (share !== null) checkKeyShare(group, share);
    this.#group = group;
    this.#old = old;
    this.#options = options;
    this.#places = dealers.map((name) => placeOf(old.parties, name));
    this.#me = placeOf(parties, me);
  }

  #context(): Uint8Array {
    const { parties, threshold } = this.#options;
    return lengthPrefixed(
      keyId(this.#old),
      lengthPrefixed(...parties.map(utf8)),
      uint64be(threshold),
      lengthPrefixed(...this.#places.map(uint64be)),
    );
  }

  /** The message to all and those to each new party; null at parties that are no dealers. */
  deal(random: Random): Revealed | null {
    const { dealers, me, share, parties, threshold } = this.#options;
    if (!dealers.includes(me) || share === null) return null;
    // A second dealing would differ from the first, and look like a lie.
    if (this.#dealt) throw new TypeError('dealt already');
    this.#dealt = true;
    const { commitments, shares } = deal(this.#group, share.secret, threshold, parties.length, random);
    return { toAll: commitments, toEach: shares };
  }

  /**
   * Checks what the dealers sent (in their order); returns the message to all new parties that confirms it.
   *
   * @throws ProtocolError `pseudonyms/malformed`, `-/proof-invalid` (another secret than the old share), `-/share-invalid`,
   *   naming the dealer.
   */
  accept(toAll: readonly Uint8Array[], shares: readonly Uint8Array[]): Uint8Array {
    const { parties, threshold, dealers, me } = this.#options;
    checkSizes(toAll, dealers, threshold * SIZE);
    checkSizes(shares, dealers, SIZE);
    for (const [d, dealer] of dealers.entries()) {
      const commitments = toAll[d] as Uint8Array;
      const old = at(this.#old.publicShares, this.#places[d] as number);
      if (!constantTimeEqual(at(commitments, 0), old)) throw fault('pseudonyms/proof-invalid', dealer);
      if (!shareFits(this.#group, commitments, shares[d] as Uint8Array, this.#me + 1)) throw fault('pseudonyms/share-invalid', dealer);
    }
    const confirmation = taggedHash('sluis/pseudonyms/resharing-seen/1', this.#context(), ...toAll);
    const { kind, purpose, epoch } = this.#old;
    const combined = combine(this.#group, this.#places, toAll, shares, parties.length);
    this.#accepted = { share: { kind, purpose, epoch, parties: [...parties], threshold, me, ...combined }, confirmation };
    return confirmation;
  }

  /** The new share of the same key, once all new parties have confirmed. Throws ProtocolError `pseudonyms/not-the-same`. */
  finish(confirmations: readonly Uint8Array[]): KeyShare {
    if (this.#accepted === null) throw new TypeError('accept first');
    const { parties } = this.#options;
    checkSizes(confirmations, parties, 32);
    for (const [i, party] of parties.entries())
      if (!constantTimeEqual(confirmations[i] as Uint8Array, this.#accepted.confirmation)) throw fault('pseudonyms/not-the-same', party);
    return this.#accepted.share;
  }
}
