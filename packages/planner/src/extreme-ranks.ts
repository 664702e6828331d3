/** Noisy minima and maxima: which rank near the end of the values is found instead of the very smallest or largest. */
import { parseRational } from '@sluis/math';
import type { Plan, PlanAccumulator, PlanNoise } from '@sluis/model';
import { addedNoise } from './noise-parts.ts';
import { rankWithin } from './rows-off.ts';

/**
 * The plan with the rank of every minimum and maximum, from the noise of its bins and their number alone: nothing of it
 * depends on data, so that it costs no budget and tells nothing.
 *
 * @param outside - share of cases in which it may not be as many rows off as is said.
 */
export function withExtremeRanks(plan: Plan, noise: PlanNoise, outside: number): Plan {
  const accumulators = plan.accumulators.map((a): PlanAccumulator => {
    if (a.quantile?.rank === undefined) return a;
    const { histogram } = a.quantile;
    const { parameter } = noise.histograms[histogram] ?? { parameter: '0' };
    const added = addedNoise(noise.mechanism, noise.generation, parseRational(parameter));
    const rank = rankWithin(added, plan.histograms?.[histogram]?.size ?? 1, outside);
    return { ...a, quantile: { ...a.quantile, rank: String(rank) } };
  });
  return { ...plan, accumulators };
}
