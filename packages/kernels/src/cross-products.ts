/**
 * One party's part of products of replicated sharings. It holds components a (its own) and c (the next) of x, and b and
 * d of y; the three parties' sums of a·b + a·d + c·b are the product. Source: Araki et al. 2016, §2.1.
 * Local: run by each party for itself; nobody learns anything. Run times depend on lengths only.
 */
import {
  eachBlock,
  isColumn,
  loadElementMasks,
  loadElements,
  loadWide,
  type Masks,
  storeElements,
  storeWide,
  wideBlock,
} from './blocks.ts';
import { addressOf, BLOCK, elementSlot, kernels } from './module.ts';
import { release } from './release.ts';
import { elements } from './ring.ts';

type Four = readonly [BigUint64Array, BigUint64Array, BigUint64Array, BigUint64Array];

// Slots 0 to 3 hold a, c, b and d; 4 and 5 masks; 6 the result; 7 and 8 what lies between.
const [A, C, B, D, M, W, Z, T] = [0, 1, 2, 3, 4, 5, 6, 7].map(addressOf) as [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
];

/**
 * a·b + a·d + c·b + mask0 − mask1, element by element. All columns have one shape; RangeError otherwise.
 *
 * @param mask0 - a column, or the stream that would fill one; so too `mask1`. They are different streams.
 * @param out - overwritten and returned, if given; none of the inputs.
 */
export function crossMultiply(
  a: BigUint64Array,
  c: BigUint64Array,
  b: BigUint64Array,
  d: BigUint64Array,
  mask0: Masks<BigUint64Array>,
  mask1: Masks<BigUint64Array>,
  words: number,
  out: BigUint64Array = new BigUint64Array(a.length),
): BigUint64Array {
  if (words !== 1) return crossSumOfProducts([a], [c], [b], [d], mask0, mask1, words, out);
  const n = elements(a, 1, c, b, d, out, ...[mask0, mask1].filter(isColumn));
  eachBlock(n, BLOCK, (from, count) => {
    loadFour([a, c, b, d], from, count);
    loadElementMasks(4, mask0, from, count);
    loadElementMasks(5, mask1, from, count);
    kernels.crossMultiply(A, C, B, D, M, W, Z, count);
    storeElements(6, out, from, count);
  });
  return out;
}

/** Σ of a·b + a·d + c·b over all elements: one element of `words` words. */
export function crossDot(a: BigUint64Array, c: BigUint64Array, b: BigUint64Array, d: BigUint64Array, words: number): BigUint64Array {
  const n = elements(a, words, c, b, d);
  const size = wideBlock(words);
  elementSlot(8).fill(0n, 0, words);
  eachBlock(n, size, (from, count) => {
    loadWideFour([a, c, b, d], words, from, count, size);
    if (words === 1) kernels.crossDot(A, C, B, D, addressOf(8), count);
    else {
      elementSlot(6).fill(0n, 0, words * size);
      accumulateWide(count, words, 8 * size);
      kernels.prefixSumsWide(Z, T, addressOf(8), count, words, 8 * size);
    }
  });
  return elementSlot(8).slice(0, words);
}

/**
 * Σ_k of a_k·b_k + a_k·d_k + c_k·b_k, plus mask0 − mask1, element by element. As many columns of each kind, all of one
 * shape; RangeError otherwise. Masks as in `crossMultiply`; without any product, `words` and a mask's column tell the shape.
 */
export function crossSumOfProducts(
  as: readonly BigUint64Array[],
  cs: readonly BigUint64Array[],
  bs: readonly BigUint64Array[],
  ds: readonly BigUint64Array[],
  mask0: Masks<BigUint64Array>,
  mask1: Masks<BigUint64Array>,
  words: number,
  given: BigUint64Array | null = null,
): BigUint64Array {
  if ([cs, bs, ds].some((list) => list.length !== as.length)) throw new RangeError('a sum of products needs as many columns of each kind');
  const columns = [...as, ...cs, ...bs, ...ds, ...[mask0, mask1].filter(isColumn)];
  const [first] = columns;
  if (first === undefined) throw new RangeError('a sum of products needs a column');
  const n = elements(first, words, ...columns);
  const masks = [mask0, mask1].map((m) => (words === 1 || isColumn(m) ? m : columnOf(m, n * words)));
  const out = given ?? new BigUint64Array(n * words);
  if (out.length !== n * words) throw new RangeError('columns of one operation have the same length');
  const size = wideBlock(words);
  const terms = as.map((a, k): Four => [a, cs[k] as BigUint64Array, bs[k] as BigUint64Array, ds[k] as BigUint64Array]);
  eachBlock(n, size, (from, count) => {
    masks.forEach((m, i) => {
      if (words === 1 || !isColumn(m)) loadElementMasks(4 + i, m, from, count);
      else loadWide(4 + i, m, words, from, count, size);
    });
    if (words === 1) kernels.subtract(M, W, Z, count);
    else kernels.subtractWide(M, W, Z, count, words, 8 * size);
    for (const four of terms) {
      loadWideFour(four, words, from, count, size);
      if (words === 1) kernels.crossAccumulate(A, C, B, D, Z, count);
      else accumulateWide(count, words, 8 * size);
    }
    storeWide(6, out, words, from, count, size);
  });
  // A stream's column was made here and is used nowhere else.
  [mask0, mask1].forEach((m, i) => {
    const made = masks[i];
    if (!isColumn(m) && made !== undefined && isColumn(made)) release(made);
  });
  return out;
}

function columnOf(stream: { fill(out: Uint8Array): unknown }, length: number): BigUint64Array {
  const column = new BigUint64Array(length);
  stream.fill(new Uint8Array(column.buffer));
  return column;
}

function loadFour(columns: Four, from: number, count: number): void {
  for (let i = 0; i < 4; i++) loadElements(i, columns[i] as BigUint64Array, from, count);
}

function loadWideFour(columns: Four, words: number, from: number, count: number, size: number): void {
  if (words === 1) loadFour(columns, from, count);
  else for (let i = 0; i < 4; i++) loadWide(i, columns[i] as BigUint64Array, words, from, count, size);
}

/** Slot 6 += a·b + a·d + c·b. */
function accumulateWide(n: number, words: number, stride: number): void {
  if (words === 2) kernels.crossAccumulateTwo(A, C, B, D, Z, n, stride);
  else {
    kernels.addWide(B, D, T, n, words, stride);
    kernels.multiplyAddWide(A, T, Z, n, words, stride);
    kernels.multiplyAddWide(C, B, Z, n, words, stride);
  }
}
