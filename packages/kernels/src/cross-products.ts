/**
 * One party's part of products of replicated sharings. It holds components a (its own) and c (the next) of x, and b and
 * d of y; the three parties' sums of a·b + a·d + c·b are the product. Source: Araki et al. 2016, §2.1.
 * Local: run by each party for itself; nobody learns anything.
 */
import { addVectors, multiplyVectors, subtractVectors } from './ring.ts';
import { sumVector } from './sums.ts';

function crossTerms(a: BigUint64Array, c: BigUint64Array, b: BigUint64Array, d: BigUint64Array, words: number): BigUint64Array {
  return addVectors(multiplyVectors(a, addVectors(b, d, words), words), multiplyVectors(c, b, words), words);
}

/** a·b + a·d + c·b + mask0 − mask1, element by element. All columns have one shape; RangeError otherwise. */
export function crossMultiply(
  a: BigUint64Array,
  c: BigUint64Array,
  b: BigUint64Array,
  d: BigUint64Array,
  mask0: BigUint64Array,
  mask1: BigUint64Array,
  words: number,
): BigUint64Array {
  return addVectors(crossTerms(a, c, b, d, words), subtractVectors(mask0, mask1, words), words);
}

/** Σ of a·b + a·d + c·b over all elements: one element of `words` words. */
export function crossDot(a: BigUint64Array, c: BigUint64Array, b: BigUint64Array, d: BigUint64Array, words: number): BigUint64Array {
  return sumVector(crossTerms(a, c, b, d, words), words);
}

/** Σ_k of a_k·b_k + a_k·d_k + c_k·b_k, plus mask0 − mask1, element by element. As many columns of each kind. */
export function crossSumOfProducts(
  as: readonly BigUint64Array[],
  cs: readonly BigUint64Array[],
  bs: readonly BigUint64Array[],
  ds: readonly BigUint64Array[],
  mask0: BigUint64Array,
  mask1: BigUint64Array,
  words: number,
): BigUint64Array {
  if ([cs, bs, ds].some((list) => list.length !== as.length)) throw new RangeError('a sum of products needs as many columns of each kind');
  return as.reduce(
    (sum, a, k) => addVectors(sum, crossTerms(a, at(cs, k), at(bs, k), at(ds, k), words), words),
    subtractVectors(mask0, mask1, words),
  );
}

const at = (list: readonly BigUint64Array[], k: number) => list[k] as BigUint64Array;
