export * from './arena.ts';
export * from './bits.ts';
export * from './bits-and-elements.ts';
export * from './block-logic.ts';
export type { Masks } from './blocks.ts';
export * from './carry-groups.ts';
export * from './cross-products.ts';
export * from './linear-evaluation.ts';
export * from './packed-logic.ts';
export { composePermutation, invertPermutation, randomPermutation } from './permutation.ts';
export { RandomPieces, type RandomWords } from './random-pieces.ts';
export * from './rearrangement.ts';
export * from './records.ts';
export * from './release.ts';
export {
  addVectors,
  concatVectors,
  constantVector,
  multiplyVectors,
  narrowVector,
  negateVector,
  scaleVector,
  subtractVectors,
} from './ring.ts';
export { prefixSums, sumVector } from './sums.ts';
export { randomShuffle, type Shuffle } from './shuffle.ts';
export * from './transposition.ts';
export * from './transposition-block.ts';
export * from './triples.ts';
export * from './bulk-hash.ts';
export * from './set-kernels.ts';
