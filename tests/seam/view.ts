/** What an organisation's processes saw: every stream and message, with what was sealed to it opened by its own key. */
import { canonicalBytes } from '@sluis/base';
import type { Agreement, Opener } from '@sluis/model';
import { type Conversation, isFrames, messagesIn, readConversations, transcriptPids, type WireMessage } from './transcript.ts';

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

/** All messages between stations that an organisation's processes sent and received, in each direction in order. */
export function messagesOf(transcripts: string, agreement: Pick<Agreement, 'organisations'>): SeenMessage[] {
  const nameOf = (key: string | null) => agreement.organisations.find((o) => o.certificate === key)?.name ?? 'nobody';
  return transcriptPids(transcripts).flatMap((pid) => readConversations(transcripts, pid).flatMap((c) => messagesOn(c, nameOf(c.peer))));
}

function messagesOn(conversation: Conversation, peer: string): SeenMessage[] {
  const both = { received: framesOf(conversation.received), sent: framesOf(conversation.sent) };
  return (['received', 'sent'] as const).flatMap((direction) => {
    const other = both[direction === 'received' ? 'sent' : 'received'];
    return both[direction].map((message) => ({ direction, peer, message, ...about(message, other) }));
  });
}

const framesOf = (stream: Buffer): WireMessage[] => (isFrames(stream) ? messagesIn(stream) : []);

/** What a message is about; an answer is about what its question was about. */
function about({ head }: WireMessage, others: readonly WireMessage[]): { kind: string; run: string | null } {
  if (head.kind === 'mpc') return { kind: `mpc ${head.step}`, run: head.run };
  if (head.kind === 'listen') return { kind: 'listen', run: head.run };
  if (head.kind === 'step' || head.kind === 'unlisten') {
    // Payloads and ends of a link that one side asked for on this connection.
    const same = (m: WireMessage) => m.head.kind === 'listen' && m.head.link === head.link;
    const asked = others.find(same)?.head;
    return { kind: head.kind === 'step' ? `mpc ${head.step}` : 'unlisten', run: asked?.kind === 'listen' ? asked.run : null };
  }
  if (head.kind === 'reply' || head.kind === 'failure') {
    const question = others.find((m) => m.number === head.answers);
    const asked = question === undefined ? { kind: 'something cancelled', run: null } : about(question, []);
    return { kind: `${head.kind} to ${asked.kind}`, run: asked.run };
  }
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
