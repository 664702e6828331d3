/** How a client reaches an owner. The channel authenticates the owner and hides questions' sizes and times from others. */
import { concatBytes, errorFromRecord, PeerError } from '@sluis/base';
import { malformed } from './faults.ts';

export interface LookupTransport {
  /** The signed publication in force. */
  publication(): Promise<Uint8Array>;
  chunk(hash: string): Promise<Uint8Array>;
  /** Puts a question; throws what the owner refuses it with. */
  ask(question: Uint8Array): Promise<Uint8Array>;
}

/** Where things stand below the address of a database, over HTTP. */
export const PATHS = { publication: 'publication', chunk: (hash: string) => `chunks/${hash}`, question: 'questions' } as const;

/** Larger answers are never read to their end. */
export const LARGEST_ANSWER = 64 * 1024 * 1024;

/** Over `fetch`, in browsers and servers: the address is https and its certificate one that the platform accepts. */
export function fetchTransport(address: string, get: typeof fetch = fetch): LookupTransport {
  const base = address.endsWith('/') ? address : `${address}/`;
  const call = async (path: string, init: RequestInit): Promise<Uint8Array> => {
    const response = await get(new URL(path, base), init).catch((cause: unknown) => {
      throw unreachable(cause);
    });
    const body = await bodyOf(response);
    if (!response.ok) throw problemOf(body);
    return body;
  };
  return {
    publication: () => call(PATHS.publication, { cache: 'no-store' }),
    chunk: (hash) => call(PATHS.chunk(hash), {}),
    ask: (question) =>
      call(PATHS.question, { method: 'POST', body: question.slice(), headers: { 'content-type': 'application/octet-stream' } }),
  };
}

/** Reads as it arrives: what a head says of the length, if anything, need not be true. */
async function bodyOf(response: Response): Promise<Uint8Array> {
  const reader = response.body?.getReader();
  const parts: Uint8Array[] = [];
  for (let size = 0; ; ) {
    const { done, value } = (await reader?.read().catch((cause: unknown) => Promise.reject(unreachable(cause)))) ?? { done: true };
    if (done || value === undefined) return concatBytes(...parts);
    size += value.length;
    parts.push(value);
    if (size <= LARGEST_ANSWER) continue;
    await reader?.cancel().catch(() => undefined);
    throw malformed('An answer');
  }
}

/** The error that an owner answered with: its code, words and exit code, or `lookup/malformed`. */
export function problemOf(body: Uint8Array): Error {
  try {
    const { code, detail, stage, remedy, exitCode } = JSON.parse(new TextDecoder().decode(body)) as Record<string, unknown>;
    if (typeof code !== 'string' || typeof detail !== 'string' || typeof exitCode !== 'number') return malformed('An answer');
    const record = { code, message: detail, stage: String(stage), remedy: typeof remedy === 'string' ? remedy : null, party: null };
    return errorFromRecord(record, exitCode);
  } catch {
    return malformed('An answer');
  }
}

export const unreachable = (cause: unknown): PeerError =>
  new PeerError('lookup/unreachable', {
    stage: 'wire',
    message: "The database's owner doesn't answer.",
    remedy: 'Check the address, and ask the owner whether it is being served.',
    cause,
  });
