/** Step 2 for rows that providers' stations share in a run: compute parties open them, piece by piece. */
import { ProtocolError } from '@sluis/base';
import { encodingsOf, rowVectors } from '@sluis/model';
import type { SecretColumn } from '@sluis/technique';
import type { Digested } from './component-digests.ts';
import type { Attempt, StationContext } from './context.ts';
import { pieceInfoOf } from './row-pieces.ts';
import type { RowPart, RowPiece } from './row-parts.ts';
import type { RowsMailbox } from './rows-mailbox.ts';
import { tableOfSource } from './share-rows.ts';

export interface ReceivedRows extends RowPart {
  readonly source: number;
  readonly rows: number;
  readonly digested: Digested;
}

/**
 * Opens all pieces of all stations. Run by: each compute party, on its own. Boxes are dropped as they are opened.
 * Throws ProtocolError `share/too-many-rows` beyond what the agreement allows of one provider.
 */
export async function openRows(station: StationContext, run: Attempt, me: 0 | 1 | 2, mailbox: RowsMailbox): Promise<ReceivedRows[]> {
  const received: ReceivedRows[] = [];
  for (const [index, source] of (run.prepared.plan.rows?.sources ?? []).entries()) {
    for (const giver of source.stations) received.push(await openSeries(station, run, me, mailbox, index, giver));
  }
  return received;
}

async function openSeries(
  station: StationContext,
  run: Attempt,
  me: 0 | 1 | 2,
  mailbox: RowsMailbox,
  index: number,
  giver: string,
): Promise<ReceivedRows> {
  const { plan } = run.prepared;
  const source = plan.rows?.sources[index];
  if (source === undefined) throw new RangeError('the plan has no such source');
  const table = tableOfSource(run, source);
  const words = rowVectors(encodingsOf(table, source.columns)).map(() => 1);
  const sharing = station.registry.get('sharing', plan.techniques.sharing);
  const pieces: RowPiece[] = [];
  let rows = 0;
  for (const { box, ...piece } of mailbox.take(giver, index)) {
    run.signal.throwIfAborted();
    rows += piece.rows;
    if (rows > table.maximum_rows) throw tooMany(giver, source.table, table.maximum_rows);
    const message = await station.opener.open(box, pieceInfoOf(run, giver, station.organisation, piece));
    pieces.push({ length: piece.rows, columns: sharing.combine(me, message, piece.rows, words) });
  }
  const context = pieceInfoOf(run, giver, 'all compute parties', { source: index, piece: 0, pieces: pieces.length, rows: 0 });
  const columns = pieces.flatMap((p): readonly SecretColumn[] => p.columns);
  return {
    source: index,
    giver,
    pieces,
    rows,
    digested: { organisation: giver, digest: (which) => sharing.digest(columns, me, which, context) },
  };
}

const tooMany = (party: string, table: string, most: number) =>
  new ProtocolError('share/too-many-rows', {
    stage: 'share',
    party,
    message: `${party} shared more than the ${most} rows that the agreement allows in ${table}; they were not used.`,
    remedy: `Ask ${party} to look at its data, or agree on more rows.`,
  });
