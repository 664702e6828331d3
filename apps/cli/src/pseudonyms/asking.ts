/**
 * Asking holders for pseudonyms: as many as the threshold at a time; who fails or answers wrongly is left out from then
 * on, and the next one is asked the same. A message is never sent twice to one holder, so nothing is counted twice.
 */
import { concatBytes, ProtocolError, type Random, type SluisError } from '@sluis/base';
import { constantTimeEqual } from '@sluis/crypto';
import { type HolderAnswer, type Pending, Pseudonymiser, type PublicKey } from '@sluis/pseudonyms';
import type { CardPeer } from './holder-cards.ts';
import { EVALUATE } from './holder-desk.ts';
import { type Agreed, agreedOffer, evaluated, named, type OfferOptions, type Wanted, tooFew } from './offers.ts';

/** Records of one request: about half a second of a holder's time. */
const BATCH = 2000;
const TIMEOUT_MS = 120_000;

export interface AskingOptions extends OfferOptions {
  readonly random: Random;
  /** Records of one request. */
  readonly batch?: number;
}

type Progress = (done: number, all: number) => void;

export class Asking {
  /** The key in force, whose pseudonyms are made. */
  readonly key: PublicKey;
  /** The key whose pseudonyms are mapped; null where records are asked for. */
  readonly previous: PublicKey | null;
  readonly #options: AskingOptions;
  readonly #asker: Pseudonymiser;
  #usable: CardPeer[];
  readonly #failures: SluisError[];

  private constructor(options: AskingOptions, { offer, usable, failures }: Agreed) {
    this.key = offer.key;
    this.previous = options.wanted.what === 'next' ? (offer.maps?.previous ?? null) : null;
    this.#options = options;
    this.#asker = new Pseudonymiser(options.group, evaluated(offer, options.wanted), options.random);
    this.#usable = usable;
    this.#failures = failures;
  }

  /** Finds out which holders are there and agree; throws as `agreedOffer`. */
  static async open(options: AskingOptions): Promise<Asking> {
    return new Asking(options, await agreedOffer(options));
  }

  /** How many records of the limit so many different pseudonyms or records take. */
  static cost = ({ what }: Wanted, different: number): number => (what === 'next' && different > 0 ? different + 1 : different);

  /**
   * Pseudonyms of all records, 32 bytes each in their order: the next portion is on its way while one is finished.
   *
   * @throws PeerError `pseudonyms/too-few`; RefusedError as holders refused.
   */
  pseudonyms(records: readonly Uint8Array[], progress: Progress): Promise<Uint8Array> {
    return this.#inPortions(records.length, (from, to) => this.#asker.ask(records.slice(from, to)), progress);
  }

  /**
   * The next key's pseudonyms for those of the key before, 32 bytes each. The old public key is mapped with them, and must
   * become the next: so whatever the holders call their factor, it leads from this key to that one.
   *
   * @throws as `pseudonyms`; ProtocolError `pseudonyms/wrong-factor`, `crypto/not-an-element`.
   */
  async next(pseudonyms: Uint8Array, progress: Progress): Promise<Uint8Array> {
    if (this.previous === null || pseudonyms.length === 0) return new Uint8Array(0);
    const all = concatBytes(this.previous.publicKey, pseudonyms);
    const ask = (from: number, to: number) => this.#asker.askNext(all.slice(32 * from, 32 * to));
    const mapped = await this.#inPortions(all.length / 32, ask, progress);
    if (!constantTimeEqual(mapped.subarray(0, 32), this.key.publicKey)) throw wrongFactor();
    return mapped.slice(32);
  }

  async #inPortions(all: number, ask: (from: number, to: number) => Pending, progress: Progress): Promise<Uint8Array> {
    const out = new Uint8Array(32 * all);
    const batch = this.#options.batch ?? BATCH;
    const begin = (from: number) => {
      const pending = ask(from, Math.min(from + batch, all));
      const answers = this.#gather(pending, []);
      // Looked at when its turn comes.
      answers.catch(() => undefined);
      return { pending, answers };
    };
    let next = all > 0 ? begin(0) : null;
    for (let from = 0; next !== null; from += batch) {
      const { pending, answers } = next;
      const first = await answers;
      next = from + batch < all ? begin(from + batch) : null;
      out.set(await this.#finish(pending, first), 32 * from);
      progress(Math.min(from + batch, all), all);
    }
    return out;
  }

  /** Answers of as many holders as the threshold. `have` are those that are good so far. */
  async #gather(pending: Pending, have: readonly HolderAnswer[]): Promise<HolderAnswer[]> {
    const answers = [...have];
    const tried = new Set(have.map((a) => a.holder));
    while (answers.length < this.#asker.key.threshold) {
      const next = this.#usable.filter((p) => !tried.has(p.name)).slice(0, this.#asker.key.threshold - answers.length);
      if (next.length < this.#asker.key.threshold - answers.length)
        throw tooFew(this.#asker.key.threshold, this.#usable.length, this.#failures);
      const got = await Promise.all(next.map((peer) => this.#evaluate(peer, pending)));
      for (const peer of next) tried.add(peer.name);
      answers.push(...got.filter((a) => a !== null));
    }
    return answers;
  }

  async #evaluate(peer: CardPeer, { request }: Pending): Promise<HolderAnswer | null> {
    const { wire, signal } = this.#options;
    try {
      const { body } = await wire.request(peer, EVALUATE, {}, request, { timeoutMs: TIMEOUT_MS, signal });
      return { holder: peer.name, answer: body };
    } catch (thrown) {
      this.#leaveOut(peer.name, named(thrown, peer, signal));
      return null;
    }
  }

  /** Checks every proof; asks others in place of holders whose answers are wrong. */
  async #finish(pending: Pending, first: readonly HolderAnswer[]): Promise<Uint8Array> {
    let answers = [...first];
    for (;;) {
      try {
        return this.#asker.finish(pending, answers).pseudonyms;
      } catch (thrown) {
        if (!(thrown instanceof ProtocolError) || thrown.party === null) throw thrown;
        this.#leaveOut(thrown.party, thrown);
        answers = await this.#gather(
          pending,
          answers.filter((a) => a.holder !== thrown.party),
        );
      }
    }
  }

  #leaveOut(holder: string, why: SluisError): void {
    if (!this.#usable.some((p) => p.name === holder)) return;
    this.#usable = this.#usable.filter((p) => p.name !== holder);
    this.#failures.push(why);
    this.#options.leftOut(holder, why);
  }
}

const wrongFactor = () =>
  new ProtocolError('pseudonyms/wrong-factor', {
    stage: 'keys',
    message: 'What the holders answered with does not lead from the old key to the next one. Nothing was written.',
    remedy: 'Compare the ids of both keys with what the holders printed, over a channel you trust, and give them with --from and --key.',
  });
