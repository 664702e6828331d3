/** Reading what `record-tls.ts` wrote. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface TranscriptRecord {
  readonly direction: 'received' | 'sent';
  /** SHA-256 of the peer's public key, hexadecimal. */
  readonly peer: string;
  readonly bytes: Buffer;
}

export function readTranscript(folder: string, pid: number): TranscriptRecord[] {
  const data = readFileSync(join(folder, `${pid}.transcript`));
  const records: TranscriptRecord[] = [];
  for (let at = 0; at + 37 <= data.length; ) {
    const length = data.readUInt32BE(at + 33);
    records.push({
      direction: data[at] === 1 ? 'sent' : 'received',
      peer: data.subarray(at + 1, at + 33).toString('hex'),
      bytes: data.subarray(at + 37, at + 37 + length),
    });
    at += 37 + length;
  }
  return records;
}

export const transcriptPids = (folder: string): number[] =>
  readdirSync(folder)
    .filter((f) => f.endsWith('.transcript'))
    .map((f) => Number(f.slice(0, -'.transcript'.length)));
