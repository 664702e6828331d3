/** The end of an attempt that went well, at either side: its account, and the result that is kept. */
import type { IntersectionReceiptBody } from '@sluis/model';
import type { ActiveAttempt } from './intersection-attempts.ts';
import { type FinishedAttempt, receiptOf, type Word } from './intersection-evidence.ts';
import type { IntersectionParts } from './intersection-parts.ts';

/** This side's account of an attempt, with what only the other side can say of its own. */
export function accountOf(
  { station, sources }: IntersectionParts,
  active: ActiveAttempt,
  peer: { readonly result: string | null; readonly sent: number },
): FinishedAttempt {
  const { run, attempt, said, received } = active;
  const results: Record<string, string> = {};
  if (received !== null) results[run.me.organisation] = received.commitment;
  if (peer.result !== null) results[run.peer.organisation] = peer.result;
  const sent = station.wire.meter(run.proposal.run).bytesSent;
  return {
    attempt,
    technique: sources.work.technique(run.terms.protocol),
    inputs: { ...said },
    results,
    sent: { [run.me.organisation]: sent, [run.peer.organisation]: peer.sent },
  };
}

/** Keeps the result once both sides have signed. */
export async function releaseAttempt(
  { book }: IntersectionParts,
  active: ActiveAttempt,
  body: IntersectionReceiptBody,
  words: Readonly<Record<string, Word>>,
): Promise<void> {
  const { run, received, input, elapsedMs } = active;
  const receipt = receiptOf(run, body, words, received);
  await book.release(run.proposal.run, {
    run: run.proposal.run,
    outcome: received?.outcome ?? null,
    items: received === null ? [] : received.items.map((key) => [...key]),
    own: {
      rows: input?.own.rows ?? 0,
      missing: input?.own.missing ?? 0,
      items: (input?.own.items.offsets.length ?? 1) - 1,
      keys: [...(input?.own.keys ?? [])],
    },
    sent: body.sent,
    totalMs: Math.round(elapsedMs()),
    receipt,
  });
}
