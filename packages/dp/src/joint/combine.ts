/** Combines the providers' partial aggregates on secrets: sums only, since nothing else has a bounded sensitivity. */
import type { Plan } from '@sluis/model';
import {
  columnsByProvider,
  type Committee,
  type ProviderColumns,
  type SecretColumn,
  type SecretVectors,
  type Totals,
} from '@sluis/technique';

/**
 * Sums over all providers. Run by: all three compute parties, in step. Accumulators found in histograms are 0 until noise
 * has been added to the bins. Learns: nobody anything. Cost: nothing is sent.
 */
export async function combine(committee: Committee, plan: Plan, inputs: readonly SecretVectors[]): Promise<Totals> {
  const providers = columnsByProvider(plan, inputs);
  const total = (of: (p: ProviderColumns) => SecretColumn | undefined) => committee.sum(providers.map((p) => of(p) as SecretColumn));
  return {
    counts: plan.contributions.map((_, c) => total((p) => p.counts[c])),
    organisations: plan.contributions.map((_, c) => total((p) => p.present[c])),
    accumulators: plan.accumulators.map((a, i) =>
      a.kind === 'histogram' ? committee.constant(plan.cellCount, a.words, 0n) : total((p) => p.accumulators[i]),
    ),
    histograms: (plan.histograms ?? []).map(({ size }, h) => Array.from({ length: size }, (_, bin) => total((p) => p.bins[h]?.[bin]))),
  };
}
