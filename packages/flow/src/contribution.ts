/** Step 1, Contribution: a provider computes its own partial aggregates in its own engine. */
import { RefusedError } from '@sluis/base';
import type { Vectors } from '@sluis/model';
import type { Attempt, StationContext } from './context.ts';
import type { DatasetRecord } from './ports.ts';

declare const contribution: unique symbol;
/** Partial aggregates in the plan's layout. They exist at their owner only. */
export interface Contribution {
  readonly [contribution]: true;
  readonly vectors: Vectors;
}

/** Computes this organisation's partial aggregates. Run by: each data provider. Reveals nothing to anybody. */
export async function contribute(station: StationContext, run: Attempt): Promise<Contribution> {
  const { plan } = run.prepared;
  const dataset = await datasetFor(station, plan.collaboration, plan.table);
  run.progress('contribution', `computing partial aggregates of ${plan.table}`);
  const vectors = await station.engine.partials(run.prepared, dataset, run.signal);
  await station.audit.append({
    kind: 'contribution.computed',
    details: { run: run.proposal.run, plan: run.prepared.hash, cells: plan.cellCount },
  });
  return { vectors } as Contribution;
}

/** What this organisation has connected to a table; refuses if it has nothing. */
export async function datasetFor(station: StationContext, collaboration: string, table: string): Promise<DatasetRecord> {
  const dataset = await station.store.dataset(collaboration, table);
  if (dataset !== null) return dataset;
  throw new RefusedError('contribution/no-dataset', {
    stage: 'contribution',
    party: station.organisation,
    message: `${station.organisation} has connected no data to the shared table ${table}.`,
    remedy: `Ask ${station.organisation} to run: sluis dataset connect`,
  });
}
