/** Deposited rows as the compute parties use them in a run: held alike by all three, and within their bounds. */
import { type CommitteeLinks, encodingsOf, rowVectors, type Table } from '@sluis/model';
import type { Committee, RowsTechnique } from '@sluis/technique';
import type { Attempt, StationContext } from './context.ts';
import { agreeOnDeposits, depositsMissing } from './deposit-lists.ts';
import type { DepositedBatch, Deposits } from './ports.ts';
import { chosenVectors, type RowPart, type RowPiece, secretRows } from './row-parts.ts';

export interface DepositSource {
  /** Index into the plan's sources. */
  readonly index: number;
  readonly name: string;
  readonly table: Table;
  readonly columns: readonly string[];
}

export interface DepositedRows {
  readonly parts: readonly RowPart[];
  /** Ids of the batches that count. */
  readonly batches: readonly string[];
}

/**
 * Reads what counts of a table's deposits. Run by: the three compute parties, in step. Batches that are not everywhere are
 * left out; those held differently, or with a value out of bounds, are rejected for good.
 *
 * Learns: the compute parties, who deposited how many rows, and of each batch once whether its values keep their bounds.
 */
export async function depositedRows(
  station: StationContext,
  run: Attempt,
  links: CommitteeLinks,
  committee: Committee,
  from: DepositSource,
): Promise<DepositedRows> {
  const deposits = station.deposits;
  if (deposits === undefined) throw depositsMissing(station.organisation);
  const { plan } = run.prepared;
  const own = await deposits.batches(plan.collaboration, from.name, plan.agreement);
  const agreed = await agreeOnDeposits(run, links, `${from.index} ${from.name}`, own);
  for (const batch of agreed.incomplete) run.progress('share', `deposit ${batch} is not complete at all compute parties and is left out`);
  for (const batch of agreed.inconsistent) await reject(run, deposits, batch, 'deposit/inconsistent');
  const all = encodingsOf(from.table);
  const parts: RowPart[] = [];
  const batches: string[] = [];
  for (const batch of agreed.batches) {
    run.signal.throwIfAborted();
    const pieces = await openPieces(station, plan.techniques.sharing, links.me, batch, rowVectors(all).length);
    if (!batch.checkedByAll) {
      const within = await rowsTechnique(station, run).withinBounds(
        committee,
        secretRows(committee, all, [{ giver: batch.contributor, pieces }]),
      );
      if (!within) {
        await reject(run, deposits, batch.batch, 'deposit/out-of-bounds');
        continue;
      }
      if (!batch.checked) await deposits.markChecked(batch.batch);
    }
    batches.push(batch.batch);
    const wanted = encodingsOf(from.table, from.columns);
    parts.push({ giver: batch.contributor, pieces: pieces.map((p) => chosenVectors(all, wanted, p)) });
  }
  return { parts, batches };
}

export function rowsTechnique(station: StationContext, run: Attempt): RowsTechnique {
  const ref = run.prepared.plan.techniques.rows;
  if (ref === undefined) throw new RangeError('the plan names no technique for rows');
  return station.registry.get('rows', ref);
}

async function openPieces(
  station: StationContext,
  ref: { readonly id: string; readonly version: number },
  me: 0 | 1 | 2,
  batch: DepositedBatch,
  vectors: number,
): Promise<RowPiece[]> {
  const sharing = station.registry.get('sharing', ref);
  const words = new Array<number>(vectors).fill(1);
  const pieces: RowPiece[] = [];
  for (const piece of batch.pieces) {
    pieces.push({ length: piece.rows, columns: sharing.combine(me, await piece.open(), piece.rows, words) });
  }
  return pieces;
}

async function reject(run: Attempt, deposits: Deposits, batch: string, reason: string): Promise<void> {
  await deposits.reject(batch, reason);
  run.progress('share', `deposit ${batch} was rejected (${reason})`);
}
