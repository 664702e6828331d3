/** Step 3, Aggregate: the committee combines shares and evaluates the output rules, all on secrets. */
import type { Committee, SecretBits, Totals } from '@sluis/technique';
import type { Attempt, StationContext } from './context.ts';
import { rowsTechnique } from './deposited-rows.ts';
import type { AcceptedShares } from './share.ts';

declare const aggregate: unique symbol;
/** Totals and rule decisions as secrets. */
export interface Aggregate {
  readonly [aggregate]: true;
  readonly totals: Totals;
  /** Per output of the plan, one secret bit per cell: passes. */
  readonly passes: readonly SecretBits[];
}

/** Combines and decides. Run by: the three compute parties, in step. Nobody learns anything. */
export async function combine(station: StationContext, run: Attempt, committee: Committee, shares: AcceptedShares): Promise<Aggregate> {
  const { plan } = run.prepared;
  const mechanism = station.registry.get('mechanism', plan.techniques.mechanism);
  const inputs = [...shares.inputs];
  if (plan.rows !== undefined) {
    run.progress('aggregate', 'evaluating the question on secret rows');
    inputs.push(await rowsTechnique(station, run).evaluate(committee, plan, shares.rows));
  }
  run.progress('aggregate', 'combining shares and evaluating the output rules on secrets');
  const totals = await mechanism.combine(committee, plan, inputs);
  const passes = await mechanism.decide(committee, plan, inputs, totals);
  return { totals, passes } as unknown as Aggregate;
}
