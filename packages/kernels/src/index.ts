export * from './bits.ts';
export * from './cross-products.ts';
export * from './packed-logic.ts';
export * from './permutation.ts';
export * from './ring.ts';
export * from './scatter.ts';
export * from './sums.ts';
export * from './transposition.ts';
