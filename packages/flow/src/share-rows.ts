/** Steps 1 and 2 for a provider whose rows, and not partial aggregates, are computed on: it shares them row by row. */
import { fromBase64, RefusedError } from '@sluis/base';
import { seal } from '@sluis/crypto';
import { encodingsOf, type PlanRows, type PlanRowSource, recordTermsOf, rowVectors, type Table, type Vectors } from '@sluis/model';
import { type Attempt, organisationOf, type StationContext } from './context.ts';
import { datasetFor } from './contribution.ts';
import { withoutCounts } from './own-keys.ts';
import type { EncodedRows, OwnMatching, RowsWanted } from './ports.ts';
import { MOST_PIECES, pieceInfoOf, type RowsPiece, ROWS_PER_PIECE } from './row-pieces.ts';

/** The table of a source; the planner has checked that it is there. */
export function tableOfSource(run: Pick<Attempt, 'agreement'>, source: PlanRowSource): Table {
  const table = run.agreement.tables[source.table];
  if (table === undefined) throw new RangeError(`the agreement names no table ${source.table}`);
  return table;
}

/** Sources whose rows this organisation's station shares in a run. */
export const ownSources = (run: Pick<Attempt, 'prepared'>, organisation: string): number[] =>
  (run.prepared.plan.rows?.sources ?? []).flatMap((s, i) => (s.stations.includes(organisation) ? [i] : []));

/**
 * Encodes, splits, seals and sends all rows of one source. Run by: a provider whose rows are shared.
 * Learns: the compute parties, how many rows there are, and uniformly random components.
 */
export async function shareRows(station: StationContext, run: Attempt, index: number): Promise<void> {
  const source = run.prepared.plan.rows?.sources[index] as PlanRowSource;
  const dataset = await datasetFor(station, run.prepared.plan.collaboration, source.table);
  run.progress('contribution', `encoding rows of ${source.table}`);
  const table = tableOfSource(run, source);
  const { vectors, own } = await encodedRows(station, run, index, { table, dataset });
  const words = rowVectors(encodingsOf(table, source.columns)).map(() => 1);
  if (vectors.columns.length !== words.length) throw new RangeError('rows have the vectors that their encodings ask for');
  const details = { run: run.proposal.run, plan: run.prepared.hash, table: source.table };
  await station.audit.append({ kind: 'contribution.computed', details: { ...details, rows: vectors.cells } });
  await station.audit.append({ kind: 'share.sent', details: { ...details, rows: vectors.cells, to: run.prepared.plan.committee } });
  for (const line of own.flatMap(sentencesOf)) station.events.emit(run.proposal.run, 'contribution', station.organisation, line);
  run.progress('share', `sending sealed rows of ${source.table} to the compute parties`);
  const pieces = Math.max(1, Math.ceil(vectors.cells / ROWS_PER_PIECE));
  if (pieces > MOST_PIECES) throw tooMany(station, source.table);
  for (let piece = 0; piece < pieces; piece++) {
    run.signal.throwIfAborted();
    await sendPiece(station, run, { source: index, piece, pieces }, cut(vectors, piece * ROWS_PER_PIECE), words);
  }
}

async function encodedRows(station: StationContext, run: Attempt, index: number, of: Omit<RowsWanted, 'matchings'>): Promise<EncodedRows> {
  const rows = run.prepared.plan.rows as PlanRows;
  const matchings = recordTermsOf(run.agreement, rows, index);
  try {
    return await station.engine.rows(run.prepared, index, { ...of, matchings }, run.signal);
  } catch (thrown) {
    throw withoutCounts(station, run.proposal.run, thrown, 'contribution');
  }
}

/** For the owner's own eyes, in its own events. */
function sentencesOf({ matching, keys, empty }: OwnMatching): string[] {
  const reasons = (key: OwnMatching['keys'][number]) => key.reasons.map((r) => `${r.recipe} ${r.reason}: ${r.rows}`).join(', ');
  return [
    ...keys.map(
      (k) =>
        `matching ${matching}, key ${k.key}: ${k.accepted} rows with a key, ${k.rejected} without${k.reasons.length === 0 ? '' : ` (${reasons(k)})`}, ${k.repeated} keys in several rows`,
    ),
    ...(empty === 0 ? [] : [`matching ${matching}: ${empty} rows without any value to compare by likeness`]),
  ];
}

async function sendPiece(
  station: StationContext,
  run: Attempt,
  place: Omit<RowsPiece, 'rows'>,
  vectors: Vectors,
  words: readonly number[],
): Promise<void> {
  const { plan } = run.prepared;
  const piece: RowsPiece = { ...place, rows: vectors.cells };
  const parts = station.registry.get('sharing', plan.techniques.sharing).split(vectors, words, station.random);
  await Promise.all(
    plan.committee.map(async (to, seat) => {
      const key = fromBase64(organisationOf(run.agreement, to).sealing);
      const box = await seal(key, parts[seat as 0 | 1 | 2], pieceInfoOf(run, station.organisation, to, piece));
      await run.send(to, 'rows', { ...piece }, box);
    }),
  );
}

function cut(vectors: Vectors, from: number): Vectors {
  const cells = Math.min(ROWS_PER_PIECE, vectors.cells - from);
  return { cells, columns: vectors.columns.map((c) => c.subarray(from, from + cells)) };
}

const tooMany = (station: StationContext, table: string) =>
  new RefusedError('contribution/too-many-rows', {
    stage: 'contribution',
    party: station.organisation,
    message: `${station.organisation} has more than ${MOST_PIECES * ROWS_PER_PIECE} rows in ${table}: too many to share in one question.`,
    remedy: 'Agree on fewer rows, or ask what can be computed from partial aggregates.',
  });
