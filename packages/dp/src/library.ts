/** Mechanisms for one curator, who holds the data: see README.md for what to use when. */
export * from './data/grid.ts';
export * from './data/rows.ts';
export * from './mechanism.ts';
export * from './mechanisms/histogram.ts';
export { covariance, mean, type PairOptions, variance } from './mechanisms/moments.ts';
export * from './mechanisms/regression.ts';
export * from './mechanisms/relative.ts';
export { count, sum, type SumEstimate } from './mechanisms/sums.ts';
export * from './mechanisms/unknown-groups.ts';
export { type ChosenNoise, type Noise, noiseFor } from './noise/choice.ts';
export type { SumOptions } from './noise/noisy-sums.ts';
export { gaussianThreshold, truncationFor } from './noise/thresholds.ts';
export { gaussianWithin, laplaceWithin } from './noise/within.ts';
export * from './selection/choose.ts';
export * from './selection/quantile.ts';
export * from './selection/sparse-vector.ts';
export * from './selection/top-groups.ts';
