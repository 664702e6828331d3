/** What an organisation's processes saw: every stream and message, with what was sealed to it opened by its own key. */
import { canonicalBytes } from '@sluis/base';
import type { Agreement, Opener } from '@sluis/model';
import { isFrames, messagesIn, readConversations, transcriptPids, type WireMessage } from './transcript.ts';

/** A message between two stations, as one of them saw it. */
export interface SeenMessage {
  readonly direction: 'received' | 'sent';
  /** The organisation at the other end. */
  readonly peer: string;
  /** What the head says: a request's type, or `mpc` and its step. */
  readonly kind: string;
  readonly message: WireMessage;
  readonly run: string | null;
}

export interface Piece {
  readonly what: string;
  readonly bytes: Buffer;
}

/** Which run is about which plan: what boxes are bound to. */
export interface RunTerms {
  readonly run: string;
  readonly plan: string;
  readonly agreement: string;
}

/** All streams of all processes of an organisation, as they are. */
export function streamsOf(transcripts: string): Piece[] {
  return transcriptPids(transcripts).flatMap((pid) =>
    readConversations(transcripts, pid).flatMap((c, i) => [
      { what: `process ${pid}, connection ${i}, received`, bytes: c.received },
      { what: `process ${pid}, connection ${i}, sent`, bytes: c.sent },
    ]),
  );
}

/** All messages between stations that an organisation's processes sent and received. */
export function messagesOf(transcripts: string, agreement: Pick<Agreement, 'organisations'>): SeenMessage[] {
  const nameOf = (key: string | null) => agreement.organisations.find((o) => o.certificate === key)?.name ?? 'nobody';
  return transcriptPids(transcripts).flatMap((pid) =>
    readConversations(transcripts, pid).flatMap((c) =>
      (['received', 'sent'] as const).flatMap((direction) =>
        isFrames(c[direction])
          ? messagesIn(c[direction]).map((message) => ({ direction, peer: nameOf(c.peer), message, ...about(message) }))
          : [],
      ),
    ),
  );
}

function about({ head }: WireMessage): { kind: string; run: string | null } {
  if (head.kind === 'mpc') return { kind: `mpc ${head.step}`, run: head.run };
  if (head.kind === 'reply' || head.kind === 'failure') return { kind: head.kind, run: null };
  const header = head.header as { run?: string; proposal?: { statement: { run: string } } };
  return { kind: head.type, run: header.run ?? header.proposal?.statement.run ?? null };
}

/** Opens a box that `peer` sealed for `me` in a run, as `me` does. */
export async function openedBox(opener: Opener, terms: RunTerms, seen: SeenMessage, me: string): Promise<Buffer> {
  const { run, plan, agreement } = terms;
  const bound =
    seen.kind === 'run.share'
      ? { purpose: 'sluis/share/1', run, attempt: 1, plan, agreement, from: seen.peer, to: me }
      : { purpose: 'sluis/delivery/1', run, attempt: 1, plan, from: seen.peer, to: me };
  return Buffer.from(await opener.open(seen.message.body, canonicalBytes(bound)));
}

export const isBox = (seen: SeenMessage): boolean => seen.kind === 'run.share' || seen.kind === 'run.delivery';
