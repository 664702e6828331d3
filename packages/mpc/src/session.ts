/**
 * One party's side of a committee's session: strands of numbered steps, checked lengths, and correlated randomness.
 *
 * A strand is a piece of work whose steps follow one another: a primitive, or one stripe of a long vector. Its number is
 * taken when it begins, so that several may run at a time and still bear the same names at all parties. Key i is known
 * to parties i and i − 1, like component i. Keys are fresh per session and bound to `context` (run, attempt and plan);
 * each strand has one stream per key, which only moves forward: nothing of a stream is used twice.
 * Source: Araki et al. 2016, §2.2 (correlated randomness without interaction).
 */
import { lengthPrefixed, type PeerError, ProtocolError, type Random, utf8 } from '@sluis/base';
import { Prg, taggedHash } from '@sluis/crypto';
import { release } from '@sluis/kernels';
import type { CommitteeLinks } from '@sluis/model';
import { bytesOf, halvesOf, nextParty, type PackedPair, type Pair, type Party, previousParty, wordsOf } from './shares.ts';
import { type CallOrder, OrderedVerifier, type Verifier, type VerifierCall } from './verification.ts';

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

/** How long vectors are cut: pieces of so many elements (a multiple of 32), so many of them on their way at a time. */
export interface Stripes {
  readonly elements: number;
  readonly atOnce: number;
}
export const STRIPES: Stripes = { elements: 1 << 15, atOnce: 4 };
/** With a verifier more of the messages are small, and vectors are kept for it anyway: longer stripes cost less. */
export const VERIFIED_STRIPES: Stripes = { elements: 1 << 18, atOnce: 4 };

/** What all strands of a session have in common. */
interface Ground {
  readonly links: CommitteeLinks;
  readonly keys: readonly [Uint8Array, Uint8Array];
  readonly stripes: Stripes;
  readonly verifier: OrderedVerifier | null;
}

export class Session {
  readonly me: Party;
  readonly stripes: Stripes;
  readonly #ground: Ground;
  readonly #path: string;
  readonly #calls: CallOrder | null;
  readonly #streams: [Prg | null, Prg | null] = [null, null];
  /** Whether its rounds are counted as they happen: those of other strands when they end. */
  readonly #counts: boolean;
  /** What this strand has made and nobody uses after its end; null where that can't be known. */
  #scratch: ArrayBufferView[] | null = null;
  #steps = 0;
  #rounds = 0;

  private constructor(ground: Ground, path: string, calls: CallOrder | null, counts: boolean) {
    this.me = ground.links.me;
    this.stripes = ground.stripes;
    this.#ground = ground;
    this.#path = path;
    this.#calls = calls;
    this.#counts = counts;
  }

  /**
   * Agrees on fresh pairwise keys: party i draws key i and gives it to party i − 1. Run by: all three compute parties.
   * The key in use also depends on `context`, so that parties of different runs or attempts can't compute together.
   *
   * @throws PeerError if a peer stays away; ProtocolError `mpc/bad-length` if what it sends is no key, and
   *   `mpc/weak-key` if it sends back one that is already in use.
   * @param verifierOn - makes what checks every product, on a session of its own over the same links and keys.
   * Learns: each key, its two holders only. Cost: 1 round, 32 bytes sent per party.
   */
  static async open(
    links: CommitteeLinks,
    context: Uint8Array,
    random: Random,
    verifierOn: ((checks: Session) => Verifier) | null = null,
    stripes = verifierOn === null ? STRIPES : VERIFIED_STRIPES,
  ): Promise<Session> {
    const own = random.bytes(SEED_BYTES);
    if (!(stripes.elements > 0 && stripes.elements % 32 === 0 && stripes.atOnce > 0))
      throw new RangeError('a stripe has a multiple of 32 elements');
    const session = new Session({ links, keys: [own, own], stripes, verifier: null }, '', null, true);
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
    const keys = [bound(own), bound(other.slice())] as const;
    const checks = new Session({ links, keys, stripes, verifier: null }, 'check', null, true);
    const verifier = verifierOn === null ? null : new OrderedVerifier(verifierOn(checks));
    const opened = new Session({ links, keys, stripes, verifier }, '', verifier?.order ?? null, true);
    opened.#steps = session.#steps;
    return opened;
  }

  /** Whether a verifier checks the parties: then only products that it is told of may be made together. */
  get verified(): boolean {
    return this.#calls !== null;
  }

  /** Throws TypeError under a verifier: for steps whose messages nothing would check. */
  trustedOnly(): void {
    if (this.verified) throw new TypeError('under a verifier only what it is told of may be computed together');
  }

  /** Tells the verifier of products, in the program's order. */
  record(call: VerifierCall): void {
    this.#calls?.add(call);
  }

  /** Waits until everything that the program did before this point has been checked. */
  async beforeReveal(): Promise<void> {
    if (this.#calls !== null) await this.#ground.verifier?.beforeReveal(this.#calls);
  }

  /** Name of the next step: the same at all parties that run the same program. */
  step(operation: string): string {
    this.#steps += 1;
    return `${this.#under(this.#steps)} ${operation}`;
  }

  /** Does a piece of work in a strand of its own, numbered now. Its rounds are counted here when it ends. */
  async run<T>(work: (strand: Session) => Promise<T>): Promise<T> {
    const strand = this.#strand();
    try {
      return await work(strand);
    } finally {
      this.#count(strand.#rounds);
      await strand.#end();
    }
  }

  /** Runs pieces of work of one kind, several at a time. Their rounds count once: those of the longest. */
  async parallel(pieces: number, atOnce: number, work: (strand: Session, piece: number) => Promise<void>): Promise<void> {
    const strands = Array.from({ length: pieces }, () => this.#strand());
    let next = 0;
    const worker = async () => {
      while (next < pieces) {
        const strand = strands[next] as Session;
        try {
          await work(strand, next++);
          await strand.#end();
        } catch (error) {
          next = pieces;
          throw error;
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(atOnce, pieces) }, worker));
    this.#count(strands.reduce((most, strand) => Math.max(most, strand.#rounds), 0));
  }

  /**
   * Cuts `length` elements into stripes and works on several of them at a time. `work` copies its results out: streams and
   * received payloads that the strand gave it are gone afterwards (a verifier, though, may still look at them).
   */
  striped(length: number, work: (strand: Session, from: number, count: number) => Promise<void>): Promise<void> {
    const { elements, atOnce } = this.stripes;
    return this.parallel(Math.ceil(length / elements), atOnce, async (strand, stripe) => {
      const scratch: ArrayBufferView[] = [];
      strand.#scratch = this.verified ? null : scratch;
      await work(strand, stripe * elements, Math.min(elements, length - stripe * elements));
      release(...scratch);
    });
  }

  /** Gives a vector back when the stripe that this strand works on is done. For what is neither kept nor returned from it. */
  temporary<V extends ArrayBufferView>(made: V): V {
    this.#scratch?.push(made);
    return made;
  }

  /** One round: sends and receives at once. Throws ProtocolError `mpc/bad-length` on a payload of another size. */
  async exchange(step: string, outgoing: readonly Outgoing[], incoming: readonly Incoming[]): Promise<Uint8Array[]> {
    const named = (part: string | undefined) => (part === undefined ? step : `${step}.${part}`);
    const sending = outgoing.map((o) => this.#ground.links.send(o.to, named(o.part), o.payload));
    const receiving = incoming.map(async (i) => {
      const payload = await this.#ground.links.receive(i.from, named(i.part));
      if (payload.length !== i.sizeBytes)
        throw this.#fault('mpc/bad-length', named(i.part), i.from, `sent ${payload.length} bytes where ${i.sizeBytes} are due`);
      return this.temporary(payload);
    });
    const [received] = await Promise.all([Promise.all(receiving), Promise.all(sending)]);
    this.#count(1);
    return received;
  }

  /** Gives this party's part of a ring product to the previous party and takes the next one's. 1 round, 8·words bytes an element. */
  async reshare(operation: string, part: BigUint64Array): Promise<Pair> {
    return { mine: this.temporary(part), next: await this.passOn(operation, part) };
  }

  /** The same for who keeps its own part elsewhere: what the next party gave. */
  async passOn(operation: string, part: BigUint64Array): Promise<BigUint64Array> {
    return wordsOf(await this.#passOn(operation, part));
  }

  /** The same for packed bits. 1 round, 1 bit a bit. */
  async reshareBits(operation: string, part: Uint32Array): Promise<PackedPair> {
    return { mine: this.temporary(part), next: halvesOf(await this.#passOn(operation, part)) };
  }

  /** A stream of its own, for a step's name that this strand gave out, that parties `which` and `which` − 1 know; null at the third. */
  common(which: Party, step: string, sizeBytes: number): Uint8Array<ArrayBuffer> | null {
    if (which === previousParty(this.me)) return null;
    const key = this.#ground.keys[which === this.me ? 0 : 1];
    return new Prg(key, lengthPrefixed(utf8('sluis/replicated-3/step'), utf8(step))).fill(new Uint8Array(sizeBytes));
  }

  /** The next words of the strand's stream that parties `which` and `which` − 1 know; null at the third party. */
  commonWords(which: Party, words: number): BigUint64Array<ArrayBuffer> | null {
    if (which === previousParty(this.me)) return null;
    return this.#words(which === this.me ? 0 : 1, words);
  }

  /** The same as packed bits. */
  commonBits(which: Party, words: number): Uint32Array<ArrayBuffer> | null {
    if (which === previousParty(this.me)) return null;
    return this.#packed(which === this.me ? 0 : 1, words);
  }

  /** Two streams whose difference is this party's part of a fresh sharing of zeros: the three differences add up to 0. */
  zeros(words: number): [BigUint64Array<ArrayBuffer>, BigUint64Array<ArrayBuffer>] {
    return [this.#words(0, words), this.#words(1, words)];
  }

  /** The streams themselves: whoever takes n bytes of one takes n bytes of the other, and so do all parties. */
  zeroStreams(): [Prg, Prg] {
    return [this.#stream(0), this.#stream(1)];
  }

  /** As `zeros` for packed bits: the exclusive or of all six is 0. */
  zeroBits(words: number): [Uint32Array<ArrayBuffer>, Uint32Array<ArrayBuffer>] {
    return [this.#packed(0, words), this.#packed(1, words)];
  }

  mismatch(step: string): ProtocolError {
    return new ProtocolError('mpc/inconsistent-opening', {
      stage: 'aggregate',
      message: `In step "${step}", compute parties ${nextParty(this.me)} and ${previousParty(this.me)} gave different copies of one share component.`,
      remedy: 'One of these two stations is faulty or dishonest: compare their logs, then ask again.',
    });
  }

  #strand(): Session {
    this.#steps += 1;
    return new Session(this.#ground, this.#under(this.#steps), this.#calls?.strand() ?? null, false);
  }

  #under(number: number): string {
    return this.#path === '' ? `${number}` : `${this.#path}.${number}`;
  }

  /** The verifier may go on to what follows this strand. */
  async #end(): Promise<void> {
    this.#calls?.close();
    if (this.#calls !== null) await this.#ground.verifier?.settle();
  }

  #count(rounds: number): void {
    this.#rounds += rounds;
    if (this.#counts) for (let i = 0; i < rounds; i++) this.#ground.links.round();
  }

  async #passOn(operation: string, part: BigUint64Array | Uint32Array): Promise<Uint8Array> {
    const [theirs] = await this.exchange(
      this.step(operation),
      [{ to: previousParty(this.me), payload: bytesOf(part) }],
      [{ from: nextParty(this.me), sizeBytes: part.byteLength }],
    );
    return theirs as Uint8Array;
  }

  #fault(code: string, step: string, from: Party, what: string): PeerError {
    return new ProtocolError(code, {
      stage: 'aggregate',
      message: `In step "${step}", compute party ${from} ${what}.`,
      remedy: 'Check that all stations run the same release of Sluis, then ask again.',
    });
  }

  #stream(which: 0 | 1): Prg {
    const domain = lengthPrefixed(utf8('sluis/replicated-3/strand'), utf8(this.#path));
    const stream = this.#streams[which] ?? new Prg(this.#ground.keys[which], domain);
    this.#streams[which] = stream;
    return stream;
  }

  #words(which: 0 | 1, words: number): BigUint64Array<ArrayBuffer> {
    return this.temporary(this.#stream(which).words(words));
  }

  #packed(which: 0 | 1, words: number): Uint32Array<ArrayBuffer> {
    const out = this.temporary(new Uint32Array(words));
    this.#stream(which).fill(new Uint8Array(out.buffer));
    return out;
  }
}
