/** Reaching an owner over HTTPS: its certificate's key is pinned by the address, before anything is sent. */
import { Agent, request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { PeerError, StationError } from '@sluis/base';
import { spkiSha256 } from '@sluis/crypto';
import { LARGEST_ANSWER, type LookupTransport, PATHS, problemOf, unreachable } from '@sluis/lookup';
import type { LookupAddress } from './address.ts';

const TIMEOUT_MS = 60_000;

export interface ClosableTransport extends LookupTransport {
  close(): void;
}

/**
 * @param identity - the client's certificate, by whose key the owner knows it.
 * Every method throws PeerError `lookup/unreachable`, `lookup/certificate` or `lookup/timeout`, or what the owner refused with.
 */
export function httpsTransport(
  address: LookupAddress,
  identity: { readonly key: string; readonly cert: string },
  signal?: AbortSignal,
): ClosableTransport {
  const agent = new PinnedAgent(address.certificate, identity);
  const call = async (path: string, question?: Uint8Array): Promise<Uint8Array> => {
    const response = await send(new URL(path, address.url), agent, question, signal).catch((cause: unknown) => {
      if (signal?.aborted === true) throw cancelled();
      throw cause instanceof PeerError ? cause : unreachable(cause);
    });
    const body = await bodyOf(response);
    if (response.statusCode === 200) return body;
    throw problemOf(body);
  };
  return {
    publication: () => call(PATHS.publication),
    chunk: (hash) => call(PATHS.chunk(hash)),
    ask: (question) => call(PATHS.question, question),
    close: () => agent.destroy(),
  };
}

function send(url: URL, agent: Agent, question: Uint8Array | undefined, signal: AbortSignal | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const method = question === undefined ? 'GET' : 'POST';
    const headers = question === undefined ? {} : { 'content-type': 'application/octet-stream', 'content-length': question.length };
    const outgoing = request(url, { method, agent, headers, timeout: TIMEOUT_MS, ...(signal === undefined ? {} : { signal }) }, resolve);
    outgoing.on('timeout', () => outgoing.destroy(timeUp()));
    outgoing.on('error', reject);
    outgoing.end(question);
  });
}

async function bodyOf(response: IncomingMessage): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of response as AsyncIterable<Buffer>) {
      size += part.length;
      if (size > LARGEST_ANSWER) throw new Error('the answer is too long');
      parts.push(part);
    }
  } catch (cause) {
    throw unreachable(cause);
  }
  return new Uint8Array(Buffer.concat(parts));
}

/** Hands a connection over only when the server has proven to hold the pinned key. */
class PinnedAgent extends Agent {
  readonly #pin: string;
  readonly #identity: { readonly key: string; readonly cert: string };

  constructor(pin: string, identity: { readonly key: string; readonly cert: string }) {
    super({ keepAlive: true, maxSockets: 8 });
    this.#pin = pin;
    this.#identity = identity;
  }

  override createConnection(options: tls.ConnectionOptions, callback?: (error: Error | null, stream: Duplex) => void): Duplex {
    const socket = tls.connect({
      host: (options.host ?? '').replace(/^\[|\]$/g, ''),
      port: options.port ?? 443,
      ...this.#identity,
      minVersion: 'TLSv1.3',
      ecdhCurve: 'X25519MLKEM768:X25519',
      ALPNProtocols: ['http/1.1'],
      // The key is compared instead: the owner's certificate is its own authority.
      rejectUnauthorized: false,
    });
    socket.once('error', (error) => callback?.(error, socket));
    socket.once('secureConnect', () => {
      const shown = socket.getPeerX509Certificate();
      const now = Date.now();
      const good = shown !== undefined && spkiSha256(shown.raw) === this.#pin && now <= shown.validToDate.getTime();
      if (good) callback?.(null, socket);
      else socket.destroy(otherKey());
    });
    return undefined as unknown as Duplex;
  }
}

const cancelled = () =>
  new StationError('run/cancelled', {
    stage: 'run',
    message: 'Cancelled here. If the question had been sent, the owner has counted it.',
    remedy: 'Ask again when ready.',
  });
const otherKey = () =>
  new PeerError('lookup/certificate', {
    stage: 'wire',
    message: "The server at this address doesn't show the certificate that the address names, or it has expired.",
    remedy: 'Ask the owner for the address anew, over a channel you trust.',
  });
const timeUp = () =>
  new PeerError('lookup/timeout', {
    stage: 'wire',
    message: `The database's owner didn't answer within ${TIMEOUT_MS / 1000} seconds.`,
    remedy: 'Ask again later.',
  });
