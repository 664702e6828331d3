/** Step 2 for rows that providers' stations share in a run: compute parties open them, piece by piece. */
import { ProtocolError, lengthPrefixed } from '@sluis/base';
import { taggedHash } from '@sluis/crypto';
import type { Digested } from './component-digests.ts';
import type { Attempt, StationContext } from './context.ts';
import { pieceInfoOf } from './row-pieces.ts';
import type { RowsMailbox } from './rows-mailbox.ts';
import type { SourceRows, Stretch } from './source-rows.ts';
import { tableOfSource } from './share-rows.ts';

/**
 * Opens one station's pieces of one source to their places. Run by: each compute party, on its own. Boxes are dropped as
 * they are opened. Throws ProtocolError `share/too-many-rows` beyond what the agreement allows of one provider.
 *
 * @returns what its other holders compare with: digests of both components that this party holds, piece by piece.
 */
export async function openRows(
  station: StationContext,
  run: Attempt,
  me: 0 | 1 | 2,
  mailbox: RowsMailbox,
  to: { readonly index: number; readonly rows: SourceRows; readonly stretch: Stretch },
): Promise<Digested> {
  const { index, rows, stretch } = to;
  const { giver } = stretch;
  requireFew(run, index, stretch);
  const words = new Array<number>(rows.vectorsOf(stretch)).fill(1);
  const sharing = station.registry.get('sharing', run.prepared.plan.techniques.sharing);
  const held = [me, ((me + 1) % 3) as 0 | 1 | 2] as const;
  const digests: [Uint8Array[], Uint8Array[]] = [[], []];
  let at = 0;
  for (const { box, ...piece } of mailbox.take(giver, index)) {
    run.signal.throwIfAborted();
    const message = await station.opener.open(box, pieceInfoOf(run, giver, station.organisation, piece));
    const columns = sharing.combine(me, message, piece.rows, words);
    const context = pieceInfoOf(run, giver, 'all compute parties', piece);
    for (const side of [0, 1] as const) digests[side].push(sharing.digest(columns, me, held[side], context));
    rows.put(stretch, at, columns);
    at += piece.rows;
  }
  const joined = digests.map((list) => taggedHash('sluis/rows-digest/1', lengthPrefixed(...list)));
  return {
    organisation: giver,
    digest(which) {
      const found = joined[held.indexOf(which)];
      if (found === undefined) throw new RangeError('a party has no digest of the component it lacks');
      return found;
    },
  };
}

/** The mailbox refuses more already; this is what the widths of sums rely on. */
function requireFew(run: Attempt, index: number, { giver, rows }: Stretch): void {
  const source = run.prepared.plan.rows?.sources[index];
  if (source === undefined) throw new RangeError('the plan has no such source');
  const most = tableOfSource(run, source).maximum_rows;
  if (rows <= most) return;
  throw new ProtocolError('share/too-many-rows', {
    stage: 'share',
    party: giver,
    message: `${giver} shared more than the ${most} rows that the agreement allows in ${source.table}; they were not used.`,
    remedy: `Ask ${giver} to look at its data, or agree on more rows.`,
  });
}
