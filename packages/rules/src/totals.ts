/** Combines the providers' partial aggregates on secrets. */
import { comparisonBits, type Plan } from '@sluis/model';
import { type Committee, type SecretColumn, type SecretVectors, type Totals, columnsByProvider } from '@sluis/technique';
import { compareAmong } from './among.ts';
import { quantileOf } from './histogram-quantile.ts';

/**
 * Sums, minima and maxima over all providers. Run by: all three compute parties, in step. A maximum is the negated
 * minimum of the negated values, so that all extremes of one width are one tournament.
 *
 * Learns: nobody anything. Cost: nothing for counts and sums; per width of extremes ⌈log2 providers⌉ comparisons and
 * selections.
 */
export async function combine(committee: Committee, plan: Plan, inputs: readonly SecretVectors[]): Promise<Totals> {
  const providers = columnsByProvider(plan, inputs);
  const counts = plan.contributions.map((_, c) => committee.sum(providers.map((p) => p.counts[c] as SecretColumn)));
  const organisations = plan.contributions.map((_, c) => committee.sum(providers.map((p) => p.present[c] as SecretColumn)));
  const accumulators = plan.accumulators.map((a, i) => {
    const columns = providers.map((p) => p.accumulators[i] as SecretColumn);
    return a.kind === 'sum' ? committee.sum(columns) : null;
  });
  for (const { words, members, bits } of extremesByWidth(plan)) {
    const oriented = providers.map((p) =>
      committee.concat(members.map((i) => orient(committee, plan, i, p.accumulators[i] as SecretColumn))),
    );
    const smallest = await committee.minimum(oriented, bits);
    members.forEach((i, at) => {
      const own = Uint32Array.from({ length: plan.cellCount }, (_, cell) => at * plan.cellCount + cell);
      accumulators[i] = orient(committee, plan, i, committee.gather(smallest, own));
    });
    if (smallest.words !== words) throw new RangeError('extremes of one width stay in it');
  }
  for (const [i, a] of plan.accumulators.entries()) {
    if (a.among !== undefined) accumulators[i] = await compareAmong(committee, plan, providers, i, a.among);
    if (a.quantile !== undefined) accumulators[i] = await quantileOf(committee, plan, providers, counts, a.quantile, a.words);
  }
  return { counts, organisations, accumulators: accumulators as SecretColumn[] };
}

const orient = (committee: Committee, plan: Plan, accumulator: number, column: SecretColumn): SecretColumn =>
  plan.accumulators[accumulator]?.kind === 'max' ? committee.scale(column, -1n) : column;

/** Minima and maxima by the width of their ring, with the widest comparison among them. */
export function extremesByWidth(plan: Plan): { words: number; members: number[]; bits: number }[] {
  const extremes = plan.accumulators.flatMap((a, i) => (a.kind === 'min' || a.kind === 'max' ? [i] : []));
  const widths = [...new Set(extremes.map((i) => plan.accumulators[i]?.words as number))];
  return widths.map((words) => {
    const members = extremes.filter((i) => plan.accumulators[i]?.words === words);
    return {
      words,
      members,
      bits: Math.max(...members.map((i) => comparisonBits(plan.accumulators[i] as (typeof plan.accumulators)[number]))),
    };
  });
}
