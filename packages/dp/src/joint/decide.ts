/** Which cells are shown: all of them where keys are public, otherwise those whose noisy count reaches the threshold. */
import { type Plan, rowsOfCell, signedBits } from '@sluis/model';
import { columnsByProvider, type Committee, type SecretBits, type SecretColumn, type SecretVectors, type Totals } from '@sluis/technique';
import { noiseOf, reachOn } from './noisy-values.ts';

/** Width in which a noisy count and the threshold are compared: a wrong sign is less likely than 2^-60 in each cell. */
export function thresholdBits(plan: Plan): number {
  const { threshold, counts, mechanism } = noiseOf(plan);
  if (threshold === null) return 0;
  return signedBits(rowsOfCell(plan) + reachOn(mechanism, counts[threshold.contribution]) + BigInt(threshold.atLeast));
}

/** Width in which an exact count is compared with 0. */
export const emptyBits = (plan: Plan): number => signedBits(rowsOfCell(plan));

export const decisionBits = (plan: Plan): number => Math.max(thresholdBits(plan), emptyBits(plan));

/**
 * One column of bits per output, all the same. Run by: all three compute parties, in step.
 *
 * With public keys every bit is 1, whatever the data: an empty group shows noise like any other. With secret keys a cell is
 * shown where its noisy count is at least the threshold and where it is a group at all: a group that nobody has is not
 * there to be selected, as partition selection supposes (Desfontaines, Voss, Gipson & Mandayam 2022, §2).
 *
 * Learns: nobody anything yet; the bits are opened afterwards. Cost: nothing, or a comparison, a test for zero, and a
 * conjunction per cell.
 */
export async function decide(committee: Committee, plan: Plan, inputs: readonly SecretVectors[], totals: Totals): Promise<SecretBits[]> {
  const { threshold } = noiseOf(plan);
  if (threshold === null) return plan.outputs.map(() => committee.constantBits(plan.cellCount, 1));
  const noisy = totals.counts[threshold.contribution] as SecretColumn;
  const few = await committee.negative(committee.addConstant(noisy, -BigInt(threshold.atLeast)), thresholdBits(plan));
  const exact = committee.sum(columnsByProvider(plan, inputs).map((p) => p.counts[threshold.contribution] as SecretColumn));
  const empty = await committee.isZero(exact, emptyBits(plan));
  const shown = await committee.and(committee.not(few), committee.not(empty));
  return plan.outputs.map(() => shown);
}
