/**
 * Step 4, NoisyAggregate: noise on secrets, then the output rules on what is noisy. The exact mechanism adds no noise, and
 * says so in log and receipt.
 */
import type { Committee, SecretBits, Totals } from '@sluis/technique';
import type { Aggregate } from './aggregate.ts';
import type { Attempt, StationContext } from './context.ts';

declare const noisyAggregate: unique symbol;
/** Totals and rule decisions as secrets. */
export interface NoisyAggregate {
  readonly [noisyAggregate]: true;
  readonly totals: Totals;
  /** Per output of the plan, one secret bit per cell: passes. */
  readonly passes: readonly SecretBits[];
}

/** Adds the mechanism's noise and decides which cells pass. Run by: the three compute parties, in step. Nobody learns anything. */
export async function addNoise(
  station: StationContext,
  run: Attempt,
  committee: Committee,
  { totals: exact, inputs }: Aggregate,
): Promise<NoisyAggregate> {
  const { plan } = run.prepared;
  const mechanism = station.registry.get('mechanism', plan.techniques.mechanism);
  await station.audit.append({
    kind: plan.noise === undefined ? 'noise.none' : 'noise.added',
    details: { run: run.proposal.run, plan: run.prepared.hash, mechanism: mechanism.id },
  });
  run.progress('noise', plan.noise === undefined ? 'evaluating the output rules on secrets' : 'adding noise to the totals on secrets');
  const totals = await mechanism.addNoise(committee, plan, exact, station.random);
  const passes = await mechanism.decide(committee, plan, inputs, totals);
  return { totals: (await mechanism.round?.(committee, plan, totals)) ?? totals, passes } as unknown as NoisyAggregate;
}
