/** Adds the plan's noise to the totals, on secrets, and searches quantiles in what is noisy. */
import type { Random } from '@sluis/base';
import { type Plan, type PlanAccumulator, type PlanQuantile, rowsOfCell } from '@sluis/model';
import {
  binQuantileBits,
  type Committee,
  quantileEndBits,
  quantileEndInBins,
  quantileInBins,
  type SecretColumn,
  type Totals,
} from '@sluis/technique';
import { type NoiseGroup, noiseGroups, noiseOf, type NoisyValue, reachOn } from './noisy-values.ts';
import { noiseOnBits } from './noise-on-bits.ts';
import { ownShare } from './own-share.ts';

/**
 * Noise on every count, accumulator and bin that the plan names. Run by: all three compute parties, in step.
 *
 * Learns: nobody anything; a party knows its own share of the noise, or (generation `bits`) none of it. A party that leaves
 * its share out or gives a larger one changes how good the answer is, not how private: what the other two add is enough. (Not
 * so what `decide` makes of it: a share far too large shows every group with secret keys that exists.)
 * Cost: with shares 1 round, 24·words bytes a number in all; see `costOfNoise` for bits and quantiles.
 */
export async function addNoise(committee: Committee, plan: Plan, totals: Totals, random: Random): Promise<Totals> {
  const groups = noiseGroups(plan);
  const noise =
    noiseOf(plan).generation === 'shares' ? await noiseOfAll(committee, plan, groups, random) : await noiseOnBits(committee, plan, groups);
  const [counts, accumulators] = [[...totals.counts], [...totals.accumulators]];
  const histograms = (totals.histograms ?? []).map((bins) => [...bins]);
  const placeOf = (value: NoisyValue): [SecretColumn[], number] => {
    if (value.kind === 'bin') return [histograms[value.histogram] as SecretColumn[], value.bin];
    return [value.kind === 'count' ? counts : accumulators, value.index];
  };
  groups.forEach(({ values }, g) => {
    values.forEach((value, v) => {
      const [columns, at] = placeOf(value);
      const own = committee.slice(noise[g] as SecretColumn, v * plan.cellCount, plan.cellCount);
      columns[at] = committee.add(columns[at] as SecretColumn, own);
    });
  });
  for (const [i, a] of plan.accumulators.entries())
    if (a.kind === 'histogram') accumulators[i] = await noisyQuantile(committee, plan, a, histograms);
  return { counts, organisations: totals.organisations, accumulators };
}

/** What the three parties draw, added up: one message from each. */
function noiseOfAll(committee: Committee, plan: Plan, groups: readonly NoiseGroup[], random: Random): Promise<SecretColumn[]> {
  const { mechanism } = noiseOf(plan);
  const own = groups.map(({ parameter, words, values }) => ({
    values: ownShare(random, mechanism, parameter, values.length * plan.cellCount, words),
    words,
  }));
  return committee.sumOfInputs(own);
}

/** Noisy counts of a histogram, cumulated or not, lie within ± this. */
export function noisyCountsOf(plan: Plan, histogram: number): bigint {
  const { mechanism, histograms } = noiseOf(plan);
  const size = BigInt(plan.histograms?.[histogram]?.size ?? 0);
  return rowsOfCell(plan) + size * reachOn(mechanism, histograms[histogram]);
}

/** Width of comparisons among noisy counts of a histogram. */
export function noisyQuantileBits(plan: Plan, { histogram, end }: PlanQuantile): number {
  const most = noisyCountsOf(plan, histogram);
  return end === undefined ? binQuantileBits(most) : quantileEndBits(most);
}

/** The number of rows is the sum of the noisy bins, so that the search works on one noisy distribution. */
function noisyQuantile(
  committee: Committee,
  plan: Plan,
  { quantile, words }: PlanAccumulator,
  histograms: readonly (readonly SecretColumn[])[],
): Promise<SecretColumn> {
  if (quantile === undefined) throw new TypeError('an accumulator found in a histogram says which quantile is meant');
  const bins = histograms[quantile.histogram] as readonly SecretColumn[];
  const [n, bits, { end }] = [committee.sum(bins), noisyQuantileBits(plan, quantile), quantile];
  return end === undefined
    ? quantileInBins(committee, bins, n, quantile, bits, words)
    : quantileEndInBins(committee, bins, n, quantile, end, bits, words);
}
