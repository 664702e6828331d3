/**
 * Minimum rows and minimum organisations, with everybody and without each receiver's own contribution, and minimum rows
 * of each joined table that a receiver could repeat rows of; on secrets.
 */
import { type Plan, pushdownProviders, rowsOfCell, signedBits } from '@sluis/model';
import type { Committee, SecretBits, SecretColumn, Totals, ProviderColumns } from '@sluis/technique';
import { sliceBits } from './secret-bits.ts';

export interface ThresholdBits {
  /** Per contribution: conditions that must all hold. */
  readonly conditions: readonly (readonly SecretBits[])[];
  /** Per contribution: 1 where no organisation has a row; only made where that matters. */
  readonly empty: readonly SecretBits[];
}

/** Whether the compute parties are told which cells are empty. */
export const opensEmpty = ({ rules }: Plan): boolean => rules.secondary === true || rules.guarded === true;
/** Whether it matters which cells are empty. */
export const usesEmpty = (plan: Plan): boolean => plan.groupingSets.length > 1 || opensEmpty(plan);

export const countBits = (plan: Plan): number => signedBits(larger(rowsOfCell(plan), BigInt(plan.rules.minimumRows)));
/** Whoever pushes down counts once; of the others there are no more than rows. */
export const organisationBits = (plan: Plan): number =>
  signedBits(BigInt(Math.max(pushdownProviders(plan).length + (plan.rows?.maximumRows ?? 0), plan.rules.minimumOrganisations)));
const larger = (a: bigint, b: bigint) => (a > b ? a : b);

/** All comparisons of one kind are one vector. Learns: nobody anything. Cost: two comparisons. */
export async function thresholds(
  committee: Committee,
  plan: Plan,
  providers: readonly ProviderColumns[],
  totals: Totals,
): Promise<ThresholdBits> {
  const { minimumRows, minimumOrganisations } = plan.rules;
  const rows = plan.contributions.map((_, c) =>
    views(committee, plan, providers, totals.counts[c] as SecretColumn, (p) => p.counts[c] as SecretColumn),
  );
  const members = plan.contributions.map((_, c) =>
    views(committee, plan, providers, totals.organisations[c] as SecretColumn, (p) => p.present[c] as SecretColumn),
  );
  const own = plan.contributions.map((_, c) =>
    (plan.rules.countedSources ?? []).map((_, s) => committee.sum(providers.map((p) => p.rowsOf[c]?.[s] as SecretColumn))),
  );
  const few = await below(
    committee,
    [...rows.flat(), ...own.flat()].map((column) => [column, minimumRows]),
    countBits(plan),
  );
  const none = usesEmpty(plan) ? totals.organisations.map((column): [SecretColumn, number] => [column, 1]) : [];
  const lonely = await below(
    committee,
    [...members.flat().map((column): [SecretColumn, number] => [column, minimumOrganisations]), ...none],
    organisationBits(plan),
  );
  const per = 1 + plan.rules.withoutReceivers.length;
  const counted = plan.rules.countedSources?.length ?? 0;
  const repeated = few.slice(plan.contributions.length * per);
  const conditions = plan.contributions.map((_, c) =>
    [...few.slice(c * per, (c + 1) * per), ...lonely.slice(c * per, (c + 1) * per), ...repeated.slice(c * counted, (c + 1) * counted)].map(
      (bits) => committee.not(bits),
    ),
  );
  return { conditions, empty: lonely.slice(plan.contributions.length * per) };
}

/** A total, and the same without each receiver's part. */
export function views(
  committee: Committee,
  plan: Plan,
  providers: readonly ProviderColumns[],
  total: SecretColumn,
  own: (p: ProviderColumns) => SecretColumn,
): SecretColumn[] {
  const without = plan.rules.withoutReceivers.map((name) => {
    const receiver = providers.find((p) => p.organisation === name);
    if (receiver === undefined) throw new RangeError('a receiver to be left out is a provider');
    return committee.subtract(total, own(receiver));
  });
  return [total, ...without];
}

/** Per column: 1 where its value is below its threshold. */
async function below(committee: Committee, tests: readonly (readonly [SecretColumn, number])[], bits: number): Promise<SecretBits[]> {
  if (tests.length === 0) return [];
  const shifted = committee.concat(tests.map(([column, threshold]) => committee.addConstant(column, -BigInt(threshold))));
  return sliceBits(committee, await committee.negative(shifted, bits), tests.length);
}
