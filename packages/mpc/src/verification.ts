/** What checks that all parties followed the protocol, where the threat model asks for it. */
import type { Pair, PackedPair } from './shares.ts';

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
  recordZeros(words: number, w: Pair): void;
  /** Resolves when everything recorded so far has been checked; throws ProtocolError if anything was wrong. */
  beforeReveal(): Promise<void>;
}
