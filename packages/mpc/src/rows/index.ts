/** Operations of the committee on whole rows. */
export { countDistinct, groupRows } from './group.ts';
export { joinRows } from './join.ts';
export { partitionRows } from './placement.ts';
export { shuffleRows } from './shuffle.ts';
export { sortRows } from './sort.ts';
export { type Fraction, histogram, type Quantile, quantiles, topRows } from './order-statistics.ts';
