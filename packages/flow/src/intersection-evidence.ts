/** The receipt of an intersection: both stations log what ran, then sign it; each receiver keeps its own opening. */
import { canonicalText, ProtocolError, toHex } from '@sluis/base';
import { intersectionBodyDigest, intersectionEvent, verifyIntersectionReceipt } from '@sluis/ledger';
import {
  type IntersectionReceipt,
  type IntersectionReceiptBody,
  intersectionReceiptBodySchema,
  logProofSchema,
  MOST_ITEMS_IN_RECEIPT,
} from '@sluis/model';
import type { PairDescriptor } from '@sluis/technique';
import { z } from 'zod';
import { SKEW_MS } from './admission.ts';
import type { LogProof, StationContext } from './context.ts';
import type { AdmittedIntersection } from './intersection-admission.ts';
import type { ReceivedOutcome } from './intersection-attempt.ts';

/** One station's word on a run that went well. */
export const wordSchema = z.strictObject({ signature: z.string().regex(/^[0-9a-f]{128}$/), log: logProofSchema });
export type Word = z.infer<typeof wordSchema>;
export const finishSchema = z.strictObject({ body: intersectionReceiptBodySchema, word: wordSchema });

/** What both stations know of a finished attempt. */
export interface FinishedAttempt {
  readonly attempt: number;
  readonly technique: Pick<PairDescriptor, 'id' | 'version'>;
  readonly inputs: IntersectionReceiptBody['inputs'];
  readonly results: IntersectionReceiptBody['results'];
  readonly sent: IntersectionReceiptBody['sent'];
}

export function receiptBody(run: AdmittedIntersection, of: FinishedAttempt, finished: number): IntersectionReceiptBody {
  const { proposal, agreement, terms } = run;
  return {
    format: 'sluis-intersection-receipt/1',
    run: proposal.run,
    attempt: of.attempt,
    collaboration: agreement.collaboration,
    agreement: proposal.agreement,
    intersection: proposal.intersection,
    asked_by: { organisation: proposal.coordinator, analyst: proposal.analyst },
    technique: { id: of.technique.id, version: of.technique.version },
    threat_model: terms.threat_model ?? agreement.threat_model,
    inputs: of.inputs,
    results: of.results,
    sent: of.sent,
    sandbox: agreement.sandbox,
    finished: new Date(finished).toISOString(),
  };
}

/** Logs durably, then signs. Run by: both stations, once the protocol has ended. */
export async function giveWord(station: StationContext, body: IntersectionReceiptBody): Promise<Word> {
  const entry = await station.audit.append(intersectionEvent(body));
  const log: LogProof = await station.proveLogged(entry.index);
  return { signature: toHex(await station.signer.sign('receipt', intersectionBodyDigest(body))), log };
}

/** The other side's account must be this station's own, but for what only the other can know. Run by: who did not write it. */
export function checkAccount(
  station: StationContext,
  run: AdmittedIntersection,
  given: IntersectionReceiptBody,
  own: FinishedAttempt,
): void {
  const { peer } = run;
  const finished = Date.parse(given.finished);
  const theirs = { ...own, sent: { ...own.sent, [peer.organisation]: given.sent[peer.organisation] ?? 0 } };
  const results = { ...own.results };
  if (run.terms.receivers.includes(peer.organisation)) results[peer.organisation] = given.results[peer.organisation] ?? '';
  const expected = receiptBody(run, { ...theirs, results }, finished);
  if (canonicalText(expected) === canonicalText(given) && Math.abs(finished - station.clock.now()) <= SKEW_MS) return;
  throw new ProtocolError('intersection/accounts-differ', {
    stage: 'receipt',
    party: peer.organisation,
    message: `${peer.organisation} gives another account of run ${run.proposal.run} than ${station.organisation} has; nothing was signed.`,
    remedy: 'Compare both stations’ clocks and releases; if they agree, the other side does not follow the protocol.',
  });
}

/** The verified receipt as this station keeps it. */
export function receiptOf(
  run: AdmittedIntersection,
  body: IntersectionReceiptBody,
  words: Readonly<Record<string, Word>>,
  received: ReceivedOutcome | null,
): IntersectionReceipt {
  const each = <T>(pick: (word: Word) => T) => Object.fromEntries(Object.entries(words).map(([name, word]) => [name, pick(word)]));
  const receipt: IntersectionReceipt = {
    body,
    signatures: each((w) => w.signature),
    agreement: run.signed,
    log: each((w) => w.log),
    ...(received === null ? {} : { opening: openingOf(run, received) }),
  };
  verifyIntersectionReceipt(receipt);
  return receipt;
}

function openingOf(run: AdmittedIntersection, { outcome, items, salt }: ReceivedOutcome): NonNullable<IntersectionReceipt['opening']> {
  const carried = items.length > MOST_ITEMS_IN_RECEIPT ? {} : { items: items.map((key) => [...key]) };
  return { receiver: run.me.organisation, salt, outcome, ...carried };
}
