/** Deposits from Node: HTTPS to a station whose key is pinned, by its certificate or by what the agreement says of it. */
import { connect } from 'node:tls';
import { PeerError } from '@sluis/base';
import { spkiSha256 } from '@sluis/crypto';
import type { DepositTransport } from './contribute/deposit-client.ts';
import { PinnedRequests } from './pinned-requests.ts';
import type { StationAccess } from './station-access.ts';

/** The station answers a piece when the compute parties have it: slow lines take minutes. */
const WAIT_MS = 600_000;
const HANDSHAKE_MS = 15_000;

export class PinnedTransport implements DepositTransport {
  readonly #requests: PinnedRequests;

  constructor(access: Pick<StationAccess, 'url' | 'certificate'>) {
    this.#requests = new PinnedRequests({ ...access, token: '' });
  }

  post(path: string, body: unknown): Promise<unknown> {
    return this.#requests.json('POST', path, body, { timeoutMs: WAIT_MS });
  }

  put(path: string, body: Uint8Array): Promise<unknown> {
    return this.#requests.json('PUT', path, body, { timeoutMs: WAIT_MS });
  }

  close(): void {
    this.#requests.close();
  }
}

/**
 * The certificate that a station shows, if its key is the one that the agreement names; nothing is sent before.
 *
 * @param pin - SHA-256 of its SubjectPublicKeyInfo, hexadecimal.
 * @throws PeerError `station/unreachable` or `station/certificate`.
 */
export function certificateOf(url: string, pin: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const host = hostname.replace(/^\[|\]$/g, '');
    // The key is compared below instead; the connection carries nothing and is closed at once.
    const socket = connect({
      host,
      port: Number(port || 443),
      minVersion: 'TLSv1.3',
      ALPNProtocols: ['http/1.1'],
      rejectUnauthorized: false,
    });
    socket.setTimeout(HANDSHAKE_MS, () => socket.destroy(new Error('time')));
    socket.once('error', (cause) => reject(unreachable(url, cause)));
    socket.once('secureConnect', () => {
      const { raw } = socket.getPeerCertificate();
      socket.destroy();
      if (raw !== undefined && spkiSha256(raw) === pin) resolve(pemOf(raw));
      else reject(otherKey(url));
    });
  });
}

const pemOf = (der: Uint8Array): string =>
  `-----BEGIN CERTIFICATE-----\n${(
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  ).join('\n')}\n-----END CERTIFICATE-----\n`;

const unreachable = (url: string, cause: Error) =>
  new PeerError('station/unreachable', {
    stage: 'wire',
    message: `The station at ${url} doesn't answer.`,
    remedy: 'Check the address, or name another station of the collaboration with --station.',
    cause,
  });
const otherKey = (url: string) =>
  new PeerError('station/certificate', {
    stage: 'wire',
    message: `The server at ${url} doesn't show the key that the agreement names for this station.`,
    remedy: 'Check the address; if it is right, do not go on, and ask the organisation.',
  });
