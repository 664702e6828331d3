/**
 * Distributed generation of a key: nobody ever holds it, and no dealer is trusted. Pedersen's protocol (1991) with
 * Feldman's commitments; what each publishes is committed to by a hash first, so that nobody chooses after having seen
 * the others', and comes with a proof of knowledge (as in FROST; Komlo & Goldberg 2020). At the end all compare what they
 * saw. Any party can make it fail, and is named if it lied; it can't bias the key but by failing.
 *
 * Three messages to all and one to each other party, over channels that are authenticated, and private for shares.
 * Learns: nobody anything but the public key; fewer than `threshold` parties together nothing of the key.
 */
import { concatBytes, type Random, uint64be } from '@sluis/base';
import { constantTimeEqual, type Ristretto, taggedHash } from '@sluis/crypto';
import { deal, type Dealing, shareFits } from './dealing.ts';
import type { KeyKind, KeyShare } from './key-share.ts';
import { knows, KNOWLEDGE_PROOF_BYTES, proveKnowledge } from './knowledge-proof.ts';
import { at, elementAt, SIZE } from './polynomials.ts';
import { checkSetting, checkSizes, fault, placeOf, type Setting, settingHash } from './setting.ts';

const HASH = 32;

/** What a party sends after it has all commitments. */
export interface Revealed {
  /** The same to every party. */
  readonly toAll: Uint8Array;
  /** In the order of the parties; each is for that party alone. */
  readonly toEach: readonly Uint8Array[];
}

export interface GenerationOptions {
  /** A `rotation` is a random factor, shared like a key. */
  readonly kind?: KeyKind;
  readonly epoch?: number;
}

/** One party's side of one generation. Every message list is in the order of the parties, one's own included. */
export class KeyGeneration {
  readonly #group: Ristretto;
  readonly #setting: Setting;
  readonly #kind: KeyKind;
  readonly #epoch: number;
  readonly #me: number;
  readonly #context: Uint8Array;
  readonly #dealing: Dealing;
  readonly #toAll: Uint8Array;
  #commitments: readonly Uint8Array[] | null = null;
  #accepted: { readonly share: KeyShare; readonly confirmation: Uint8Array } | null = null;

  /** Throws InvalidError `pseudonyms/setting`. */
  constructor(group: Ristretto, setting: Setting, me: string, random: Random, { kind = 'key', epoch = 1 }: GenerationOptions = {}) {
    checkSetting(setting);
    this.#group = group;
    this.#setting = setting;
    this.#kind = kind;
    this.#epoch = epoch;
    this.#me = placeOf(setting.parties, me);
    this.#context = concatBytes(settingHash(kind, setting), uint64be(epoch));
    const secret = group.randomScalars(1, random);
    this.#dealing = deal(group, secret, setting.threshold, setting.parties.length, random);
    const proof = proveKnowledge(group, secret, at(this.#dealing.commitments, 0), this.#prover(this.#me), random);
    secret.fill(0);
    this.#toAll = concatBytes(this.#dealing.commitments, proof);
  }

  #prover(i: number): Uint8Array {
    return concatBytes(this.#context, uint64be(i));
  }

  #hash(i: number, toAll: Uint8Array): Uint8Array {
    return taggedHash('sluis/pseudonyms/commitment/1', this.#prover(i), toAll);
  }

  /** First message, to all. */
  commit(): Uint8Array {
    return this.#hash(this.#me, this.#toAll);
  }

  /** Second messages, once all commitments are there; once only. Throws ProtocolError `pseudonyms/malformed`. */
  reveal(commitments: readonly Uint8Array[]): Revealed {
    if (this.#commitments !== null) throw new TypeError('revealed already');
    checkSizes(commitments, this.#setting.parties, HASH);
    this.#commitments = commitments.map((c) => c.slice());
    return { toAll: this.#toAll, toEach: this.#dealing.shares };
  }

  /**
   * Checks what all revealed; returns the third message, to all.
   *
   * @throws ProtocolError `pseudonyms/malformed`, `-/changed`, `-/proof-invalid`, `-/share-invalid`, naming the party.
   */
  accept(revealed: readonly Uint8Array[], shares: readonly Uint8Array[]): Uint8Array {
    const { parties, threshold } = this.#setting;
    const committed = this.#commitments;
    if (committed === null) throw new TypeError('reveal first');
    checkSizes(revealed, parties, threshold * SIZE + KNOWLEDGE_PROOF_BYTES);
    checkSizes(shares, parties, SIZE);
    const polynomials = revealed.map((message) => message.slice(0, threshold * SIZE));
    for (const [i, party] of parties.entries()) {
      const message = revealed[i] as Uint8Array;
      if (!constantTimeEqual(this.#hash(i, message), committed[i] as Uint8Array)) throw fault('pseudonyms/changed', party);
      const commitments = polynomials[i] as Uint8Array;
      if (!knows(this.#group, at(commitments, 0), message.subarray(threshold * SIZE), this.#prover(i)))
        throw fault('pseudonyms/proof-invalid', party);
      if (!shareFits(this.#group, commitments, shares[i] as Uint8Array, this.#me + 1)) throw fault('pseudonyms/share-invalid', party);
    }
    const confirmation = taggedHash('sluis/pseudonyms/seen/1', this.#context, ...committed, ...revealed);
    this.#accepted = { share: this.#combine(polynomials, shares), confirmation };
    return confirmation;
  }

  #combine(polynomials: readonly Uint8Array[], shares: readonly Uint8Array[]): KeyShare {
    const { purpose, parties, threshold } = this.#setting;
    const group = this.#group;
    const publicShare = (x: number) => polynomials.map((p) => elementAt(group, p, x)).reduce((a, b) => group.add(a, b));
    return {
      kind: this.#kind,
      purpose,
      epoch: this.#epoch,
      parties: [...parties],
      threshold,
      publicKey: polynomials.map((p) => at(p, 0)).reduce((a, b) => group.add(a, b)),
      publicShares: concatBytes(...parties.map((_, i) => publicShare(i + 1))),
      me: parties[this.#me] ?? '',
      secret: shares.reduce((a, b) => group.addScalars(a, b)),
    };
  }

  /**
   * This party's share, once all have confirmed that they saw the same.
   *
   * @throws ProtocolError `pseudonyms/malformed`, `pseudonyms/not-the-same`.
   */
  finish(confirmations: readonly Uint8Array[]): KeyShare {
    if (this.#accepted === null) throw new TypeError('accept first');
    checkSizes(confirmations, this.#setting.parties, HASH);
    for (const [i, party] of this.#setting.parties.entries())
      if (!constantTimeEqual(confirmations[i] as Uint8Array, this.#accepted.confirmation)) throw fault('pseudonyms/not-the-same', party);
    for (const share of this.#dealing.shares) share.fill(0);
    return this.#accepted.share;
  }
}
