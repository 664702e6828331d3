/**
 * How large the noise of a silent VOLE is: the parameters on which its secrecy rests.
 *
 * The receiver's a is H·e: e has length N ≥ 2·count and one uniformly random element of GF(2^128) at one random place in each
 * of t = 768 equal parts (regular noise); H is binary, from an expand-convolute code. That a looks random is the dual
 * learning-parity-with-noise assumption over GF(2^128), in the linear test framework of Boyle et al. 2020/2022:
 *
 * | attack | what it costs with t = 768 |
 * |---|---|
 * | linear tests: a dual word of relative weight d misses all noise with probability (1 − d)^t; for binary noise it would be (1 − 2d)^t, but here a noise value that is hit makes the test uniform | 2^129 at d = 0.15; a random binary code of rate 1/2 has d = 0.11 (2^93) only for words that nobody can find: finding them costs 2^(0.1 N) and more; words that elimination finds have d = 0.25 (2^229) |
 * | information set decoding (Prange 1962) after a GF(2)-linear map of the noise values to bits, which kills half of them: each noise value survives with probability 1/4 | 2^229 (0.415 bits a noise value) |
 * | the same using regularity (Esser & Santini 2024; Carozza, Couteau & Joux 2023): gains concern the equation "one 1 in each part", which values from a large field do not obey, and shrink as parts grow | no gain known at rate 1/2, parts ≥ 30 |
 * | algebraic attacks on regular noise (Briaud & Øygarden 2023; Cui et al. 2024): need a rate far below 1/2 | no gain known at rate 1/2 |
 *
 * d = 0.15 is below the pseudo-minimum distance measured for these codes at rate 1/2, expander weight 7 and memory 24 (0.2 to
 * 0.25: Raghuraman, Rindal & Tanguy 2023, §5 and their library); our expander has weight 10. Small instances are rounded up to
 * N = 16,384, since all of this speaks about large codes.
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
