/** Intervals of noisy quantiles: for both ends, by how much ranks in the noisy bins are shifted. */
import { type AddedNoise, twoWeightMargin } from '@sluis/budget';
import { divideRationals, parseRational, rational } from '@sluis/math';
import type { Plan, PlanAccumulator, PlanNoise, PlanQuantile, PlanQuantileEnd, PlanRowAccumulator } from '@sluis/model';
import { downward } from './exact-decimal.ts';
import { addedNoise } from './noise-parts.ts';

const UNITS = 10_000;
/** Share of cases in which an end may lie on the wrong side of the exact quantile. */
const OUTSIDE = rational(1n, 40n);
/** One margin serves so many values that the variance of what it bounds grows by this factor at most. */
const GROWTH = 1.05;
/** With noise of which a plan says that there is none. */
const NO_NOISE = { sensitivity: '0', parameter: '0' };

/** Of shared rows nothing is added up for what is found in histograms. */
const FOUND: PlanRowAccumulator = { kind: 'histogram', expression: { op: 'null', of: 'number' }, quantile: 0 };

/**
 * The plan with two accumulators more for every quantile in a visible column: the ends of its interval. Where a column has
 * several aggregates, each has its part of the 5 %; a quantile of several columns has the smallest part for all of them.
 */
export function withQuantileEnds(plan: Plan, noise: PlanNoise): Plan {
  const accumulators: PlanAccumulator[] = [...plan.accumulators];
  const aggregates = plan.aggregates.map((aggregate, index) => {
    const [own] = aggregate.accumulators;
    const found = plan.accumulators[own ?? -1];
    const among = plan.outputs.flatMap((o) => (o.visible && o.aggregates.includes(index) ? [o.aggregates.length] : []));
    if (own === undefined || found?.quantile === undefined || among.length === 0) return aggregate;
    const margins = marginsOf(plan, noise, found.quantile, Math.max(...among));
    const ends = (['low', 'high'] as const).map((side) => accumulators.push(withEnd(found, found.quantile, { side, margins })) - 1);
    return { ...aggregate, accumulators: [own, ...ends] };
  });
  const ends = accumulators.slice(plan.accumulators.length);
  const { rows } = plan;
  return {
    ...plan,
    ...(rows === undefined ? {} : { rows: { ...rows, accumulators: [...rows.accumulators, ...ends.map(() => FOUND)] } }),
    accumulators,
    aggregates,
    noise: { ...noise, accumulators: [...noise.accumulators, ...ends.map(() => NO_NOISE)] },
  };
}

const withEnd = (of: PlanAccumulator, quantile: PlanQuantile | undefined, end: PlanQuantileEnd): PlanAccumulator =>
  quantile === undefined ? of : { ...of, quantile: { ...quantile, end } };

type Margins = PlanQuantileEnd['margins'];

/** Margins found before: every question is planned several times at each station, and often asked again. */
const known = new Map<string, Margins>();
const KEPT = 64;

function marginsOf(plan: Plan, noise: PlanNoise, { histogram, at }: PlanQuantile, among: number): Margins {
  const total = plan.histograms?.[histogram]?.size ?? 1;
  const { parameter } = noise.histograms[histogram] ?? NO_NOISE;
  const key = [noise.mechanism, noise.generation, parameter, at, total, among].join(' ');
  const added = addedNoise(noise.mechanism, noise.generation, parseRational(parameter));
  const found = known.get(key) ?? leastMargins(added, at, total, downward(divideRationals(OUTSIDE, rational(BigInt(among)))));
  known.set(key, found);
  for (const oldest of known.keys()) if (known.size > KEPT) known.delete(oldest);
  return found;
}

/**
 * The noise of 10000·c(v) − at·n, of which the first k = v + 1 bins have the weight 10000 − at and the others −at, exceeds
 * the margin with the wanted probability at most. Noise is symmetric, so that signs do not matter, and what it adds up to is
 * a multiple of what 10000 and `at` have in common, so that the margin is rounded down to one.
 */
function leastMargins(added: AddedNoise, at: number, total: number, outside: number): Margins {
  const weights = [UNITS - at, at] as const;
  const variance = (k: number): number => k * weights[0] ** 2 + (total - k) * weights[1] ** 2;
  const step = BigInt(common(UNITS, at));
  const margins: { values: number; by: string }[] = [];
  for (let from = 1; from < total; ) {
    const [least, most] = [variance(from) / GROWTH, variance(from) * GROWTH];
    let to = from;
    while (to + 1 < total && variance(to + 1) <= most && variance(to + 1) >= least) to++;
    const margin = twoWeightMargin(added, { weights, from, to, total }, outside);
    margins.push({ values: to - from + 1, by: String(margin - (margin % step)) });
    from = to + 1;
  }
  return margins;
}

const common = (a: number, b: number): number => (b === 0 ? a : common(b, a % b));
