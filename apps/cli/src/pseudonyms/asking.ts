/**
 * Asking holders for pseudonyms: as many as the threshold at a time; who fails or answers wrongly is left out from then
 * on, and the next one is asked the same. A message is never sent twice to one holder, so nothing is counted twice.
 */
import { fromHex, PeerError, ProtocolError, type Random, RefusedError, SluisError, toHex } from '@sluis/base';
import type { Ristretto } from '@sluis/crypto';
import { type HolderAnswer, keyId, type Pending, Pseudonymiser, type PublicKey } from '@sluis/pseudonyms';
import type { Wire } from '@sluis/wire';
import { z } from 'zod';
import type { CardPeer } from './holder-cards.ts';
import { EVALUATE, KEY } from './holder-desk.ts';

/** Records of one request: about half a second of a holder's time. */
const BATCH = 2000;
const TIMEOUT_MS = 120_000;

const keySchema = z.strictObject({
  kind: z.literal('key'),
  purpose: z.string().max(200),
  epoch: z.number().int().min(1),
  parties: z.array(z.string().max(63)).max(50),
  threshold: z.number().int(),
  publicKey: z.string().regex(/^[0-9a-f]{64}$/),
  publicShares: z.string().regex(/^([0-9a-f]{64}){2,50}$/),
});

/** What one holder says of its key and of the asker's limit. */
interface Offer {
  readonly peer: CardPeer;
  readonly key: PublicKey;
  /** Hexadecimal; computed here. */
  readonly id: string;
  readonly left: number;
}

export interface AskingOptions {
  readonly wire: Pick<Wire, 'request'>;
  readonly group: Ristretto;
  readonly random: Random;
  readonly holders: readonly CardPeer[];
  /** The key's id, hexadecimal, if it is known; else a majority of the holders must name one and the same. */
  readonly pinned: string | null;
  /** Records that will be asked for in all. */
  readonly records: number;
  readonly signal: AbortSignal;
  /** Records of one request. */
  readonly batch?: number;
  /** Told of each holder that is left out, and why. */
  readonly leftOut: (holder: string, why: SluisError) => void;
}

export class Asking {
  readonly key: PublicKey;
  readonly #options: AskingOptions;
  readonly #asker: Pseudonymiser;
  #usable: CardPeer[];
  readonly #failures: SluisError[];

  private constructor(options: AskingOptions, key: PublicKey, usable: CardPeer[], failures: SluisError[]) {
    this.key = key;
    this.#options = options;
    this.#asker = new Pseudonymiser(options.group, key, options.random);
    this.#usable = usable;
    this.#failures = failures;
  }

  /**
   * Finds out which holders are there, and that they have the same key and enough left for this asker.
   *
   * @throws PeerError `pseudonyms/too-few`; ProtocolError `pseudonyms/other-key`; RefusedError as holders refused.
   */
  static async open(options: AskingOptions): Promise<Asking> {
    const failures: SluisError[] = [];
    const fail = (peer: CardPeer, thrown: unknown) => {
      const why = named(thrown, peer, options.signal);
      failures.push(why);
      options.leftOut(peer.name, why);
    };
    const offers: Offer[] = [];
    const asked = options.holders.map(async (peer) => {
      try {
        offers.push(await offer(options, peer));
      } catch (thrown) {
        fail(peer, thrown);
      }
    });
    await Promise.all(asked);
    const good = options.pinned === null ? offers : offers.filter(({ id }) => id === options.pinned);
    for (const { peer } of offers.filter((o) => !good.includes(o))) fail(peer, otherKey(peer.name, true));
    const key = agreed(options, good, failures);
    for (const { peer, left } of good) if (left < options.records) fail(peer, notEnough(peer.name, left, options.records));
    const usable = options.holders.filter((peer) => good.some((o) => o.peer === peer && o.left >= options.records));
    if (usable.length < key.threshold) throw tooFew(key.threshold, usable.length, failures);
    return new Asking(options, key, usable, failures);
  }

  /**
   * Pseudonyms of all records, 32 bytes each in their order: the next portion is on its way while one is finished.
   *
   * @throws PeerError `pseudonyms/too-few`; RefusedError as holders refused.
   */
  async pseudonyms(records: readonly Uint8Array[], progress: (done: number, all: number) => void): Promise<Uint8Array> {
    const out = new Uint8Array(32 * records.length);
    const batch = this.#options.batch ?? BATCH;
    const begin = (from: number) => {
      const pending = this.#asker.ask(records.slice(from, from + batch));
      const answers = this.#gather(pending, []);
      // Looked at when its turn comes.
      answers.catch(() => undefined);
      return { pending, answers };
    };
    let next = records.length > 0 ? begin(0) : null;
    for (let from = 0; next !== null; from += batch) {
      const { pending, answers } = next;
      const first = await answers;
      next = from + batch < records.length ? begin(from + batch) : null;
      out.set(await this.#finish(pending, first), 32 * from);
      progress(Math.min(from + batch, records.length), records.length);
    }
    return out;
  }

  /** Answers of as many holders as the threshold. `have` are those that are good so far. */
  async #gather(pending: Pending, have: readonly HolderAnswer[]): Promise<HolderAnswer[]> {
    const answers = [...have];
    const tried = new Set(have.map((a) => a.holder));
    while (answers.length < this.key.threshold) {
      const next = this.#usable.filter((p) => !tried.has(p.name)).slice(0, this.key.threshold - answers.length);
      if (next.length < this.key.threshold - answers.length) throw tooFew(this.key.threshold, this.#usable.length, this.#failures);
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

async function offer({ wire, signal }: AskingOptions, peer: CardPeer): Promise<Offer> {
  const { header } = await wire.request(peer, KEY, {}, new Uint8Array(0), { signal });
  const parsed = keySchema.safeParse(header['key']);
  const left = header['left'];
  if (!parsed.success || !Number.isSafeInteger(left)) throw wrongForm(peer.name);
  const { publicKey, publicShares, ...rest } = parsed.data;
  const key = { ...rest, publicKey: fromHex(publicKey), publicShares: fromHex(publicShares) };
  return { peer, key, id: toHex(keyId(key)), left: left as number };
}

/** The one key of all that answered. */
function agreed({ holders, pinned }: AskingOptions, offers: readonly Offer[], failures: readonly SluisError[]): PublicKey {
  const [first] = offers;
  if (first === undefined) throw tooFew(2, 0, failures);
  const other = offers.find((o) => o.id !== first.id || !o.key.parties.includes(o.peer.name));
  if (other !== undefined) throw otherKey(other.peer.name, false);
  if (pinned !== null) return first.key;
  // Without a known id, a few holders alone could give out a key of their own.
  if (first.key.parties.some((party) => !holders.some((h) => h.name === party))) throw notAllNamed(first.key.parties);
  const majority = Math.floor(holders.length / 2) + 1;
  if (offers.length < majority) throw tooFew(majority, offers.length, failures);
  return first.key;
}

/** The failure with the holder's name; ends everything if it was this side that gave up. */
function named(thrown: unknown, peer: CardPeer, signal: AbortSignal): SluisError {
  if (signal.aborted)
    throw new PeerError('run/cancelled', {
      stage: 'run',
      message: 'Cancelled here; nothing was written.',
      remedy: 'Start again when ready.',
    });
  if (!(thrown instanceof SluisError)) throw thrown;
  if (thrown.code !== 'wire/certificate-unknown') return thrown;
  return new RefusedError('pseudonyms/unknown-asker', {
    stage: 'access',
    party: peer.name,
    message: `${peer.name} does not know this station.`,
    remedy: `Let ${peer.name} start with your card: sluis pseudonyms hold … --allow CARD`,
  });
}

/** A refusal where holders refused, so that it ends as one; else a failure. */
function tooFew(needed: number, there: number, failures: readonly SluisError[]): SluisError {
  const refusal = failures.find((f) => f instanceof RefusedError);
  if (refusal !== undefined) return refusal;
  const why = [...new Set(failures.map((f) => f.message))].join(' ');
  return new PeerError('pseudonyms/too-few', {
    stage: 'run',
    message: `Pseudonyms need ${needed} holders; ${there} can be used.${why === '' ? '' : ` ${why}`} Nothing was written.`,
    remedy: 'Ask the missing holders to start, and check their addresses.',
  });
}

const notEnough = (holder: string, left: number, records: number) =>
  new RefusedError('pseudonyms/limit', {
    stage: 'access',
    party: holder,
    message: `This file has ${records} different keys; ${holder} still helps with ${left} today (UTC). Nothing was counted.`,
    remedy: `Wait until tomorrow, ask ${holder} for a higher --limit, or take fewer rows.`,
  });

const wrongForm = (holder: string) =>
  new ProtocolError('pseudonyms/malformed', {
    stage: 'keys',
    party: holder,
    message: `${holder} sent a key of the wrong form.`,
    remedy: 'Check that all run the same release of Sluis.',
  });

const otherKey = (holder: string, pinned: boolean) =>
  new ProtocolError('pseudonyms/other-key', {
    stage: 'keys',
    party: holder,
    message: pinned ? `${holder} has another key than the one that --key names.` : `${holder} has another key than the other holders.`,
    remedy: 'Compare what "sluis pseudonyms hold" printed at every holder, over a channel you trust, and give it with --key.',
  });

const notAllNamed = (parties: readonly string[]) =>
  new ProtocolError('pseudonyms/holders', {
    stage: 'keys',
    message: `This key is shared by ${parties.join(', ')}, and not all of their cards were given.`,
    remedy: 'Give --holder once for each of them; or give --key with what they printed, then any of them will do.',
  });
