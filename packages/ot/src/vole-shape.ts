/**
 * How large the noise of a silent VOLE is: the parameters on which its secrecy rests.
 *
 * The receiver's a is H·e: e has length N ≥ 2·count and one uniformly random element of GF(2^128) at one random place in each
 * of t = 768 equal parts (regular noise); H is binary, from an expand-convolute code. That a looks random is the dual
 * learning-parity-with-noise assumption over GF(2^128). What known attacks cost with t = 768, at rate 1/2:
 *
 * | attack | cost |
 * |---|---|
 * | linear test with a dual word of relative weight d, which misses all noise with probability (1 − d)^t. (The usual (1 − 2d)^t is for binary noise: here one value that is hit makes the test uniform.) | 2^129 at d = 0.11, the lightest words of a random binary code of this rate, even if an attacker had one |
 * | the same with words that can be found: d = 0.25 by elimination, as the code's authors estimate in their library | 2^318 |
 * | information set decoding (Prange 1962) of the noise under a random GF(2)-linear map of its values to bits, which kills half of them: a value is harmless with probability 3/4 | 2^318 |
 * | decoding that uses regularity (Carozza, Couteau & Joux 2023; Esser & Santini 2024): its gain comes from the equation "one 1 in each part", which values of a large field do not obey, and shrinks as parts grow (here ≥ 22) | no gain known |
 * | algebraic attacks on regular noise (Briaud & Øygarden 2023): strong where the rate is far below 1/2 | no gain known |
 * | statistical decoding and others over large fields (Liu, Wang, Yang & Yu 2024) | not below the tests above |
 *
 * Where a is asked for narrow, values are uniformly random in a GF(2)-linear subspace of 2^64 elements instead. H is binary, so
 * it maps the subspace to itself, and every line above holds as it is: each counts values that are hit or not, and a value
 * that is hit makes a test uniform over the subspace; a value is zero by chance with probability 2^-64.
 *
 * Polynomial factors are left to the attacker for free. That expand-convolute codes behave like random ones is shown by their
 * authors' experiments and proofs, and for small sizes by `compression.stat.slow.test.ts`; it is not proven for a given size. Small instances are rounded up to
 * N = 16,384, since all of this speaks about large codes. A malicious sender learns k bits about the places at the risk of
 * being found out with probability 1 − 2^-k (`noise-check.ts`).
 * Source: Boyle et al. 2020 and 2022 (linear tests); Raghuraman, Rindal & Tanguy 2023.
 */

/** t: noise values, one in each tree. */
export const NOISE_WEIGHT = 768;
/** Up to here, products from one transfer per bit send fewer bytes. */
export const DIRECT_MAXIMUM = 896;
const SMALLEST = 8192;
const ARITY = 4;

export interface VoleShape {
  readonly trees: number;
  /** Of each tree. */
  readonly leaves: number;
  /** Levels below the root. */
  readonly depth: number;
}

/** Throws RangeError for a number of elements that is not 1 to 2^25: twice the vectors of more would not fit in an arena. */
export function checkCount(count: number): void {
  if (!Number.isInteger(count) || count < 1 || count > 2 ** 25) throw new RangeError('a VOLE has 1 to 2^25 elements');
}

/** The shape for `count` results. */
export function voleShape(count: number): VoleShape {
  const leaves = Math.ceil((2 * Math.max(count, SMALLEST)) / NOISE_WEIGHT);
  let depth = 1;
  while (ARITY ** depth < leaves) depth++;
  return { trees: NOISE_WEIGHT, leaves, depth };
}

/** Nodes at a level of a tree that is cut off after its leaves; 1 at level 0. */
export const nodesAt = ({ leaves, depth }: VoleShape, level: number): number => Math.ceil(leaves / ARITY ** (depth - level));
