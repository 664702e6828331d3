/**
 * Carries of an addition u + v over groups of one to three positions, on packed bits in slices of `per` words: whether a
 * group generates a carry, and whether it propagates one. Both are sums of products of a function of u's bits with a
 * function of v's bits, so one who knows u and one who knows v get them with one product each.
 * Run time depends on lengths only.
 */
import { eachBlock } from './blocks.ts';
import { addressOf, kernels, wordSlot } from './module.ts';
import { xorBits } from './packed-logic.ts';

/** Words of a slice worked on at once, and bytes from row to row of a slot: seven rows fit. */
const PART = 2048;
const STRIDE = 4 * PART + 64;
const [U, ONTO, G, P] = [0, 1, 2, 3].map(addressOf) as [number, number, number, number];

/** Products of the bits of a group of so many positions. */
const productsOf = (size: number): number => 2 ** size - 1;

/** Positions of a group. */
export type GroupSize = 1 | 2 | 3;

/**
 * Xors the products of a group's bits a, b, c of u onto `onto`: a; or a, b, ab; or a, b, c, ab, ac, bc, abc.
 *
 * @param u - `size` slices. @param onto - 2^size − 1 slices.
 */
export function xorProducts(u: Uint32Array, size: GroupSize, per: number, onto: Uint32Array): void {
  fitting([u, size * per], [onto, productsOf(size) * per]);
  if (size === 1) {
    xorBits(onto, u, onto);
    return;
  }
  const multiply = size === 2 ? kernels.productsOfTwo : kernels.productsOfThree;
  eachBlock(per, PART, (from, count) => {
    loadRows(0, u, size, per, from, count);
    loadRows(1, onto, productsOf(size), per, from, count);
    multiply(U, ONTO, STRIDE, 4 * count);
    for (let k = 0; k < productsOf(size); k++) onto.set(row(1, k, count), k * per + from);
  });
}

/**
 * Xors one party's summand of what a group generates and propagates onto these. The products of u's bits are held in
 * two summands, by parties who both know v.
 *
 * @param products - this party's summands of the products, as `xorProducts` orders them. @param v - `size` slices.
 * @param alone - whether this party adds what depends on v only: one of the two does.
 * @param propagate - null where it is not wanted. A group of one position propagates u ⊕ v: not computed here.
 */
export function xorCarries(
  products: Uint32Array,
  v: Uint32Array,
  size: GroupSize,
  per: number,
  alone: boolean,
  generate: Uint32Array,
  propagate: Uint32Array | null,
): void {
  fitting([products, productsOf(size) * per], [v, size * per], [generate, per], [propagate ?? generate, per]);
  if (size === 1 && propagate !== null) throw new RangeError('what a single position propagates needs no product');
  eachBlock(per, PART, (from, count) => {
    loadRows(0, products, productsOf(size), per, from, count);
    loadRows(1, v, size, per, from, count);
    loadRows(2, generate, 1, per, from, count);
    if (propagate !== null) loadRows(3, propagate, 1, per, from, count);
    if (size === 1) kernels.andXor(U, ONTO, G, G, 4 * count);
    else {
      const add = size === 2 ? kernels.summandsOfTwo : kernels.summandsOfThree;
      add(U, ONTO, G, P, alone ? -1 : 0, STRIDE, 4 * count);
    }
    generate.set(row(2, 0, count), from);
    propagate?.set(row(3, 0, count), from);
  });
}

/** Slices within a larger vector: from word `from`. */
export interface Slices {
  readonly words: Uint32Array;
  readonly from: number;
}

const within = ({ words, from }: Slices, length: number) => words.subarray(from, from + length);

/** `xorProducts` for three positions, within larger vectors. */
export function addProductsOfThree(u: Slices, per: number, onto: Slices): void {
  xorProducts(within(u, 3 * per), 3, per, within(onto, 7 * per));
}

/** `xorCarries` for three positions, within larger vectors; `propagate` −1: not wanted. */
export function addCarryOfThree(
  products: Slices,
  v: Slices,
  per: number,
  onto: Uint32Array,
  generate: number,
  propagate: number,
  alone: boolean,
): void {
  const result = (from: number) => within({ words: onto, from }, per);
  xorCarries(within(products, 7 * per), within(v, 3 * per), 3, per, alone, result(generate), propagate < 0 ? null : result(propagate));
}

function fitting(...vectors: readonly (readonly [Uint32Array, number])[]): void {
  if (vectors.some(([v, length]) => v.length !== length)) throw new RangeError('every slice of a group has the same words');
}

const row = (slot: number, k: number, count: number) => wordSlot(slot).subarray((k * STRIDE) / 4, (k * STRIDE) / 4 + count);

function loadRows(slot: number, source: Uint32Array, rows: number, per: number, from: number, count: number): void {
  const target = wordSlot(slot);
  for (let k = 0; k < rows; k++) target.set(source.subarray(k * per + from, k * per + from + count), (k * STRIDE) / 4);
}
