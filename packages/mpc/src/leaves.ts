/**
 * The first level of a comparison: for groups of one to three positions of an addition u + v, whether the group generates
 * a carry and whether it propagates one. Party 0 knows u, parties 1 and 2 know v. Both are sums of products of a
 * function of u's bits with a function of v's bits: party 0 hands over all products of u's bits within a group
 * (1, 3 or 7 of them), and parties 1 and 2 each compute a summand alone. Local; times depend on lengths only.
 * Source: own; generation and propagation as in Brent & Kung 1982.
 */
import { type GroupSize, xorCarries, xorProducts } from '@sluis/kernels';

/** Positions of each group, lowest first: threes, and what is left on top. */
export function groupSizes(positions: number): GroupSize[] {
  const out = Array<GroupSize>(Math.floor(positions / 3)).fill(3);
  const left = positions % 3;
  return left === 0 ? out : [...out, left as GroupSize];
}

/** Products of the bits of a group of so many positions. */
export const productsOf = (size: GroupSize): number => 2 ** size - 1;

/** Party 0: xors the products of each group's bits of u onto `onto`, one group after the other. `per` words a slice. */
export function addProducts(u: Uint32Array, sizes: readonly GroupSize[], per: number, onto: Uint32Array): void {
  let [from, to] = [0, 0];
  for (const size of sizes) {
    xorProducts(u.subarray(from, from + size * per), size, per, onto.subarray(to, to + productsOf(size) * per));
    from += size * per;
    to += productsOf(size) * per;
  }
}

/** Where a group stands: words of its products, of its bits of v, of its two results (−1: not wanted). */
export interface Place {
  readonly size: GroupSize;
  readonly products: number;
  readonly v: number;
  readonly generate: number;
  readonly propagate: number;
}

/**
 * Parties 1 and 2: xors this party's summands of the group's results onto `onto`. `handed` are the masked products (party
 * 1) or the masks (party 2); `alone`: this is the one party that adds what depends on v only.
 */
export function addSummands(handed: Uint32Array, v: Uint32Array, place: Place, per: number, alone: boolean, onto: Uint32Array): void {
  const { size, products, generate, propagate } = place;
  const slice = (at: number) => onto.subarray(at, at + per);
  const given = handed.subarray(products, products + productsOf(size) * per);
  const bits = v.subarray(place.v, place.v + size * per);
  xorCarries(given, bits, size, per, alone, slice(generate), propagate < 0 ? null : slice(propagate));
}
