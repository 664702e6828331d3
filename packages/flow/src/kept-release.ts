/** What a station keeps of a release: the receipt, at receivers with its openings, and the result. */
import { canonicalText, fromBase64, fromUtf8 } from '@sluis/base';
import type { Receipt } from '@sluis/model';
import type { AttemptOutcome } from './attempt.ts';
import type { AdmittedRun, StationContext } from './context.ts';
import { OPEN } from './run-ends.ts';

/** Logs, keeps and marks the run as ended well. A crash in between is mended at the next start (see `endState`). */
export async function keepRelease(
  station: StationContext,
  run: AdmittedRun,
  receipt: Receipt,
  result: AttemptOutcome['result'],
): Promise<void> {
  const { audit, store, clock } = station;
  const id = run.proposal.run;
  const at = clock.now();
  const table = result === null ? null : JSON.stringify(result.table);
  const text = result === null ? canonicalText(receipt) : fromUtf8(result.receiptBytes);
  await audit.append({ kind: 'receipt.issued', details: { run: id, plan: run.prepared.hash, receiver: result !== null } });
  await store.saveResult({
    run: id,
    result: table,
    receipt: text,
    savedAt: at,
  });
  await store.moveRun(id, OPEN, endState(text), { at });
}

/** The receipt that may be shown to every participant: without openings. Null if there is none. */
export async function keptReceipt(station: StationContext, id: string): Promise<Receipt | null> {
  const saved = await station.store.result(id);
  if (saved === null) return null;
  const { openings: _, ...receipt } = JSON.parse(saved.receipt) as Receipt;
  return receipt;
}

/** Suppressed if a receiver's receipt opens no cell at all; others can't tell, and call a finished run released. */
export function endState(receiptText: string): 'released' | 'suppressed' {
  const { openings } = JSON.parse(receiptText) as Receipt;
  return openings === undefined || fromBase64(openings.mask.data).some((byte) => byte !== 0) ? 'released' : 'suppressed';
}
