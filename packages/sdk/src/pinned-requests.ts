/** HTTPS requests to one station, whose certificate's key is pinned; problems become SluisErrors again. */
import { Agent, type RequestOptions, request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { errorFromRecord, PeerError, SluisError } from '@sluis/base';
import { spkiSha256 } from '@sluis/crypto';
import { API_ROOT, problemSchema } from '@sluis/model';
import type { StationAccess } from './station-access.ts';

/** Results of 100,000 groups with their receipt stay well below. */
const ANSWER_LIMIT = 512 * 1024 * 1024;

export interface RequestSettings {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export class PinnedRequests {
  readonly #access: StationAccess;
  readonly #agent: Agent;

  constructor(access: StationAccess) {
    this.#access = access;
    const pin = spkiSha256(access.certificate);
    this.#agent = new Agent({
      keepAlive: true,
      // The station's own certificate is the only authority, so that chain and dates are checked as usual …
      ca: access.certificate,
      minVersion: 'TLSv1.3',
      ALPNProtocols: ['http/1.1'],
      // … and its key, rather than a host name, says who it is.
      checkServerIdentity: (_host, peer) => (spkiSha256(peer.raw) === pin ? undefined : new Error('another key than the pinned one')),
    });
  }

  /** One request with a JSON answer. */
  async json(method: string, path: string, body: unknown, settings: RequestSettings): Promise<unknown> {
    const text = (await this.bytes(method, path, body, settings)).toString('utf8');
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw this.#strange(path);
    }
  }

  async bytes(method: string, path: string, body: unknown, settings: RequestSettings): Promise<Buffer> {
    const response = await this.#open(method, path, body, settings);
    return this.#collect(response, path);
  }

  /** The lines of a streamed answer as they come. */
  async *lines(path: string, settings: RequestSettings): AsyncGenerator<string> {
    const response = await this.#open('GET', path, undefined, settings);
    response.setEncoding('utf8');
    let rest = '';
    try {
      for await (const chunk of response as AsyncIterable<string>) {
        const parts = (rest + chunk).split('\n');
        rest = parts.pop() ?? '';
        if (rest.length > 1_000_000) throw this.#strange(path);
        yield* parts.filter((line) => line !== '');
      }
    } catch (thrown) {
      throw this.#failure(thrown, settings);
    }
    if (rest !== '') yield rest;
  }

  close(): void {
    this.#agent.destroy();
  }

  async #open(method: string, path: string, body: unknown, settings: RequestSettings): Promise<IncomingMessage> {
    const binary = body instanceof Uint8Array;
    const payload =
      body === undefined ? null : binary ? Buffer.from(body.buffer, body.byteOffset, body.length) : Buffer.from(JSON.stringify(body));
    const options: RequestOptions = {
      method,
      agent: this.#agent,
      timeout: settings.timeoutMs,
      ...(settings.signal === undefined ? {} : { signal: settings.signal }),
      headers: {
        ...(this.#access.token === '' ? {} : { authorization: `Bearer ${this.#access.token}` }),
        accept: 'application/json, application/problem+json',
        ...(payload === null
          ? {}
          : { 'content-type': binary ? 'application/octet-stream' : 'application/json', 'content-length': payload.length }),
      },
    };
    const send = () => this.#send(new URL(`${API_ROOT}${path}`, this.#access.url), options, payload, settings);
    const response = await send()
      .catch((thrown: unknown) => {
        if (method === 'GET' && thrown instanceof StaleConnection) return send();
        throw thrown;
      })
      .catch((thrown: unknown) => {
        throw this.#failure(thrown instanceof StaleConnection ? thrown.cause : thrown, settings);
      });
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) return response;
    throw this.#problem(await this.#collect(response, path), path, status);
  }

  #send(url: URL, options: RequestOptions, payload: Buffer | null, settings: RequestSettings): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const outgoing = request(url, options, resolve);
      outgoing.on('timeout', () => outgoing.destroy(this.#timeUp(settings)));
      outgoing.on('error', (cause: NodeJS.ErrnoException) => {
        reject(outgoing.reusedSocket && cause.code === 'ECONNRESET' ? new StaleConnection(cause) : cause);
      });
      outgoing.end(payload ?? undefined);
    });
  }

  async #collect(response: IncomingMessage, path: string): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let size = 0;
    try {
      for await (const chunk of response as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > ANSWER_LIMIT) throw this.#strange(path);
        chunks.push(chunk);
      }
    } catch (thrown) {
      throw this.#failure(thrown, { timeoutMs: 0 });
    }
    return Buffer.concat(chunks, size);
  }

  #problem(body: Buffer, path: string, status: number): SluisError {
    let value: unknown;
    try {
      value = JSON.parse(body.toString('utf8'));
    } catch {
      value = null;
    }
    const parsed = problemSchema.safeParse(value);
    if (!parsed.success) return this.#strange(path, status);
    const { code, detail, stage, party, remedy, exitCode } = parsed.data;
    return errorFromRecord({ code, message: detail, stage, party, remedy }, exitCode);
  }

  #failure(thrown: unknown, settings: RequestSettings): unknown {
    if (thrown instanceof SluisError) return thrown;
    if (settings.signal?.aborted === true) return settings.signal.reason;
    const cause = thrown instanceof Error ? thrown : undefined;
    const reason = cause !== undefined && 'code' in cause ? String(cause.code) : '';
    const pinned = cause?.message.includes('pinned') === true || /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(reason);
    return new PeerError(pinned ? 'station/certificate' : 'station/unreachable', {
      stage: 'wire',
      message: pinned
        ? `The server at ${this.#access.url} doesn't show the certificate of this station, or it has expired.`
        : `The station at ${this.#access.url} doesn't answer${reason === '' ? '' : ` (${reason})`}.`,
      remedy: pinned
        ? 'Check the address, and that --home or --certificate belongs to that station.'
        : 'Start it with: sluis station start --home DIR',
      cause,
    });
  }

  #timeUp(settings: RequestSettings): SluisError {
    return new PeerError('station/timeout', {
      stage: 'wire',
      message: `The station at ${this.#access.url} didn't answer within ${Math.round(settings.timeoutMs / 1000)} seconds.`,
      remedy: "See the station's log; then try again.",
    });
  }

  #strange(path: string, status?: number): SluisError {
    return new PeerError('station/strange-answer', {
      stage: 'wire',
      message: `What answered at ${this.#access.url}${API_ROOT}${path} doesn't speak as a station does${status === undefined ? '' : ` (HTTP ${status})`}.`,
      remedy: 'Check the address, and that client and station are of the same release.',
    });
  }
}

/** A kept connection that the server had closed before this request reached it: the request was not heard. */
class StaleConnection extends Error {
  constructor(cause: Error) {
    super('stale connection', { cause });
  }
}
