/**
 * Dominance on secrets, with everybody and without each receiver's own contribution:
 * (n,k): suppressed if the n largest contributions exceed k percent of the total;
 * p %: suppressed if total − largest − second < p/100 · largest, since the second contributor could then estimate the
 * largest too well. Source: Hundepool et al., Statistical Disclosure Control, §4.2.
 */
import { dominanceBits, type Plan, type PlanDominance } from '@sluis/model';
import type { Committee, SecretBits, SecretColumn, ProviderColumns } from '@sluis/technique';
import { topNeeded } from './decision-units.ts';
import { sliceBits } from './secret-bits.ts';
import { views } from './thresholds.ts';

/**
 * The conditions that must hold for dominance `d` of the plan.
 *
 * Learns: nobody anything. Cost: a network over all providers' largest values, one over those without each receiver (as
 * one vector), and one comparison.
 */
export async function dominanceConditions(
  committee: Committee,
  plan: Plan,
  providers: readonly ProviderColumns[],
  d: number,
): Promise<SecretBits[]> {
  const bits = dominanceBits(plan, plan.dominances[d] as PlanDominance);
  const absolute = (p: ProviderColumns) => p.absolutes[d] as SecretColumn;
  const totals = committee.concat(views(committee, plan, providers, committee.sum(providers.map(absolute)), absolute));
  const top = await topsOfViews(committee, plan, providers, d, bits);
  const { dominance, pPercent } = plan.rules;
  const tests: SecretColumn[] = [];
  if (dominance !== null) {
    const largest = committee.sum(top.slice(0, dominance.n));
    tests.push(committee.subtract(committee.scale(totals, BigInt(dominance.k)), committee.scale(largest, 100n)));
  }
  if (pPercent !== null) {
    const [first, second] = top as [SecretColumn, SecretColumn];
    const rest = committee.subtract(committee.subtract(totals, first), second);
    tests.push(committee.subtract(committee.scale(rest, 100n), committee.scale(first, BigInt(pPercent))));
  }
  const broken = await committee.negative(committee.concat(tests), bits);
  return sliceBits(committee, committee.not(broken), tests.length * (1 + plan.rules.withoutReceivers.length));
}

/** The largest contributions in descending order; each column holds the view with everybody, then those without a receiver. */
async function topsOfViews(
  committee: Committee,
  plan: Plan,
  providers: readonly ProviderColumns[],
  d: number,
  bits: number,
): Promise<SecretColumn[]> {
  const wanted = topNeeded(plan);
  const of = (list: readonly ProviderColumns[]) => list.flatMap((p) => p.tops[d] ?? []);
  const everybody = await largest(committee, plan, d, of(providers), plan.cellCount, wanted, bits);
  const receivers = plan.rules.withoutReceivers;
  if (receivers.length === 0) return everybody;
  const others = receivers.map((name) => of(providers.filter((p) => p.organisation !== name)));
  const columns = (others[0] ?? []).map((_, i) => committee.concat(others.map((list) => list[i] as SecretColumn)));
  const without = await largest(committee, plan, d, columns, plan.cellCount * receivers.length, wanted, bits);
  return everybody.map((column, rank) => committee.concat([column, without[rank] as SecretColumn]));
}

/** Exactly `wanted` columns: where there are fewer values, zeros follow. */
async function largest(
  committee: Committee,
  plan: Plan,
  d: number,
  columns: readonly SecretColumn[],
  length: number,
  wanted: number,
  bits: number,
): Promise<SecretColumn[]> {
  const found = columns.length === 0 ? [] : await committee.largest(columns, wanted, bits);
  const words = (plan.dominances[d] as PlanDominance).words;
  return Array.from({ length: wanted }, (_, rank) => found[rank] ?? committee.constant(length, words, 0n));
}
