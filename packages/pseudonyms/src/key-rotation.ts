/**
 * Rotation: the next key is the old one times a random factor, neither of which anybody ever holds. The factor is shared
 * like a key (`KeyGeneration` with kind `rotation`); 2·threshold − 1 parties multiply their shares of both and share the
 * product afresh, which lowers the degree again (Gennaro, Rabin & Rabin 1998), with Feldman's commitments and a proof that
 * the product is right (equality of discrete logarithms, as RFC 9497 makes it). Existing pseudonyms are then mapped by
 * evaluating the factor on them (`Pseudonymiser` with the rotation's public key): no record is needed.
 *
 * One message to all and one to each party from every dealer, one more to all. Learns: nobody anything but the next public
 * key. Fewer than `threshold` parties together learn nothing of either key or the factor. `threshold` of them could.
 */
import { concatBytes, lengthPrefixed, type Random, uint64be } from '@sluis/base';
import { constantTimeEqual, OPRF_PROOF_BYTES, Oprf, type Ristretto, taggedHash } from '@sluis/crypto';
import { combine, deal, shareFits } from './dealing.ts';
import type { Revealed } from './key-generation.ts';
import { keyId, type KeyShare } from './key-share.ts';
import { at, SIZE } from './polynomials.ts';
import { checkSizes, fault, placeOf, refused } from './setting.ts';

/** One party's side of one rotation. */
export class KeyRotation {
  readonly #group: Ristretto;
  readonly #proofs: Oprf;
  readonly #old: KeyShare;
  readonly #factor: KeyShare;
  readonly #dealers: readonly number[];
  readonly #me: number;
  #dealt = false;
  #accepted: { readonly share: KeyShare; readonly confirmation: Uint8Array } | null = null;

  /**
   * @param dealers - 2·threshold − 1 of the parties, the same list at all; the others take part as receivers.
   * @throws RefusedError `pseudonyms/too-few` for another number of them, `pseudonyms/other-rotation`.
   */
  constructor(group: Ristretto, old: KeyShare, factor: KeyShare, dealers: readonly string[]) {
    const needed = 2 * old.threshold - 1;
    if (dealers.length !== needed || new Set(dealers).size !== needed)
      throw refused(
        'pseudonyms/too-few',
        `Rotation needs exactly ${needed} different dealers: twice the threshold, less one.`,
        needed > old.parties.length ? 'Keys of this threshold and so few parties can not be rotated.' : 'Name that many parties.',
      );
    const same = [old.purpose, old.epoch, old.threshold, old.me, ...old.parties];
    const other = [factor.purpose, factor.epoch, factor.threshold, factor.me, ...factor.parties];
    if (old.kind !== 'key' || factor.kind !== 'rotation' || JSON.stringify(same) !== JSON.stringify(other))
      throw refused(
        'pseudonyms/other-rotation',
        'The factor was not made for this key: purpose, epoch, parties or threshold differ.',
        'Generate one with the setting of the key in force.',
      );
    this.#group = group;
    this.#proofs = new Oprf(group, 'voprf');
    this.#old = old;
    this.#factor = factor;
    this.#dealers = dealers.map((name) => placeOf(old.parties, name));
    this.#me = placeOf(old.parties, old.me);
  }

  #context(): Uint8Array {
    return lengthPrefixed(keyId(this.#old), keyId(this.#factor), ...this.#dealers.map(uint64be));
  }

  #dealerNames(): string[] {
    return this.#dealers.map((d) => this.#old.parties[d] ?? '');
  }

  /** The message to all and those to each party; null at parties that are no dealers. */
  deal(random: Random): Revealed | null {
    if (!this.#dealers.includes(this.#me)) return null;
    // A second dealing would differ from the first, and look like a lie.
    if (this.#dealt) throw new TypeError('dealt already');
    this.#dealt = true;
    const product = this.#group.multiplyScalars(this.#old.secret, this.#factor.secret);
    const { commitments, shares } = deal(this.#group, product, this.#old.threshold, this.#old.parties.length, random);
    product.fill(0);
    const { proof } = this.#proofs.evaluate(this.#old.secret, at(this.#factor.publicShares, this.#me), random);
    return { toAll: concatBytes(commitments, proof), toEach: shares };
  }

  /**
   * Checks what the dealers sent (in their order); returns the message to all parties that confirms it.
   *
   * @throws ProtocolError `pseudonyms/malformed`, `-/proof-invalid`, `-/share-invalid`, naming the dealer.
   */
  accept(toAll: readonly Uint8Array[], shares: readonly Uint8Array[]): Uint8Array {
    const size = this.#old.threshold * SIZE;
    const names = this.#dealerNames();
    checkSizes(toAll, names, size + OPRF_PROOF_BYTES);
    checkSizes(shares, names, SIZE);
    for (const [d, place] of this.#dealers.entries()) {
      const message = toAll[d] as Uint8Array;
      if (!this.#productHolds(place, message.slice(0, SIZE), message.slice(size))) throw fault('pseudonyms/proof-invalid', names[d] ?? '');
      if (!shareFits(this.#group, message.slice(0, size), shares[d] as Uint8Array, this.#me + 1))
        throw fault('pseudonyms/share-invalid', names[d] ?? '');
    }
    const confirmation = taggedHash('sluis/pseudonyms/rotation-seen/1', this.#context(), ...toAll);
    const polynomials = toAll.map((m) => m.slice(0, size));
    this.#accepted = { share: this.#combine(polynomials, shares), confirmation };
    return confirmation;
  }

  #productHolds(place: number, product: Uint8Array, proof: Uint8Array): boolean {
    try {
      const [key, factor] = [at(this.#old.publicShares, place), at(this.#factor.publicShares, place)];
      this.#proofs.verify(factor, { evaluated: product, proof }, key);
      return true;
    } catch {
      return false;
    }
  }

  #combine(polynomials: readonly Uint8Array[], shares: readonly Uint8Array[]): KeyShare {
    const combined = combine(this.#group, this.#dealers, polynomials, shares, this.#old.parties.length);
    return { ...this.#old, epoch: this.#old.epoch + 1, ...combined };
  }

  /** The share of the next key, once all parties have confirmed. Throws ProtocolError `pseudonyms/not-the-same`. */
  finish(confirmations: readonly Uint8Array[]): KeyShare {
    if (this.#accepted === null) throw new TypeError('accept first');
    checkSizes(confirmations, this.#old.parties, 32);
    for (const [i, party] of this.#old.parties.entries())
      if (!constantTimeEqual(confirmations[i] as Uint8Array, this.#accepted.confirmation)) throw fault('pseudonyms/not-the-same', party);
    return this.#accepted.share;
  }
}
