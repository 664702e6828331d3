/** From opened noisy integers to intervals around the values of aggregates. Run by: a receiver, and whoever verifies its receipt. */
import type { Plan, PlanAggregate, PlanMargin, Released } from '@sluis/model';
import { typedText } from './aggregate-values.ts';

/** Ends of an interval as text that DuckDB casts to the aggregate's type; null where it is not opened or has no bounds. */
export interface CellInterval {
  readonly low: string | null;
  readonly high: string | null;
}

const UNKNOWN: CellInterval = { low: null, high: null };

/** Per margin of the plan (see `PlanMargin`), the interval of every cell. */
export function aggregateIntervals(plan: Plan, released: Released): CellInterval[][] {
  return (plan.noise?.margins ?? []).map((margin) => {
    const aggregate = plan.aggregates[margin.aggregate];
    if (aggregate === undefined) throw new RangeError('the plan names an aggregate that does not exist');
    return Array.from({ length: plan.cellCount }, (_, cell) => intervalOf(plan, aggregate, margin, released, cell));
  });
}

function intervalOf(plan: Plan, aggregate: PlanAggregate, margin: PlanMargin, released: Released, cell: number): CellInterval {
  const [first] = aggregate.accumulators;
  if (aggregate.kind === 'count') return around(released.counts[aggregate.contribution]?.[cell] ?? null, margin.count, String);
  if ((aggregate.kind !== 'sum' && aggregate.kind !== 'count_distinct') || first === undefined) return UNKNOWN;
  const scale = plan.accumulators[first]?.scale ?? 0;
  return around(released.accumulators[first]?.[cell] ?? null, margin.accumulators[0] ?? null, (v) => typedText(v, scale, aggregate));
}

function around(value: bigint | null, margin: string | null, text: (value: bigint) => string | null): CellInterval {
  if (value === null || margin === null) return UNKNOWN;
  return { low: text(value - BigInt(margin)), high: text(value + BigInt(margin)) };
}
