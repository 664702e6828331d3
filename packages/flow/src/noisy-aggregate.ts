/** Step 4, NoisyAggregate: noise on secrets. The exact mechanism adds none, and says so in log and receipt. */
import type { Attempt, StationContext } from './context.ts';
import type { Aggregate } from './aggregate.ts';

declare const noisyAggregate: unique symbol;
export interface NoisyAggregate extends Omit<Aggregate, never> {
  readonly [noisyAggregate]: true;
}

/** Adds the mechanism's noise: none. Run by: the three compute parties. */
export async function addNoise(station: StationContext, run: Attempt, from: Aggregate): Promise<NoisyAggregate> {
  await station.audit.append({
    kind: 'noise.none',
    details: { run: run.proposal.run, plan: run.prepared.hash, mechanism: run.prepared.plan.techniques.mechanism.id },
  });
  return from as NoisyAggregate;
}
