/** What has to be decided once: aggregates over the same rows, with the same dominance test, share a decision. */
import type { Plan } from '@sluis/model';

export interface DecisionUnit {
  /** Index into the plan's contributions. */
  readonly contribution: number;
  /** Index into the plan's dominances, or null. */
  readonly dominance: number | null;
}

export interface DecisionUnits {
  readonly units: readonly DecisionUnit[];
  /** Per output of the plan: the units that must all pass. */
  readonly ofOutput: readonly (readonly number[])[];
}

export function decisionUnits(plan: Plan): DecisionUnits {
  const units: DecisionUnit[] = [];
  const place = new Map<string, number>();
  const ofAggregate = plan.aggregates.map(({ contribution, dominance }) => {
    const tested = testsDominance(plan) ? dominance : null;
    const key = `${contribution}/${tested}`;
    const known = place.get(key);
    if (known !== undefined) return known;
    place.set(key, units.length);
    return units.push({ contribution, dominance: tested }) - 1;
  });
  const ofOutput = plan.outputs.map((o) => [...new Set(o.aggregates.map((a) => ofAggregate[a] as number))]);
  return { units, ofOutput };
}

export const testsDominance = (plan: Plan): boolean => plan.rules.dominance !== null || plan.rules.pPercent !== null;

/** How many of the largest contributions the dominance tests look at. */
export const topNeeded = (plan: Plan): number => Math.max(plan.rules.dominance?.n ?? 0, plan.rules.pPercent === null ? 0 : 2);
