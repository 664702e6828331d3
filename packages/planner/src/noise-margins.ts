/** How far off noise puts the parts of an answer: for its intervals, and for what `explain` promises beforehand. */
import { type Rational, divideRationals, parseRational, rational } from '@sluis/math';
import { type AddedNoise, tailOf } from '@sluis/budget';
import { downward } from './exact-decimal.ts';
import { needsCount, type NoiseGeneration, type NoiseKind, type PlanMargin, type PlanNoise, type PlanNoiseOn } from '@sluis/model';
import { addedNoise } from './noise-parts.ts';
import type { Outputs } from './outputs.ts';
import type { Split } from './split.ts';

type On = Pick<PlanNoise, 'counts' | 'accumulators' | 'histograms'>;

/** Share of cases in which something may lie outside its interval. */
const OUTSIDE = rational(1n, 20n);

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
  const outside = divideRationals(OUTSIDE, rational(BigInt(among * (aggregate.accumulators.length + (counted ? 1 : 0)))));
  const margin = (of: PlanNoiseOn | undefined): string => marginText(of, mechanism, generation, outside);
  return {
    aggregate: index,
    among,
    count: counted ? margin(on.counts[aggregate.contribution]) : null,
    accumulators: aggregate.accumulators.flatMap((i) =>
      split.accumulators[i]?.quantile === undefined ? [margin(on.accumulators[i])] : [],
    ),
  };
}

/** A whole number that the noise exceeds, in size, in at most this share of cases. */
function marginText(on: PlanNoiseOn | undefined, mechanism: NoiseKind, generation: NoiseGeneration, outside: Rational): string {
  if (on === undefined || on.sensitivity === '0') return '0';
  return String(marginWithin(addedNoise(mechanism, generation, parseRational(on.parameter)), downward(outside)));
}

/** Steps into which a margin is divided: it is at most so much wider than the least. */
const STEPS = 4096;

/** Margins found before: every question is planned several times at each station, and often asked again. */
const known = new Map<string, bigint>();
const KEPT = 256;

/** The least such number up to 4096, and above it one that is hardly larger. */
export function marginWithin(noise: AddedNoise, outside: number): bigint {
  const size = noise.kind === 'discrete-laplace' ? noise.scale : noise.variance;
  const key = [noise.kind, size.numerator, size.denominator, noise.added, 'complete' in noise ? noise.complete : '', outside].join(' ');
  const found = known.get(key) ?? leastWithin(noise, outside);
  known.set(key, found);
  for (const oldest of known.keys()) if (known.size > KEPT) known.delete(oldest);
  return found;
}

function leastWithin(noise: AddedNoise, outside: number): bigint {
  const tail = tailOf(noise);
  const holds = (m: number): boolean => 2 * tail(m) <= outside;
  if (holds(0)) return 0n;
  let high = Math.max(1, Math.floor(noise.kind === 'discrete-laplace' ? downward(noise.scale) : Math.sqrt(downward(noise.variance))));
  let low = 0;
  while (!holds(high)) [low, high] = [high, high * 2];
  while (high - low > Math.max(1, high / STEPS)) {
    const middle = Math.floor(low + (high - low) / 2);
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return BigInt(high);
}
