/** Step 2, Share, for plans on rows: everything that was shared or deposited, cross-checked, as sources of secret rows. */
import { ProtocolError } from '@sluis/base';
import { type CommitteeLinks, encodingsOf } from '@sluis/model';
import type { Committee, SecretRows } from '@sluis/technique';
import type { Attempt, StationContext } from './context.ts';
import { depositedRows, rowsTechnique } from './deposited-rows.ts';
import type { ReceivedRows } from './received-rows.ts';
import { type RowPart, secretRows } from './row-parts.ts';
import { tableOfSource } from './share-rows.ts';

export interface AcceptedRows {
  readonly sources: readonly SecretRows[];
  /** Ids of the deposits that count. */
  readonly batches: readonly string[];
}

/**
 * Run by: the three compute parties, in step, once the digests of what stations shared have been compared.
 * Throws ProtocolError `share/out-of-bounds` naming a provider whose station shared values outside the agreed bounds.
 */
export async function acceptRows(
  station: StationContext,
  run: Attempt,
  links: CommitteeLinks,
  committee: Committee,
  received: readonly ReceivedRows[],
): Promise<AcceptedRows> {
  const sources: SecretRows[] = [];
  const batches: string[] = [];
  for (const [index, source] of (run.prepared.plan.rows?.sources ?? []).entries()) {
    const table = tableOfSource(run, source);
    const encodings = encodingsOf(table, source.columns);
    const parts: RowPart[] = received.filter((r) => r.source === index);
    for (const part of parts) await requireBounds(station, run, committee, secretRows(committee, encodings, [part]));
    if (source.deposits) {
      const deposited = await depositedRows(station, run, links, committee, { index, name: source.table, table, columns: source.columns });
      parts.push(...deposited.parts);
      batches.push(...deposited.batches);
    }
    const rows = secretRows(committee, encodings, parts);
    // How many there are is for the compute parties only: progress is shown where the question was asked.
    run.progress('share', `rows of ${source.table} accepted`);
    sources.push(rows);
  }
  return { sources, batches: [...new Set(batches)] };
}

async function requireBounds(station: StationContext, run: Attempt, committee: Committee, rows: SecretRows): Promise<void> {
  if (await rowsTechnique(station, run).withinBounds(committee, rows)) return;
  const party = rows.givers[0] ?? '';
  throw new ProtocolError('share/out-of-bounds', {
    stage: 'share',
    party,
    message: `${party} shared a value outside the bounds of the agreement in run ${run.proposal.run}; nothing was computed.`,
    remedy: `Ask again; if it repeats, the station of ${party} is faulty.`,
  });
}
