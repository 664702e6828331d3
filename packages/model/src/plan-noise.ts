/** How a plan's answer is made differentially private: fixed by the planner, the same at every station. */
import type { PrivacyEvent } from './privacy-event.ts';

/** Whom the guarantee protects: one row, one organisation, or all rows with the same value in a column. */
export type PrivacyUnit =
  | { readonly kind: 'row' }
  | { readonly kind: 'organisation' }
  | { readonly kind: 'column'; readonly column: string };

export type NoiseKind = 'discrete-laplace' | 'discrete-gaussian';

/**
 * How compute parties make noise that none of them knows. `shares`: each adds noise of its own, such that what two of them
 * add is enough. `bits`: sampled on secret random bits, exact in distribution but for the stated distance.
 */
export type NoiseGeneration = 'shares' | 'bits';

/** 2^-40: what sampling on bits adds to δ over all numbers of a plan, whatever ε is. Charged as a guarantee of ε = 0 with this δ. */
export const SAMPLING_DELTA = '1/1099511627776';

/** Noise on one kind of value, an independent draw in every cell. */
export interface PlanNoiseOn {
  /** Most that one privacy unit can change one cell, a whole number in the value's own grid. 0: not released, no noise. */
  readonly sensitivity: string;
  /** `discrete-laplace`: the scale. `discrete-gaussian`: the variance. What must remain without any one compute party; "a/b". */
  readonly parameter: string;
}

/**
 * How far noise can push the parts of an aggregate, so that in 95 % of cases all aggregates of a column of the answer are
 * within: the answer's `_low` and `_high` follow from it. Quantiles have ends of their own instead (see `PlanQuantileEnd`).
 */
export interface PlanMargin {
  readonly aggregate: number;
  /** Aggregates of the column together: each is given a share of the 5 %. */
  readonly among: number;
  /** Of the count and of each accumulator of the aggregate, whole numbers in their own grids; null for what it is not made of. */
  readonly count: string | null;
  readonly accumulators: readonly string[];
}

export interface PlanNoise {
  readonly unit: PrivacyUnit;
  /** Providers at which one unit may occur; sensitivities are already multiplied by it. */
  readonly occurrences: number;
  /** How a unit's influence is bounded before anything is added up; null where the unit is a row. */
  readonly bounds: {
    /**
     * Groups (cells of one grouping set) that one unit counts in, per provider. Of shared rows groups times rows count in
     * all, in whatever groups they are (see `PlanRows.bound`).
     */
    readonly groups: number;
    /** Rows of one unit that count in one group, per provider. */
    readonly rowsPerGroup: number;
  } | null;
  /** Of this question alone, as text of a decimal number: never less than what is charged. */
  readonly epsilon: string;
  readonly delta: string;
  readonly mechanism: NoiseKind;
  readonly generation: NoiseGeneration;
  /** Per contribution of the plan: noise on its count. */
  readonly counts: readonly PlanNoiseOn[];
  /** Per accumulator of the plan: noise on it, in its own scale. */
  readonly accumulators: readonly PlanNoiseOn[];
  /** Per histogram of the plan: noise on every bin. The number of rows of a quantile is then the sum of its noisy bins. */
  readonly histograms: readonly PlanNoiseOn[];
  /**
   * Partition selection: cells are shown where the noisy count of this contribution is at least so much. Null where keys
   * are public (declared), so that every cell is shown.
   */
  readonly threshold: { readonly contribution: number; readonly atLeast: string } | null;
  /** For the intervals of the answer's columns, each aggregate once per number of aggregates it stands among. */
  readonly margins: readonly PlanMargin[];
  /** What every station charges. */
  readonly events: readonly PrivacyEvent[];
}
