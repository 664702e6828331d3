/** What checks that all parties followed the protocol, where the threat model asks for it. */
import type { PackedPair, Pair } from './shares.ts';

/**
 * Told of every product that parties computed together, in an order that is the same at all three; checks them before
 * anything is revealed. The arrays stay as they are until they have been checked.
 */
export interface Verifier {
  /** z = x·y, element by element, in Z_2^(64·words). May start checking; whoever calls waits for what it returns. */
  recordProducts(words: number, x: Pair, y: Pair, z: Pair): Promise<void> | void;
  /** z = x ∧ y on packed bits; all bits of all words are products, tails too. */
  recordConjunctions(x: PackedPair, y: PackedPair, z: PackedPair): Promise<void> | void;
  /** w is a sharing of zeros in Z_2^(64·words): for what parties pass on without multiplying. */
  recordZeros(words: number, w: Pair): Promise<void> | void;
  /** Resolves when everything recorded so far has been checked; throws ProtocolError if anything was wrong. */
  beforeReveal(): Promise<void>;
}

/** One call that a verifier is due. */
export type VerifierCall = (verifier: Verifier) => Promise<void> | void;

/**
 * The calls due to a verifier, in the order of the program's strands, whatever the order in which they ran: a strand's
 * calls come before those of the strands that were numbered after it.
 */
export class CallOrder {
  readonly #entries: (VerifierCall | CallOrder)[] = [];
  #open = true;

  /** Room for the calls of a strand that begins now. */
  strand(): CallOrder {
    const inner = new CallOrder();
    this.#entries.push(inner);
    return inner;
  }

  add(call: VerifierCall): void {
    this.#entries.push(call);
  }

  /** No more calls will come. */
  close(): void {
    this.#open = false;
  }

  /** Takes the first call that nothing unfinished stands before; or tells at which strand it waits (null: at none). */
  take(): VerifierCall | CallOrder | null {
    for (;;) {
      const [first] = this.#entries;
      if (first === undefined) return this.#open ? this : null;
      if (!(first instanceof CallOrder)) {
        this.#entries.shift();
        return first;
      }
      const inner = first.take();
      if (inner !== null) return inner;
      this.#entries.shift();
    }
  }
}

/** Makes the calls, one after the other. */
export class OrderedVerifier {
  readonly order = new CallOrder();
  readonly #verifier: Verifier;
  #running: Promise<void> = Promise.resolve();
  #changed = Promise.withResolvers<void>();

  constructor(verifier: Verifier) {
    this.#verifier = verifier;
  }

  /** Makes the calls that are ready; after a strand has ended, or when memory is to be freed. */
  settle(): Promise<void> {
    const before = this.#changed;
    this.#changed = Promise.withResolvers<void>();
    this.#running = this.#running.then(() => this.#drain()).then(() => undefined);
    before.resolve();
    return this.#running;
  }

  /** Checks everything that the program did before this point of `strand`, and nothing that comes after it. */
  async beforeReveal(strand: CallOrder): Promise<void> {
    for (;;) {
      const changed = this.#changed.promise;
      const made = this.#running.then(async () => {
        if ((await this.#drain()) !== strand) return false;
        await this.#verifier.beforeReveal();
        return true;
      });
      this.#running = made.then(() => undefined);
      if (await made) return;
      await changed;
    }
  }

  async #drain(): Promise<CallOrder | null> {
    for (;;) {
      const next = this.order.take();
      if (next === null || next instanceof CallOrder) return next;
      await next(this.#verifier);
    }
  }
}
