/** Decides on secrets, per output and cell, whether everything the output rules ask holds. */
import type { Plan } from '@sluis/model';
import { type Committee, type SecretBits, type SecretVectors, type Totals, columnsByProvider } from '@sluis/technique';
import { decisionUnits } from './decision-units.ts';
import { dominanceConditions } from './dominance.ts';
import { holdBackTotals } from './held-back-totals.ts';
import { conjoin } from './secret-bits.ts';
import { opensEmpty, thresholds } from './thresholds.ts';

/**
 * Run by: all three compute parties, in step.
 *
 * @returns one vector of `cellCount` secret bits per output of the plan: 1 where all its aggregates pass all rules. With
 *   secondary suppression or a guard, one vector per contribution follows: 1 where nobody has a row.
 * Learns: nobody anything; the caller opens the bits. Cost: see `cost` of the descriptor.
 */
export async function decide(committee: Committee, plan: Plan, inputs: readonly SecretVectors[], totals: Totals): Promise<SecretBits[]> {
  const providers = columnsByProvider(plan, inputs);
  const { units, ofOutput } = decisionUnits(plan);
  const { conditions, empty } = await thresholds(committee, plan, providers, totals);
  const used = [...new Set(units.flatMap((u) => (u.dominance === null ? [] : [u.dominance])))];
  const undominated = new Map<number, SecretBits[]>();
  for (const d of used) undominated.set(d, await dominanceConditions(committee, plan, providers, d));
  const lists = units.map((u) => [
    ...(conditions[u.contribution] ?? []),
    ...(u.dominance === null ? [] : (undominated.get(u.dominance) ?? [])),
  ]);
  const own = await conjoin(committee, lists, plan.cellCount);
  const empties = units.map((u) => empty[u.contribution] as SecretBits);
  const passed = plan.rules.secondary ? own : await holdBackTotals(committee, plan, own, empties);
  const outputs = await conjoin(
    committee,
    ofOutput.map((members) => members.map((u) => passed[u] as SecretBits)),
    plan.cellCount,
  );
  return opensEmpty(plan) ? [...outputs, ...empty] : outputs;
}
