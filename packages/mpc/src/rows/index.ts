/** Operations of the committee on whole rows. */
export { partitionRows } from './placement.ts';
export { shuffleRows } from './shuffle.ts';
export { sortRows } from './sort.ts';
