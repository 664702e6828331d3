/** How far off noise puts the parts of an answer: for its intervals, and for what `explain` promises beforehand. */
import { needsCount, type NoiseGeneration, type NoiseKind, type PlanMargin, type PlanNoise, type PlanNoiseOn } from '@sluis/model';
import { fractionOf } from './fraction.ts';
import type { Outputs } from './outputs.ts';
import type { Split } from './split.ts';

type On = Pick<PlanNoise, 'counts' | 'accumulators' | 'histograms'>;

/** Share of cases in which something may lie outside its interval. */
const OUTSIDE = 0.05;

/** One entry per aggregate and number of aggregates that share a visible column (Bonferroni over all their parts). */
export function marginsOf(split: Split, outputs: Outputs, on: On, mechanism: NoiseKind, generation: NoiseGeneration): PlanMargin[] {
  const found = new Map<string, PlanMargin>();
  for (const { aggregates, visible } of outputs.list) {
    if (!visible) continue;
    for (const index of aggregates)
      found.set(`${index}/${aggregates.length}`, marginOfAggregate(split, index, aggregates.length, on, mechanism, generation));
  }
  return [...found.values()];
}

function marginOfAggregate(
  split: Split,
  index: number,
  among: number,
  on: On,
  mechanism: NoiseKind,
  generation: NoiseGeneration,
): PlanMargin {
  const aggregate = split.aggregates[index];
  if (aggregate === undefined) throw new RangeError('an output names an aggregate that does not exist');
  const counted = needsCount(aggregate.kind);
  const outside = OUTSIDE / (among * (aggregate.accumulators.length + (counted ? 1 : 0)));
  const margin = (of: PlanNoiseOn | undefined): string => marginText(of, mechanism, generation, outside);
  return {
    aggregate: index,
    among,
    count: counted ? margin(on.counts[aggregate.contribution]) : null,
    accumulators: aggregate.accumulators.map((i) => margin(on.accumulators[i])),
  };
}

/** Smallest whole number that the noise exceeds, in size, with at most this probability. */
function marginText(on: PlanNoiseOn | undefined, _mechanism: NoiseKind, _generation: NoiseGeneration, outside: number): string {
  if (on === undefined || on.sensitivity === '0') return '0';
  const { top, bottom } = fractionOf(on.parameter);
  return String(Math.ceil((2 * Math.log(2 / outside) * Number(top)) / Number(bottom)));
}
