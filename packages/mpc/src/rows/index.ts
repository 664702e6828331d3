/** Operations of the committee on whole rows. */
export { expandRows } from './expand.ts';
export { countDistinct, groupRows } from './group.ts';
export { joinRows } from './join.ts';
export { partitionRows } from './placement.ts';
export { shuffleRows } from './shuffle.ts';
export { type ItemList, seenByAtLeast } from './seen-by.ts';
export { segmentedMinima, segmentedSums } from './scan.ts';
export { sortByBits as radixSort, sortRows } from './sort.ts';
export { histogram, quantiles, topRows } from './order-statistics.ts';
