/** Quantiles in the histograms that providers share, exactly: see `quantileInBins`. */
import { type Plan, type PlanQuantile, rowsOfCell } from '@sluis/model';
import { binQuantileBits, type Committee, type ProviderColumns, quantileInBins, type SecretColumn } from '@sluis/technique';

export const quantileBits = (plan: Plan): number => binQuantileBits(rowsOfCell(plan));

/** The quantile of each cell. Run by: all three compute parties, in step. Learns: nobody anything. */
export function quantileOf(
  committee: Committee,
  plan: Plan,
  providers: readonly ProviderColumns[],
  counts: readonly SecretColumn[],
  quantile: PlanQuantile,
  words: number,
): Promise<SecretColumn> {
  const bins = (providers[0]?.bins[quantile.histogram] ?? []).map((_, v) =>
    committee.sum(providers.map((p) => p.bins[quantile.histogram]?.[v] as SecretColumn)),
  );
  return quantileInBins(committee, bins, counts[quantile.contribution] as SecretColumn, quantile, quantileBits(plan), words);
}
