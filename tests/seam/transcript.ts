/** Reading what `record-tls.ts` wrote: connections, and the messages of `sluis/1` on them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FrameReader, KIND } from '../../packages/wire/src/frame.ts';
import { decodeHead, type Head } from '../../packages/wire/src/head.ts';

/** One TLS connection of one process, both directions as whole streams. */
export interface Conversation {
  /** SHA-256 of the peer's public key, hexadecimal; null if it showed none (people and programs). */
  readonly peer: string | null;
  readonly received: Buffer;
  readonly sent: Buffer;
}

export interface WireMessage {
  /** Counted from 1 in its direction; answers name it. */
  readonly number: number;
  readonly head: Head;
  readonly body: Buffer;
}

export const transcriptPids = (folder: string): number[] =>
  readdirSync(folder)
    .filter((f) => f.endsWith('.transcript'))
    .map((f) => Number(f.slice(0, -'.transcript'.length)));

/** A process's connections in the order in which they were first used. */
export function readConversations(folder: string, pid: number): Conversation[] {
  const data = readFileSync(join(folder, `${pid}.transcript`));
  const found = new Map<number, { peer: string | null; received: Buffer[]; sent: Buffer[] }>();
  for (let at = 0; at + 41 <= data.length; ) {
    const number = data.readUInt32BE(at + 1);
    const key = data.subarray(at + 5, at + 37);
    const end = at + 41 + data.readUInt32BE(at + 37);
    const one = found.get(number) ?? { peer: null, received: [], sent: [] };
    found.set(number, one);
    if (key.some((byte) => byte !== 0)) one.peer = key.toString('hex');
    one[data[at] === 1 ? 'sent' : 'received'].push(data.subarray(at + 41, end));
    at = end;
  }
  return [...found.values()].map((c) => ({ peer: c.peer, received: Buffer.concat(c.received), sent: Buffer.concat(c.sent) }));
}

/** The messages in one direction of a connection between stations, in the order in which they were complete. */
export function messagesIn(stream: Buffer): WireMessage[] {
  const open = new Map<number, { head: Head; parts: Buffer[]; left: number }>();
  const messages: WireMessage[] = [];
  const settle = (number: number) => {
    const one = open.get(number);
    if (one === undefined || one.left > 0) return;
    open.delete(number);
    messages.push({ number, head: one.head, body: Buffer.concat(one.parts) });
  };
  const reader = new FrameReader('transcript', 1 << 30, {
    control(kind, number, payload) {
      if (kind === KIND.abort) open.delete(number);
      if (kind !== KIND.head) return;
      const head = decodeHead('transcript', payload);
      open.set(number, { head, parts: [], left: head.bytes });
      settle(number);
    },
    data(number, bytes) {
      const one = open.get(number);
      if (one === undefined) return;
      one.parts.push(Buffer.from(bytes));
      one.left -= bytes.length;
      settle(number);
    },
  });
  reader.push(stream);
  return messages;
}

/** Whether a stream is of stations (frames) and not of HTTP. */
export const isFrames = (stream: Buffer): boolean => stream.length >= 13 && stream[0] === 0 && stream.readUInt32BE(9) === 0;
