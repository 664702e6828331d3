/** Calling another station: TLS 1.3 with X25519MLKEM768 and nothing else, then its pinned certificate. */
import { type Clock, RefusedError } from '@sluis/base';
import tls from 'node:tls';
import { checkCertificate } from './certificate.ts';
import { notTls, timedOut, unknownCertificate, unreachable } from './faults.ts';
import type { WireLimits } from './limits.ts';
import type { Peer } from './peer.ts';

export const PROTOCOL = 'sluis/1';
export const STATION_GROUP = 'X25519MLKEM768';

/** Splits host:port or [v6]:port. Throws RefusedError `wire/address-invalid`. */
export function parseAddress(peer: Peer): { host: string; port: number } {
  const match = /^(?:\[([0-9a-fA-F:.%]+)\]|([^\s:/[\]]+)):(\d{1,5})$/.exec(peer.address);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined || !(port >= 1 && port <= 65_535)) {
    throw new RefusedError('wire/address-invalid', {
      stage: 'wire',
      party: peer.name,
      message: `The agreement's address of ${peer.name} is not of the form host:port.`,
      remedy: 'Correct the address in a new version of the agreement.',
    });
  }
  return { host, port };
}

/** Bytes that TLS decrypts at a time: one record. */
const RECORD = 16 * 1024;
/** For payloads that are random shares: 128-bit security like the certificates', and a sixth less CPU than AES-256. */
export const BULK_CIPHER = 'TLS_AES_128_GCM_SHA256';

/** Takes what has been read, a view that is valid during the call only. */
export type Reader = (bytes: Uint8Array) => void;

export interface Dialled {
  readonly socket: tls.TLSSocket;
  /** The key-exchange group that was negotiated. */
  readonly group: string;
  /** Gives what the peer sends to `reader`, from its first byte on; the socket has no 'data' events. */
  readonly read: (reader: Reader) => void;
}

/**
 * Connects and authenticates both ways. Run by: the station that has something to ask, or to receive.
 *
 * The socket reads into one buffer, over and over (node offers that on the dialling side only), which spares an
 * allocation for each record: about a third of all that receiving costs.
 *
 * @throws PeerError `wire/unreachable`, `wire/handshake-failed`, `wire/timeout`, `wire/certificate-…`, naming the peer.
 */
export async function dial(
  peer: Peer,
  identity: { key: string; cert: string },
  limits: WireLimits,
  clock: Clock,
  stop: AbortSignal,
  ciphers?: string,
): Promise<Dialled> {
  const { host, port } = parseAddress(peer);
  const reading = new Reading();
  const options = {
    host,
    port,
    ...identity,
    ALPNProtocols: [PROTOCOL],
    minVersion: 'TLSv1.3',
    ecdhCurve: STATION_GROUP,
    // Pinned below: certificates of stations are their own authority.
    rejectUnauthorized: false,
    ...(ciphers === undefined ? {} : { ciphers }),
    onread: { buffer: reading.buffer, callback: (count: number) => reading.heard(count) },
  };
  // The types don't say that tls.connect passes `onread` on to the socket.
  const socket = tls.connect(options as tls.ConnectionOptions);
  socket.setKeepAlive(true, limits.pingMs);
  socket.on('error', () => undefined);
  const stopped = () => socket.destroy();
  stop.addEventListener('abort', stopped, { once: true });
  try {
    await handshake(socket, peer, limits.dialMs);
    const group = (socket.getEphemeralKeyInfo() as { name?: string } | null)?.name ?? '';
    if (socket.alpnProtocol !== PROTOCOL || group !== STATION_GROUP) throw notTls(peer.name, peer.address, { code: 'WRONG_PROTOCOL' });
    const shown = checkCertificate(socket, () => peer.name, clock, limits.skewMs);
    if (shown !== peer.certificate) throw unknownCertificate(peer.name);
    return { socket, group, read: (reader) => reading.start(reader) };
  } catch (thrown) {
    socket.destroy();
    throw thrown;
  } finally {
    stop.removeEventListener('abort', stopped);
  }
}

/** What is read before anybody listens is kept until somebody does. */
class Reading {
  readonly buffer = Buffer.allocUnsafeSlow(RECORD);
  readonly #bytes = new Uint8Array(this.buffer.buffer);
  #early: Uint8Array[] = [];
  #reader: Reader = (bytes) => void this.#early.push(bytes.slice());

  heard(count: number): true {
    this.#reader(count === RECORD ? this.#bytes : this.#bytes.subarray(0, count));
    return true;
  }

  /** In a microtask: the caller first finishes what it is doing, and no further bytes can come before. */
  start(reader: Reader): void {
    queueMicrotask(() => {
      this.#reader = reader;
      for (const bytes of this.#early.splice(0)) reader(bytes);
    });
  }
}

function handshake(socket: tls.TLSSocket, peer: Peer, timeoutMs: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let connected = false;
  const timer = setTimeout(() => reject(timedOut(peer.name, connected ? 'TLS handshake' : 'connecting', timeoutMs)), timeoutMs);
  const failed = (cause: unknown) => reject((connected ? notTls : unreachable)(peer.name, peer.address, cause));
  const closed = () => failed({ code: 'CLOSED' });
  socket.once('connect', () => {
    connected = true;
  });
  socket.once('secureConnect', resolve);
  socket.once('error', failed);
  socket.once('close', closed);
  return promise.finally(() => {
    clearTimeout(timer);
    socket.off('error', failed);
    socket.off('close', closed);
  });
}
