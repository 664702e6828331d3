/** Widths of the comparisons among organisations (see `PlanAmong`): planner, mechanism and cost must agree on them. */
import { signedBits } from './neutral.ts';
import type { Plan, PlanAccumulator } from './plan.ts';

type Shape = Pick<Plan, 'providers' | 'maximumRows'>;

export interface AmongWidths {
  /** Comparing two organisations' values (cross products for means). */
  readonly compare: number;
  /** Numbers of rows, and of organisations times four. */
  readonly rows: number;
  readonly organisations: number;
  /** Low bits that carry an organisation's place where a largest value is sought. */
  readonly place: number;
  /** A value with its place, compared with another. */
  readonly placed: number;
  readonly total: number;
}

/** Widths of everything that is compared; the plan's words must hold them (see `amongBits`). */
export function amongWidths(plan: Shape, a: PlanAccumulator): AmongWidths {
  const [low, high] = [BigInt(a.minimum) - 1n, BigInt(a.maximum)];
  const size = -low > high ? -low : high;
  const providers = BigInt(plan.providers.length);
  const parameter = a.among?.what === 'exceeds' ? BigInt(a.among.parameter) : 0n;
  const rows = BigInt(plan.maximumRows);
  const place = signedBits(providers) - 1;
  return {
    compare: signedBits(a.among?.measure === 'mean' ? 2n * size * rows : high - low),
    rows: signedBits(rows),
    organisations: signedBits(4n * providers),
    place,
    placed: signedBits((high - low + 1n) << BigInt(place)) + 1,
    total: signedBits(size * providers + (parameter < 0n ? -parameter : parameter)),
  };
}

/** Bits of the ring that an accumulator of this kind needs. */
export function amongBits(plan: Shape, a: PlanAccumulator): number {
  const widths = amongWidths(plan, a);
  const what = a.among?.what;
  if (what === 'exceeds') return widths.total;
  return what === 'price' || what === 'winner' ? Math.max(widths.compare, widths.placed) : widths.compare;
}
