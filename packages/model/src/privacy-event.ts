/**
 * What a mechanism claims to cost, in the form that accountants compose. Numbers are exact text, so that every station
 * charges the same: whole numbers, decimals, or fractions "a/b" of positive whole numbers.
 */

export type PrivacyEvent =
  /** Discrete Laplace noise with P(x) ∝ exp(−|x| / scale) on values of this L1 sensitivity. */
  | { readonly kind: 'discrete-laplace'; readonly scale: string; readonly l1: string; readonly times: number }
  /** Discrete Gaussian noise with P(x) ∝ exp(−x² / (2·variance)) on values whose squared L2 sensitivity is this. */
  | { readonly kind: 'discrete-gaussian'; readonly variance: string; readonly squaredL2: string; readonly times: number }
  /**
   * The sum of `shares` independent discrete Gaussians of this variance each, which is not quite one of `shares` times the
   * variance: see Kairouz, Liu & Steinke 2021, Theorem 1. `values` numbers are released together; L1 and squared L2 are
   * those of one neighbour's change over all of them.
   */
  | {
      readonly kind: 'summed-discrete-gaussian';
      readonly shares: number;
      readonly variance: string;
      readonly squaredL2: string;
      readonly l1: string;
      readonly values: number;
      readonly times: number;
    }
  /** Any mechanism with a pure or approximate guarantee of its own. */
  | { readonly kind: 'guarantee'; readonly epsilon: string; readonly delta: string; readonly times: number };
