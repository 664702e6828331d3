/** How far off noise puts the parts of an answer: for its intervals, and for what `explain` promises beforehand. */
import { marginOf, numberText, type Rational } from '@sluis/budget';
import { needsCount, type NoiseGeneration, type NoiseKind, type PlanMargin, type PlanNoise, type PlanNoiseOn } from '@sluis/model';
import { fraction, fractionOf, over } from './fraction.ts';
import { addedNoise } from './noise-parts.ts';
import type { Outputs } from './outputs.ts';
import type { Split } from './split.ts';

type On = Pick<PlanNoise, 'counts' | 'accumulators' | 'histograms'>;

/** Share of cases in which something may lie outside its interval. */
const OUTSIDE = fraction(1n, 20n);

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
  const outside = over(OUTSIDE, fraction(BigInt(among * (aggregate.accumulators.length + (counted ? 1 : 0)))));
  const margin = (of: PlanNoiseOn | undefined): string => marginText(of, mechanism, generation, outside);
  return {
    aggregate: index,
    among,
    count: counted ? margin(on.counts[aggregate.contribution]) : null,
    accumulators: aggregate.accumulators.map((i) => margin(on.accumulators[i])),
  };
}

/** A whole number that the noise exceeds, in size, in at most this share of cases. */
function marginText(on: PlanNoiseOn | undefined, mechanism: NoiseKind, generation: NoiseGeneration, outside: Rational): string {
  if (on === undefined || on.sensitivity === '0') return '0';
  const confidence = fraction(outside.denominator - outside.numerator, outside.denominator);
  return String(marginOf(addedNoise(mechanism, generation, fractionOf(on.parameter)), numberText(confidence)));
}
