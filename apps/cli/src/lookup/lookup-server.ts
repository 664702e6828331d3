/** Serving a database: HTTPS with the owner's certificate; clients show theirs, and are known by its key. */
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { InvalidError, RefusedError, type SluisError, toSluisError } from '@sluis/base';
import { spkiSha256 } from '@sluis/crypto';
import { LARGEST_BATCH, type OwnerDesk, PATHS, questionBytes } from '@sluis/lookup';
import { PROBLEM_TYPE } from '@sluis/model';
import { LOOKUP_PATH } from './address.ts';

export interface Served {
  readonly desk: OwnerDesk;
  readonly signed: () => Uint8Array;
  readonly chunk: (hash: string) => Uint8Array | null;
  /** Whether a client may ask, by the SHA-256 of its certificate's key. */
  readonly admits: (certificate: string) => boolean;
  /** After every answered question. */
  readonly answered: (identifiers: number) => void;
}

const LIMITS = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 15_000,
  requestTimeout: 60_000,
  keepAliveTimeout: 120_000,
  connectionsCheckingInterval: 1_000,
};

export function lookupServer(tls: { readonly key: string; readonly cert: string }, served: Served): Server {
  const server = createServer({
    ...LIMITS,
    ...tls,
    minVersion: 'TLSv1.3',
    ecdhCurve: 'X25519MLKEM768:X25519',
    requestCert: true,
    rejectUnauthorized: false,
  });
  server.maxConnections = 1000;
  server.on('tlsClientError', (_, socket) => socket.destroy());
  server.on('request', (request, response) => {
    answer(served, request).then(
      ({ body, immutable }) => {
        response.writeHead(200, {
          'content-type': 'application/octet-stream',
          'content-length': body.length,
          'cache-control': immutable ? 'public, max-age=31536000, immutable' : 'no-store',
        });
        response.end(body);
      },
      (thrown: unknown) => refuse(response, toSluisError(thrown, 'run')),
    );
  });
  return server;
}

async function answer(served: Served, request: IncomingMessage): Promise<{ body: Uint8Array; immutable: boolean }> {
  const path = new URL(request.url ?? '/', 'https://x').pathname;
  if (!path.startsWith(LOOKUP_PATH)) throw unknownPath();
  const name = path.slice(LOOKUP_PATH.length);
  const get = request.method === 'GET';
  // Whoever may not ask doesn't learn how many entries there are either.
  const client = clientOf(request, served);
  if (get && name === PATHS.publication) return { body: served.signed(), immutable: false };
  if (get && name.startsWith('chunks/')) {
    const chunk = served.chunk(name.slice('chunks/'.length));
    if (chunk !== null) return { body: chunk, immutable: true };
  }
  if (request.method === 'POST' && name === PATHS.question) {
    const question = await bodyOf(request);
    const body = await served.desk.answer(client, question);
    served.answered(Math.floor(question.length / 32));
    return { body, immutable: false };
  }
  throw unknownPath();
}

/** The hash of the certificate's key that the client has proven to hold. */
function clientOf(request: IncomingMessage, { admits }: Served): string {
  const shown = (request.socket as TLSSocket).getPeerX509Certificate();
  const client = shown === undefined ? '' : spkiSha256(shown.raw);
  if (client !== '' && admits(client)) return client;
  throw new RefusedError('lookup/unknown-client', {
    stage: 'access',
    message: client === '' ? 'This client shows no certificate.' : 'The owner of this database does not know this client.',
    remedy: 'Ask with --home DIR, and let the owner admit your card: sluis lookup serve … --client CARD',
  });
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > questionBytes(LARGEST_BATCH)) throw tooLong();
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}

const STATUS: Readonly<Record<number, number>> = { 1: 500, 2: 400, 3: 403, 5: 400 };

function refuse(response: ServerResponse, error: SluisError): void {
  if (response.headersSent) return void response.destroy();
  const status = error.code === 'lookup/not-found' ? 404 : (STATUS[error.exitCode] ?? 500);
  const { code, message, stage, remedy, party } = error.toRecord();
  const problem = { type: `urn:sluis:${code}`, title: code, status, detail: message, code, stage, party, remedy, exitCode: error.exitCode };
  response.writeHead(status, { 'content-type': PROBLEM_TYPE, connection: 'close' });
  response.end(JSON.stringify(problem));
}

const unknownPath = () =>
  new InvalidError('lookup/not-found', {
    stage: 'access',
    message: 'There is nothing at this address.',
    remedy: 'Take the address as its owner printed it.',
  });
const tooLong = () =>
  new InvalidError('lookup/malformed', {
    stage: 'wire',
    message: 'The question is longer than any can be.',
    remedy: 'Ask with sluis lookup ask.',
  });

/** Listens; throws InvalidError `usage/cannot-listen`. @returns the port. */
export function listenAt(server: Server, host: string, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.once('error', (cause: NodeJS.ErrnoException) => {
    reject(
      new InvalidError('usage/cannot-listen', {
        stage: 'usage',
        message: `The address ${host}:${port} can't be listened at (${cause.code ?? 'unknown reason'}).`,
        remedy: 'Give another --listen.',
        cause,
      }),
    );
  });
  server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  return promise;
}
