/** Deposited rows as the compute parties use them in a run: held alike by all three, and within their bounds. */
import type { CommitteeLinks } from '@sluis/model';
import type { Committee, RowsTechnique } from '@sluis/technique';
import type { Attempt, StationContext } from './context.ts';
import { type AgreedDeposit, agreeOnDeposits, depositsMissing } from './deposit-lists.ts';
import type { Deposits } from './ports.ts';
import type { SourceRows, Stretch } from './source-rows.ts';

/**
 * What counts of a table's deposits. Run by: the three compute parties, in step. Batches that are not everywhere are left
 * out; those held differently are rejected for good.
 *
 * Learns: the compute parties, who deposited how many rows.
 */
export async function agreedDeposits(
  station: StationContext,
  run: Attempt,
  links: CommitteeLinks,
  index: number,
): Promise<AgreedDeposit[]> {
  const { plan } = run.prepared;
  const source = plan.rows?.sources[index];
  if (source === undefined || !source.deposits) return [];
  const deposits = depositsOf(station);
  const own = await deposits.batches(plan.collaboration, source.table, plan.agreement);
  const agreed = await agreeOnDeposits(run, links, `${index} ${source.table}`, own);
  for (const batch of agreed.incomplete) say(station, run, `deposit ${batch} is not complete at all compute parties and is left out`);
  for (const batch of agreed.inconsistent) await reject(station, run, deposits, batch, 'deposit/inconsistent');
  return [...agreed.batches];
}

/** Reads all deposits of a source to their places, piece by piece. Run by: each compute party, on its own. */
export async function readDeposits(station: StationContext, run: Attempt, me: 0 | 1 | 2, rows: SourceRows): Promise<void> {
  const sharing = station.registry.get('sharing', run.prepared.plan.techniques.sharing);
  for (const stretch of rows.stretches) {
    const words = new Array<number>(rows.vectorsOf(stretch)).fill(1);
    let at = 0;
    for (const piece of stretch.batch?.pieces ?? []) {
      run.signal.throwIfAborted();
      rows.put(stretch, at, sharing.combine(me, await piece.open(), piece.rows, words));
      at += piece.rows;
    }
  }
}

/**
 * Rejects new deposits with values out of bounds for good, and remembers of the others that they have none. All are checked
 * together; a bad one does not touch the others. Run by: the three compute parties, in step.
 *
 * @returns the stretches of bad ones.
 * Learns: the compute parties, of each new deposit once, whether its values keep their bounds.
 */
export async function checkDeposits(station: StationContext, run: Attempt, committee: Committee, rows: SourceRows): Promise<Set<Stretch>> {
  const fresh = rows.unchecked;
  const bad = new Set<Stretch>();
  if (fresh.length === 0) return bad;
  const deposits = depositsOf(station);
  const parts = fresh.map((s) => rows.partOf(s));
  const within = await rowsTechnique(station, run).withinBounds(committee, rows.all, parts);
  const good: string[] = [];
  for (const [i, stretch] of fresh.entries()) {
    const { batch } = stretch;
    if (batch === null) continue;
    if (within[i] === true) {
      if (!batch.checked) good.push(batch.batch);
      continue;
    }
    bad.add(stretch);
    await reject(station, run, deposits, batch.batch, 'deposit/out-of-bounds');
  }
  await deposits.markChecked(good);
  return bad;
}

export function rowsTechnique(station: StationContext, run: Attempt): RowsTechnique {
  const ref = run.prepared.plan.techniques.rows;
  if (ref === undefined) throw new RangeError('the plan names no technique for rows');
  return station.registry.get('rows', ref);
}

function depositsOf(station: StationContext): Deposits {
  if (station.deposits === undefined) throw depositsMissing(station.organisation);
  return station.deposits;
}

async function reject(station: StationContext, run: Attempt, deposits: Deposits, batch: string, reason: string): Promise<void> {
  await deposits.reject(batch, reason);
  say(station, run, `deposit ${batch} was rejected (${reason})`);
}

/** Beside a noisy answer said at the compute parties only: whose rows are there is what its noise hides from whoever asked. */
function say(station: StationContext, run: Attempt, detail: string): void {
  if (run.prepared.plan.noise === undefined) run.progress('share', detail);
  else station.events.emit(run.proposal.run, 'share', station.organisation, detail);
}
