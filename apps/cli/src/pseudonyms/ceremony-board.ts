/**
 * What one holder shows the others while they make or change a key together: each fetches what it needs from each, over connections
 * that cards pin. A session is all holders' fresh numbers together: whoever starts anew has another number, so the old
 * session ends for all and none of its messages count in the next.
 *
 * A hello is a barrier: once a holder with a new number has heard this one's state, no session with its old number can
 * change that state. Where this holder has confirmed in a session that ends, it takes a new number itself.
 */
import { ProtocolError, type Random, toHex, utf8 } from '@sluis/base';
import { taggedHash } from '@sluis/crypto';
import type { Incoming, Reply, Wire } from '@sluis/wire';
import { idOf, type Kept, nameOf } from './kept-keys.ts';

export const HELLO = 'pseudonyms.hello';
export const STEP = 'pseudonyms.step';
export type CeremonyStep = 'offer' | 'commit' | 'reveal' | 'confirm' | 'deal' | 'agree' | 'stored';
/** What a holder's process is there for. */
export type Doing = 'hold' | 'rotate' | 'finish' | 'reshare';

export interface BoardOptions {
  /** Hash of what all must have been started with. */
  readonly terms: Uint8Array;
  /** All holders in the key's order, this one included. */
  readonly parties: readonly string[];
  readonly me: string;
  readonly doing: Doing;
  /** The holder whose card has this certificate; null for others, who may not take part. */
  readonly partyOf: (certificate: string) => string | null;
  readonly kept: () => Kept;
  readonly random: Random;
}

/** One session, as long as nobody has started anew. */
export interface Session {
  readonly id: Uint8Array;
  readonly nonces: ReadonlyMap<string, string>;
  readonly shown: Map<CeremonyStep, (to: string) => Uint8Array>;
  over: boolean;
}

export class CeremonyBoard {
  readonly terms: string;
  readonly #options: BoardOptions;
  #nonce: string;
  #session: Session | null = null;

  constructor(wire: Pick<Wire, 'onRequest'>, options: BoardOptions) {
    this.#options = options;
    this.terms = toHex(options.terms);
    this.#nonce = toHex(options.random.bytes(32));
    wire.onRequest(HELLO, async (message) => this.#hello(message));
    wire.onRequest(STEP, async (message) => this.#step(message));
  }

  get nonce(): string {
    return this.#nonce;
  }

  /** Begins a session with the numbers of the others as their hellos gave them. `about`: what is done, and with which key. */
  begin(others: ReadonlyMap<string, string>, about: string): Session {
    const nonces = new Map(others).set(this.#options.me, this.#nonce);
    const inOrder = this.#options.parties.map((p) => utf8(nonces.get(p) ?? ''));
    const id = taggedHash('sluis/pseudonyms/session/2', this.#options.terms, utf8(about), ...inOrder);
    this.#session = { id, nonces, shown: new Map(), over: false };
    return this.#session;
  }

  /** Ends the session if this holder has another number by now than it began with. */
  heard(party: string, nonce: string): void {
    const session = this.#session;
    if (session === null || session.over || session.nonces.get(party) === nonce) return;
    session.over = true;
    this.#session = null;
    if (session.shown.has('confirm') || session.shown.has('agree')) this.#nonce = toHex(this.#options.random.bytes(32));
  }

  #from({ from, header }: Incoming): string {
    const party = this.#options.partyOf(from.certificate);
    if (party === null) throw notAHolder();
    if (header['terms'] !== this.terms) throw otherTerms(this.#options.me);
    return party;
  }

  #hello(message: Incoming): Reply {
    const party = this.#from(message);
    this.heard(party, String(message.header['nonce']));
    const { current, pending, rotation } = this.#options.kept();
    const held = { key: nameOf(current), current: idOf(current), pending: idOf(pending?.share), previous: idOf(rotation?.previous) };
    return { header: { nonce: this.#nonce, doing: this.#options.doing, ...held }, body: new Uint8Array(0) };
  }

  #step(message: Incoming): Reply {
    const party = this.#from(message);
    const { step, session } = message.header;
    const current = this.#session;
    const shown = current !== null && toHex(current.id) === session ? current.shown.get(step as CeremonyStep) : undefined;
    return { header: { nonce: this.#nonce, ready: shown !== undefined }, body: shown?.(party) ?? new Uint8Array(0) };
  }
}

const notAHolder = () =>
  new ProtocolError('pseudonyms/not-a-holder', {
    stage: 'access',
    message: 'Only holders whose cards were given take part in making or changing the key.',
    remedy: 'Start every holder with the cards of all the others: --with CARD.',
  });

const otherTerms = (me: string) =>
  new ProtocolError('pseudonyms/other-terms', {
    stage: 'keys',
    party: me,
    message: `${me} was started with another purpose, threshold or set of cards. Nothing was changed.`,
    remedy: 'Give the same --purpose and --threshold everywhere, and the newest cards of all the others.',
  });
