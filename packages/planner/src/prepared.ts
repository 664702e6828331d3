import type { Domain, Explanation, Footprint, Plan } from '@sluis/model';

/** A planned question. `hash` is SHA-256 over the plan's canonical JSON, domain-separated. */
export interface Prepared {
  readonly plan: Plan;
  readonly hash: string;
  /** Per key of the plan. */
  readonly domains: readonly Domain[];
  readonly explanation: Explanation;
  /** Where the agreement guards against differences between answers. */
  readonly footprint?: Footprint;
}
