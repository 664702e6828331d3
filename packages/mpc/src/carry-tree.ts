/** A tree that finds the carry out of an addition from what groups of positions generate and propagate. */
import { conjunctions } from './products.ts';
import type { Session } from './session.ts';
import type { PackedPair } from './shares.ts';
import { join, part, temporary, xorPacked } from './slices.ts';

/**
 * The order in which a tree's groups stand: at each level the lower halves of all pairs, then the upper halves, then one
 * that is left over; so that each level works on whole ranges. The lowest group stands first, the highest last.
 */
export function treeOrder(count: number): readonly number[] {
  const kept = ORDERS.get(count);
  if (kept !== undefined) return kept;
  if (count <= 1) return count === 1 ? [0] : [];
  const pairs = count >> 1;
  const next = treeOrder(pairs + (count & 1)).filter((k) => k < pairs);
  const order = [...next.map((k) => 2 * k), ...next.map((k) => 2 * k + 1), ...(count & 1 ? [count - 1] : [])];
  ORDERS.set(count, order);
  return order;
}
const ORDERS = new Map<number, readonly number[]>();

/** What `count` groups generate, in `treeOrder`, and what all but the lowest of them propagate. */
export interface Groups {
  readonly generate: PackedPair;
  readonly propagate: PackedPair;
}

/**
 * Combines neighbours (g, p) ∘ (g', p') = (g ⊕ p·g', p·p') until one carry is left. Run by: all three parties, in step.
 *
 * @param per - words of a slice. @param add - this party's summand of a bit to be added to the result; null adds nothing.
 *   Only without a verifier.
 * Cost: ⌈log2 count⌉ rounds; each level with k pairs 2k − 1 conjunctions an element. Source: Brent & Kung 1982.
 */
export async function carryOf(session: Session, groups: Groups, count: number, per: number, add: Uint32Array | null = null) {
  let [g, p, open] = [groups.generate, groups.propagate, count];
  while (open > 1) {
    const pairs = open >> 1;
    const slices = (a: PackedPair, from: number, to: number) => part(a, from * per, to * per);
    // Group i propagates slice i − 1 of p.
    const factors: (readonly [PackedPair, PackedPair])[] = [[slices(p, pairs - 1, 2 * pairs - 1), slices(g, 0, pairs)]];
    if (pairs > 1) factors.push([slices(p, pairs, 2 * pairs - 1), slices(p, 0, pairs - 1)]);
    const product = await conjunctions(session, factors, open === 2 ? add : null);
    const generated = temporary(session, xorPacked(slices(product, 0, pairs), slices(g, pairs, 2 * pairs)));
    const propagated = slices(product, pairs, 2 * pairs - 1);
    const odd = (open & 1) === 1;
    g = odd ? temporary(session, join([generated, slices(g, open - 1, open)])) : generated;
    p = odd ? temporary(session, join([propagated, slices(p, open - 2, open - 1)])) : propagated;
    open = pairs + (open & 1);
  }
  return g;
}
