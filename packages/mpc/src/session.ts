/**
 * One party's side of a committee's session: numbered steps, checked lengths, and correlated randomness.
 *
 * Key i is known to parties i and i − 1, like component i. Keys are fresh per session and bound to `context` (run,
 * attempt and plan); every stream is separated by step, and a step's number is never used twice: no stream is read twice.
 * Source: Araki et al. 2016, §2.2 (correlated randomness without interaction).
 */
import { lengthPrefixed, type PeerError, ProtocolError, type Random, utf8 } from '@sluis/base';
import { Prg, taggedHash } from '@sluis/crypto';
import type { CommitteeLinks } from '@sluis/model';
import { addVectors, subtractVectors, xorBits } from '@sluis/kernels';
import { bytesOf, column, halvesFrom, nextParty, type Party, previousParty, wordsFrom } from './shares.ts';

const SEED_BYTES = 32;

export interface Outgoing {
  readonly to: Party;
  readonly part?: string;
  readonly payload: Uint8Array;
}
export interface Incoming {
  readonly from: Party;
  readonly part?: string;
  readonly sizeBytes: number;
}

export class Session {
  readonly me: Party;
  readonly #links: CommitteeLinks;
  readonly #mine: Uint8Array;
  readonly #next: Uint8Array;
  #steps = 0;

  private constructor(links: CommitteeLinks, mine: Uint8Array, next: Uint8Array) {
    this.me = links.me;
    this.#links = links;
    this.#mine = mine;
    this.#next = next;
  }

  /**
   * Agrees on fresh pairwise keys: party i draws key i and gives it to party i − 1. Run by: all three compute parties.
   * The key in use also depends on `context`, so that parties of different runs or attempts can't compute together.
   *
   * @throws PeerError if a peer stays away; ProtocolError `mpc/bad-length` if what it sends is no key, and
   *   `mpc/weak-key` if it sends back one that is already in use.
   * Learns: each key, its two holders only. Cost: 1 round, 32 bytes sent per party.
   */
  static async open(links: CommitteeLinks, context: Uint8Array, random: Random): Promise<Session> {
    const own = random.bytes(SEED_BYTES);
    const session = new Session(links, own, own);
    const step = session.step('keys');
    const [received] = await session.exchange(
      step,
      [{ to: previousParty(links.me), payload: own }],
      [{ from: nextParty(links.me), sizeBytes: SEED_BYTES }],
    );
    const other = received as Uint8Array;
    if (other.every((b, i) => b === own[i]))
      throw session.#fault('mpc/weak-key', step, nextParty(links.me), 'repeated a key of this session');
    const bound = (seed: Uint8Array) => taggedHash('sluis/replicated-3/key', seed, context);
    const opened = new Session(links, bound(own), bound(other.slice()));
    opened.#steps = session.#steps;
    return opened;
  }

  /** Name of the next step: the same at all parties that run the same program. */
  step(operation: string): string {
    this.#steps += 1;
    return `${this.#steps} ${operation}`;
  }

  /** One round: sends and receives at once. Throws ProtocolError `mpc/bad-length` on a payload of another size. */
  async exchange(step: string, outgoing: readonly Outgoing[], incoming: readonly Incoming[]): Promise<Uint8Array[]> {
    const named = (part: string | undefined) => (part === undefined ? step : `${step}.${part}`);
    const sending = outgoing.map((o) => this.#links.send(o.to, named(o.part), o.payload));
    const receiving = incoming.map(async (i) => {
      const payload = await this.#links.receive(i.from, named(i.part));
      if (payload.length !== i.sizeBytes)
        throw this.#fault('mpc/bad-length', named(i.part), i.from, `sent ${payload.length} bytes where ${i.sizeBytes} are due`);
      return payload;
    });
    const [received] = await Promise.all([Promise.all(receiving), Promise.all(sending)]);
    this.#links.round();
    return received;
  }

  /** Gives this party's part of a ring product to the previous party and takes the next one's. 1 round, 8·words bytes an element. */
  async reshare(step: string, words: number, part: BigUint64Array, also: { out?: readonly Outgoing[]; in?: readonly Incoming[] } = {}) {
    const [theirs, ...rest] = await this.exchange(
      step,
      [{ to: previousParty(this.me), payload: bytesOf(part) }, ...(also.out ?? [])],
      [{ from: nextParty(this.me), sizeBytes: part.byteLength }, ...(also.in ?? [])],
    );
    return { share: column(words, part, wordsFrom(theirs as Uint8Array)), rest };
  }

  /** The same for packed bits. 1 round, 1 bit a bit. */
  async reshareBits(step: string, part: Uint32Array): Promise<{ mine: Uint32Array; next: Uint32Array }> {
    const [theirs] = await this.exchange(
      step,
      [{ to: previousParty(this.me), payload: bytesOf(part) }],
      [{ from: nextParty(this.me), sizeBytes: part.byteLength }],
    );
    return { mine: part, next: halvesFrom(theirs as Uint8Array) };
  }

  /** Random words that parties `which` and `which` − 1 know; null at the third party. */
  common(which: Party, step: string, sizeBytes: number): Uint8Array<ArrayBuffer> | null {
    if (which === previousParty(this.me)) return null;
    return this.#stream(which === this.me ? this.#mine : this.#next, step, sizeBytes);
  }

  /** This party's part of a fresh sharing of zeros: the three parts add up to 0. */
  zeros(step: string, elements: number, words: number): BigUint64Array {
    const size = elements * words * 8;
    const [a, b] = [this.#mine, this.#next].map((key) => new BigUint64Array(this.#stream(key, step, size).buffer)) as [
      BigUint64Array,
      BigUint64Array,
    ];
    return subtractVectors(a, b, words);
  }

  /** The same for packed bits: the exclusive or of the three parts is 0. */
  zeroBits(step: string, words: number): Uint32Array {
    const [a, b] = [this.#mine, this.#next].map((key) => new Uint32Array(this.#stream(key, step, words * 4).buffer)) as [
      Uint32Array,
      Uint32Array,
    ];
    return xorBits(a, b);
  }

  /** Adds a fresh part of zero. */
  masked(step: string, part: BigUint64Array, words: number): BigUint64Array {
    return addVectors(part, this.zeros(step, part.length / words, words), words);
  }

  mismatch(step: string): ProtocolError {
    return new ProtocolError('mpc/inconsistent-opening', {
      stage: 'aggregate',
      message: `In step "${step}", compute parties ${nextParty(this.me)} and ${previousParty(this.me)} gave different copies of one share component.`,
      remedy: 'One of these two stations is faulty or dishonest: compare their logs, then ask again.',
    });
  }

  #fault(code: string, step: string, from: Party, what: string): PeerError {
    return new ProtocolError(code, {
      stage: 'aggregate',
      message: `In step "${step}", compute party ${from} ${what}.`,
      remedy: 'Check that all stations run the same release of Sluis, then ask again.',
    });
  }

  #stream(key: Uint8Array, step: string, sizeBytes: number): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(sizeBytes);
    new Prg(key, lengthPrefixed(utf8('sluis/replicated-3/stream'), utf8(step))).fill(out);
    return out;
  }
}
