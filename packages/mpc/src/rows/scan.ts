/** Running values along a column that start anew where a secret bit says so. */
import type { Committee, SecretBits, SecretColumn } from '@sluis/technique';
import { evens, odds, weave } from './alternation.ts';

/**
 * out[i] = value[i] + go[i] · out[i − 1], for several columns at once, with out[−1] = 0. With `go` 0 at the first row of
 * each segment and 1 elsewhere: sums that start anew in every segment; if also `value` is 0 except at the first rows,
 * every row of a segment gets the value of the segment's first row.
 *
 * @param columns - of one length and width. @param go - 0 or 1 in the same ring.
 * Learns: nobody anything. Cost: 2·⌈log2 n⌉ rounds; about 2·n·(columns + 1) products.
 * Source: Blelloch 1990 (Prefix sums and their applications), §1.5; Brent & Kung 1982 for the shape of the tree.
 */
export async function segmentedSums(on: Committee, columns: readonly SecretColumn[], go: SecretColumn): Promise<SecretColumn[]> {
  if (go.length < 2 || columns.length === 0) return [...columns];
  const goOdd = odds(go);
  const rest = columns.map(evens);
  const lower = (a: SecretColumn) => on.slice(a, 0, goOdd.length);
  // One product for all columns and for the bits: (value, go) of a pair is (right + go·left, go·go).
  const goEven = evens(go);
  const carried = await productsBy(on, [...rest, goEven].map(lower), goOdd);
  const pairs = columns.map((c, k) => on.add(odds(c), carried[k] as SecretColumn));
  const sums = await segmentedSums(on, pairs, carried[columns.length] as SecretColumn);
  const later = goEven.length - 1;
  if (later === 0) return rest.map((even, k) => weave(even, sums[k] as SecretColumn));
  const added = await productsBy(
    on,
    sums.map((s) => on.slice(s, 0, later)),
    on.slice(goEven, 1, later),
  );
  return rest.map((even, k) => {
    const completed = on.add(on.slice(even, 1, later), added[k] as SecretColumn);
    return weave(on.concat([on.slice(even, 0, 1), completed]), sums[k] as SecretColumn);
  });
}

/** `segmentedSums` for columns of several widths. */
export async function runAlong(on: Committee, columns: readonly SecretColumn[], go: SecretBits): Promise<SecretColumn[]> {
  const out = [...columns];
  for (const words of new Set(columns.map((c) => c.words))) {
    const places = columns.flatMap((c, i) => (c.words === words ? [i] : []));
    const own = places.map((i) => columns[i] as SecretColumn);
    const run = await segmentedSums(on, own, await on.inject(go, words));
    for (const [k, i] of places.entries()) out[i] = run[k] as SecretColumn;
  }
  return out;
}

/** Each column times the same factor, in one vector. */
export async function productsBy(on: Committee, columns: readonly SecretColumn[], factor: SecretColumn): Promise<SecretColumn[]> {
  if (columns.length === 0) return [];
  const all = await on.multiply(on.concat(columns), on.concat(columns.map(() => factor)));
  return columns.map((c, k) => on.slice(all, k * c.length, c.length));
}

/**
 * The smallest value of the segment up to each row. Segments go on where `go` is 1, and start anew where it is 0.
 *
 * @param bits - any two values have |a − b| < 2^(bits − 1).
 * Learns: nobody anything. Cost: 2·⌈log2 n⌉ times a comparison, a conjunction and a selection, over about 2·n elements in all.
 */
export async function segmentedMinima(on: Committee, values: SecretColumn, go: SecretBits, bits: number): Promise<SecretColumn> {
  const n = values.length;
  if (n < 2) return values;
  const [even, odd] = halvesOf(n);
  const lower = even.subarray(0, odd.length);
  const goOdd = on.gatherBits(go, odd);
  const own = evens(values);
  const pairs = await smaller(on, on.slice(own, 0, odd.length), odds(values), goOdd, bits);
  const minima = await segmentedMinima(on, pairs, await on.and(on.gatherBits(go, lower), goOdd), bits);
  const later = even.subarray(1);
  if (later.length === 0) return weave(own, minima);
  const rest = await smaller(on, on.slice(minima, 0, later.length), on.slice(own, 1, later.length), on.gatherBits(go, later), bits);
  return weave(on.concat([on.slice(values, 0, 1), rest]), minima);
}

/** `before` where it counts and is the smaller, else `own`. */
async function smaller(on: Committee, before: SecretColumn, own: SecretColumn, counts: SecretBits, bits: number): Promise<SecretColumn> {
  const takes = await on.and(counts, await on.less(before, own, bits));
  return on.select(takes, before, own);
}

/** Even and odd positions of 0 … n − 1. */
function halvesOf(n: number): [Uint32Array, Uint32Array] {
  const [even, odd] = [new Uint32Array((n + 1) >> 1), new Uint32Array(n >> 1)];
  for (let i = 0; i < even.length; i++) even[i] = 2 * i;
  for (let i = 0; i < odd.length; i++) odd[i] = 2 * i + 1;
  return [even, odd];
}

/** 1 if any bit is 1. Cost: ⌈log2 n⌉ rounds, n conjunctions in all. */
export async function anyOf(on: Committee, a: SecretBits): Promise<SecretBits> {
  let none = on.not(a);
  while (none.length > 1) {
    const half = none.length >> 1;
    const both = await on.and(on.sliceBits(none, 0, half), on.sliceBits(none, half, half));
    none = none.length & 1 ? on.concatBits([both, on.sliceBits(none, 2 * half, 1)]) : both;
  }
  return on.not(none);
}
