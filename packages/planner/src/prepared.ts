import type { Domain, Explanation, Footprint, Plan } from '@sluis/model';

/** A planned question. `hash` is SHA-256 over the plan's canonical JSON, domain-separated. */
export interface Prepared {
  readonly plan: Plan;
  readonly hash: string;
  /** Per key of the plan. */
  readonly domains: readonly Domain[];
  readonly explanation: Explanation;
  /**
   * Columns with noise, by their places among the plan's: behind each stand both ends of its interval. `known` is false
   * where nothing tells how far noise moves it: then these are empty. `aggregate` is the one that the column is by itself,
   * null for what is computed. Absent without noise.
   */
  readonly intervals?: readonly { readonly column: number; readonly known: boolean; readonly aggregate: number | null }[];
  /** Where the agreement guards against differences between answers. */
  readonly footprint?: Footprint;
}
