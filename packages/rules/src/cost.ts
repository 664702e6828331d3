/** Rounds and bytes of combining and deciding, from the plan alone: the same steps as the code that runs, on shapes. */
import { dominanceBits, inputsOf, type Plan, type PlanDominance } from '@sluis/model';
import { CommitteeMeter, type Cost, threatModelOf } from '@sluis/technique';
import { amongCost, quantileCost } from './comparison-cost.ts';
import { decisionUnits, topNeeded } from './decision-units.ts';
import { latticeOf } from './grouping-lattice.ts';
import { roundingCost } from './rounding.ts';
import { countBits, organisationBits, usesEmpty } from './thresholds.ts';
import { extremesByWidth } from './totals.ts';

export function costOfRules(plan: Plan): Cost {
  const threat = threatModelOf(plan);
  const meter = new CommitteeMeter(threat);
  const cells = plan.cellCount;
  const providers = inputsOf(plan).length;
  const viewCount = 1 + plan.rules.withoutReceivers.length;
  for (const { words, members, bits } of extremesByWidth(plan)) meter.extreme(cells * members.length, providers, bits, words);
  for (const a of plan.accumulators) {
    if (a.among !== undefined) amongCost(meter, plan, a, a.among);
    if (a.quantile !== undefined) quantileCost(meter, plan, a.quantile, a.words);
  }
  const contributions = plan.contributions.length;
  const counted = plan.rules.countedSources?.length ?? 0;
  meter.negative(cells * contributions * (viewCount + counted), countBits(plan));
  meter.negative(cells * contributions * (viewCount + (usesEmpty(plan) ? 1 : 0)), organisationBits(plan));
  const { units, ofOutput } = decisionUnits(plan);
  const tests = (plan.rules.dominance === null ? 0 : 1) + (plan.rules.pPercent === null ? 0 : 1);
  for (const d of new Set(units.flatMap((u) => (u.dominance === null ? [] : [u.dominance]))))
    dominanceCost(meter, plan, d, tests * viewCount);
  conjunctionCost(
    meter,
    units.map((u) => counted + viewCount * (2 + (u.dominance === null ? 0 : tests))),
    cells,
  );
  if (plan.rules.secondary === undefined) totalsCost(meter, plan, units.length);
  conjunctionCost(
    meter,
    ofOutput.map((members) => members.length),
    cells,
  );
  roundingCost(meter, plan);
  return meter.total();
}

function dominanceCost(meter: CommitteeMeter, plan: Plan, d: number, tests: number): void {
  const dominance = plan.dominances[d] as PlanDominance;
  const bits = dominanceBits(plan, dominance);
  const [cells, top, providers, receivers] = [plan.cellCount, topNeeded(plan), inputsOf(plan).length, plan.rules.withoutReceivers.length];
  meter.largest(cells, providers * dominance.top, top, bits, dominance.words);
  if (receivers > 0 && providers > 1) meter.largest(cells * receivers, (providers - 1) * dominance.top, top, bits, dominance.words);
  meter.negative(cells * tests, bits);
}

function conjunctionCost(meter: CommitteeMeter, sizes: readonly number[], length: number): void {
  let open = [...sizes];
  while (open.some((s) => s > 1)) {
    meter.and(length * open.reduce((n, s) => n + (s >> 1), 0));
    open = open.map((s) => Math.ceil(s / 2));
  }
}

function totalsCost(meter: CommitteeMeter, plan: Plan, decisions: number): void {
  const levels = latticeOf(plan);
  if (levels.every((level) => level.every((s) => s.covers.length === 0))) return;
  const sizes = new Map(levels.flat().map((s) => [s.index, s.size]));
  for (const level of levels) {
    meter.allOf(
      level.map((s) => ({ count: decisions * s.size, size: s.covers.reduce((n, fine) => n + (sizes.get(fine) as number) / s.size, 1) })),
    );
    if (level !== levels.at(-1)) meter.or(decisions * level.reduce((n, s) => n + s.size, 0));
  }
}
