/** Workloads on whole rows: shuffle, sort, group-by, join. */
import type { Workload } from './workloads.ts';

export const ROW_WORKLOADS: readonly Workload[] = [];
