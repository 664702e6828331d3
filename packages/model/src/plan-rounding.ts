/** How a plan's values are rounded on secrets before anybody sees them. */

export interface PlanRounding {
  /** Numbers of rows become multiples of this. */
  readonly counts: number;
  /** Per accumulator: its multiple, as an integer in the accumulator's own scale; null where it is opened as it is. */
  readonly accumulators: readonly (string | null)[];
}

/** The nearest multiple of `base`; half-way away from zero, as on secrets. */
export function roundedTo(value: bigint, base: bigint): bigint {
  const size = value < 0n ? -value : value;
  const rounded = ((2n * size + base) / (2n * base)) * base;
  return value < 0n ? -rounded : rounded;
}
