/**
 * The first level of a comparison: for groups of one to three positions of an addition u + v, whether the group generates
 * a carry and whether it propagates one. Party 0 knows u, parties 1 and 2 know v. Both are sums of products of a
 * function of u's bits with a function of v's bits: party 0 hands over all products of u's bits within a group
 * (1, 3 or 7 of them), and parties 1 and 2 each compute a summand alone. Local; times depend on lengths only.
 * Source: own; conditions and propagation as in Brent & Kung 1982.
 */

/** Positions of each group, lowest first: threes, and what is left on top. */
export function groupSizes(positions: number): number[] {
  const out = Array<number>(Math.floor(positions / 3)).fill(3);
  return positions % 3 === 0 ? out : [...out, positions % 3];
}

/** Products of the bits of a group of so many positions. */
export const productsOf = (size: number): number => 2 ** size - 1;

/** Party 0: xors the products of each group's bits of u onto `out`, one group after the other. `per` words a slice. */
export function addProducts(u: Uint32Array, sizes: readonly number[], per: number, out: Uint32Array): void {
  let [from, to] = [0, 0];
  for (const size of sizes) {
    if (size === 3) productsOfThree(u, from, per, out, to);
    else if (size === 2) productsOfTwo(u, from, per, out, to);
    else for (let i = 0; i < per; i++) out[to + i] = (out[to + i] as number) ^ (u[from + i] as number);
    from += size * per;
    to += productsOf(size) * per;
  }
}

function productsOfThree(u: Uint32Array, from: number, per: number, out: Uint32Array, to: number): void {
  const [o1, o2, o3, o4, o5, o6] = [to + per, to + 2 * per, to + 3 * per, to + 4 * per, to + 5 * per, to + 6 * per];
  for (let i = 0; i < per; i++) {
    const [a, b, c] = [u[from + i] as number, u[from + per + i] as number, u[from + 2 * per + i] as number];
    const ab = a & b;
    out[to + i] = (out[to + i] as number) ^ a;
    out[o1 + i] = (out[o1 + i] as number) ^ b;
    out[o2 + i] = (out[o2 + i] as number) ^ c;
    out[o3 + i] = (out[o3 + i] as number) ^ ab;
    out[o4 + i] = (out[o4 + i] as number) ^ (a & c);
    out[o5 + i] = (out[o5 + i] as number) ^ (b & c);
    out[o6 + i] = (out[o6 + i] as number) ^ (ab & c);
  }
}

function productsOfTwo(u: Uint32Array, from: number, per: number, out: Uint32Array, to: number): void {
  for (let i = 0; i < per; i++) {
    const [a, b] = [u[from + i] as number, u[from + per + i] as number];
    out[to + i] = (out[to + i] as number) ^ a;
    out[to + per + i] = (out[to + per + i] as number) ^ b;
    out[to + 2 * per + i] = (out[to + 2 * per + i] as number) ^ (a & b);
  }
}

/** Where a group stands: words of its products, of its bits of v, of its two results (−1: not wanted). */
export interface Place {
  readonly size: number;
  readonly products: number;
  readonly v: number;
  readonly generate: number;
  readonly propagate: number;
}

/**
 * Parties 1 and 2: xors this party's summands of the group's results onto `out`. `handed` are the masked products (party
 * 1) or the masks (party 2); `alone` is −1 at the one party that adds what depends on v only, 0 at the other.
 */
export function addSummands(handed: Uint32Array, v: Uint32Array, place: Place, per: number, alone: number, out: Uint32Array): void {
  if (place.size === 3) summandsOfThree(handed, v, place, per, alone, out);
  else if (place.size === 2) summandsOfTwo(handed, v, place, per, alone, out);
  else {
    const { generate: g, products: m, v: at } = place;
    for (let i = 0; i < per; i++) out[g + i] = (out[g + i] as number) ^ ((handed[m + i] as number) & (v[at + i] as number));
  }
}

function summandsOfThree(handed: Uint32Array, v: Uint32Array, place: Place, per: number, alone: number, out: Uint32Array): void {
  const { generate: g, propagate: p, products: m, v: at } = place;
  const [m1, m2, m3, m4, m5, m6] = [m + per, m + 2 * per, m + 3 * per, m + 4 * per, m + 5 * per, m + 6 * per];
  const [v1, v2] = [at + per, at + 2 * per];
  for (let i = 0; i < per; i++) {
    const [x, y, z] = [v[at + i] as number, v[v1 + i] as number, v[v2 + i] as number];
    const [a, b, c] = [handed[m + i] as number, handed[m1 + i] as number, handed[m2 + i] as number];
    const [ab, ac, bc] = [handed[m3 + i] as number, handed[m4 + i] as number, handed[m5 + i] as number];
    const abc = handed[m6 + i] as number;
    const low = b ^ (x & a);
    const upper = z & (c ^ (y & low) ^ (x & ab));
    out[g + i] = (out[g + i] as number) ^ upper ^ (y & (bc ^ (x & ac))) ^ (x & abc);
    if (p < 0) continue;
    const all = abc ^ (x & (bc ^ (y & c) ^ (z & b))) ^ (y & (ac ^ (z & a))) ^ (z & ab);
    out[p + i] = (out[p + i] as number) ^ all ^ (x & y & z & alone);
  }
}

function summandsOfTwo(handed: Uint32Array, v: Uint32Array, place: Place, per: number, alone: number, out: Uint32Array): void {
  const { generate: g, propagate: p, products: m, v: at } = place;
  for (let i = 0; i < per; i++) {
    const [x, y] = [v[at + i] as number, v[at + per + i] as number];
    const [a, b, ab] = [handed[m + i] as number, handed[m + per + i] as number, handed[m + 2 * per + i] as number];
    out[g + i] = (out[g + i] as number) ^ (y & (b ^ (x & a))) ^ (x & ab);
    if (p >= 0) out[p + i] = (out[p + i] as number) ^ ab ^ (x & b) ^ (y & a) ^ (x & y & alone);
  }
}
