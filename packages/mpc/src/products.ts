/**
 * Products of replicated sharings: the two functions through which all parties multiply together. Each adds up what it
 * can compute alone, hides it with a fresh sharing of zero and gives it to the previous party.
 * Source: Araki et al. 2016, §2.1. Learns: nobody anything. Assumes: at most one semi-honest corruption, or a verifier.
 */
import { crossAnd2, crossDot, crossMultiply, crossSumOfProducts, addVectors, subtractVectors } from '@sluis/kernels';
import type { Session } from './session.ts';
import type { Pair, PackedPair } from './shares.ts';

/** x·y, element by element, in Z_2^(64·words). Cost: 1 round; 8·words bytes sent per party and element. */
export async function ringProduct(session: Session, words: number, x: Pair, y: Pair): Promise<Pair> {
  const [add, take] = session.zeros(x.mine.length);
  const z = await session.reshare('product', crossMultiply(x.mine, x.next, y.mine, y.next, add, take, words));
  session.record((verifier) => verifier.recordProducts(words, x, y, z));
  return z;
}

/** x ∧ y on packed bits, tails too. Cost: 1 round; 4 bytes sent per party and 32 bits. */
export async function conjunction(session: Session, x: PackedPair, y: PackedPair): Promise<PackedPair> {
  const [one, other] = session.zeroBits(x.mine.length);
  const z = await session.reshareBits('and', crossAnd2(x.mine, x.next, y.mine, y.next, one, other));
  session.record((verifier) => verifier.recordConjunctions(x, y, z));
  return z;
}

/** Σ_k x_k·y_k, element by element: one product's cost. Only where no verifier asks for single products. */
export async function ringSumOfProducts(session: Session, words: number, x: readonly Pair[], y: readonly Pair[]): Promise<Pair> {
  const [add, take] = session.zeros((x[0] as Pair).mine.length);
  const [mine, next] = [(p: Pair) => p.mine, (p: Pair) => p.next];
  return session.reshare('sum-of-products', crossSumOfProducts(x.map(mine), x.map(next), y.map(mine), y.map(next), add, take, words));
}

/** One element Σ_i x_i·y_i: 1 round, 8·words bytes sent per party. Only where no verifier asks for single products. */
export async function ringInnerProduct(session: Session, words: number, x: Pair, y: Pair): Promise<Pair> {
  const [add, take] = session.zeros(words);
  const dot = crossDot(x.mine, x.next, y.mine, y.next, words);
  return session.reshare('inner-product', subtractVectors(addVectors(dot, add, words), take, words));
}
