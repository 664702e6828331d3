/** Step 3, Aggregate: the committee combines shares, all on secrets. */
import type { Committee, SecretVectors, Totals } from '@sluis/technique';
import type { Attempt, StationContext } from './context.ts';
import { rowsTechnique } from './deposited-rows.ts';
import type { AcceptedShares } from './share.ts';

declare const aggregate: unique symbol;
/** Totals as secrets, and what they were made of. */
export interface Aggregate {
  readonly [aggregate]: true;
  readonly totals: Totals;
  readonly inputs: readonly SecretVectors[];
}

/** Combines. Run by: the three compute parties, in step. Nobody learns anything. */
export async function combine(station: StationContext, run: Attempt, committee: Committee, shares: AcceptedShares): Promise<Aggregate> {
  const { plan } = run.prepared;
  const mechanism = station.registry.get('mechanism', plan.techniques.mechanism);
  const inputs = [...shares.inputs];
  if (plan.rows !== undefined) {
    run.progress('aggregate', 'evaluating the question on secret rows');
    inputs.push(await rowsTechnique(station, run).evaluate(committee, plan, shares.rows));
  }
  run.progress('aggregate', 'combining shares on secrets');
  const totals = await mechanism.combine(committee, plan, inputs);
  return { totals, inputs } as unknown as Aggregate;
}
