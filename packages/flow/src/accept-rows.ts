/** Step 2, Share, for plans on rows: everything that was shared or deposited, cross-checked, as sources of secret rows. */
import { ProtocolError } from '@sluis/base';
import type { CommitteeLinks } from '@sluis/model';
import type { Committee, SecretRows } from '@sluis/technique';
import type { Digested } from './component-digests.ts';
import type { Attempt, StationContext } from './context.ts';
import { agreedDeposits, checkDeposits, readDeposits, rowsTechnique } from './deposited-rows.ts';
import { openRows } from './received-rows.ts';
import type { RowsMailbox } from './rows-mailbox.ts';
import { tableOfSource } from './share-rows.ts';
import { SourceRows } from './source-rows.ts';

export interface OpenedSource {
  readonly table: string;
  readonly rows: SourceRows;
  /** What stations shared, for comparing with the other holders before any use. */
  readonly digested: readonly Digested[];
}

export interface AcceptedRows {
  readonly sources: readonly SecretRows[];
  /** Ids of the deposits that count. */
  readonly batches: readonly string[];
}

/**
 * Agrees on the deposits that count, and opens what stations shared; room is made once for both. Run by: the three compute
 * parties, in step. Two rounds for each table with deposits.
 */
export async function openSources(
  station: StationContext,
  run: Attempt,
  links: CommitteeLinks,
  mailbox: RowsMailbox,
): Promise<OpenedSource[]> {
  const { plan } = run.prepared;
  const sharing = station.registry.get('sharing', plan.techniques.sharing);
  const opened: OpenedSource[] = [];
  for (const [index, source] of (plan.rows?.sources ?? []).entries()) {
    const deposits = await agreedDeposits(station, run, links, index);
    const rows = new SourceRows(sharing, tableOfSource(run, source), source.columns, [
      ...source.stations.map((giver) => ({ giver, rows: mailbox.rows(giver, index), batch: null })),
      ...deposits.map((batch) => ({ giver: batch.contributor, rows: batch.rows, batch })),
    ]);
    const digested: Digested[] = [];
    for (const stretch of rows.shared) digested.push(await openRows(station, run, links.me, mailbox, { index, rows, stretch }));
    opened.push({ table: source.table, rows, digested });
  }
  return opened;
}

/**
 * Run by: the three compute parties, in step, once the digests of what stations shared have been compared.
 * Throws ProtocolError `share/out-of-bounds` naming a provider whose station shared values outside the agreed bounds.
 */
export async function acceptRows(
  station: StationContext,
  run: Attempt,
  committee: Committee,
  opened: readonly OpenedSource[],
): Promise<AcceptedRows> {
  const sources: SecretRows[] = [];
  const batches = new Set<string>();
  for (const { table, rows } of opened) {
    await requireBounds(station, run, committee, rows);
    await readDeposits(station, run, committee.me, rows);
    const bad = await checkDeposits(station, run, committee, rows);
    for (const stretch of rows.stretches) if (stretch.batch !== null && !bad.has(stretch)) batches.add(stretch.batch.batch);
    sources.push(rows.secretRows(bad));
    // How many there are is for the compute parties only: progress is shown where the question was asked.
    run.progress('share', `rows of ${table} accepted`);
  }
  return { sources, batches: [...batches].sort() };
}

async function requireBounds(station: StationContext, run: Attempt, committee: Committee, rows: SourceRows): Promise<void> {
  const { shared } = rows;
  const parts = shared.map((s) => rows.partOf(s));
  const within = await rowsTechnique(station, run).withinBounds(committee, rows.encodings, parts);
  const party = shared[within.indexOf(false)]?.giver;
  if (party === undefined) return;
  throw new ProtocolError('share/out-of-bounds', {
    stage: 'share',
    party,
    message: `${party} shared a value outside the bounds of the agreement in run ${run.proposal.run}; nothing was computed.`,
    remedy: `Ask again; if it repeats, the station of ${party} is faulty.`,
  });
}
