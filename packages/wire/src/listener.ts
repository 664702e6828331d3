/** The station's one port: ALPN hands people and programs to HTTP, other stations to frames. */
import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import tls from 'node:tls';
import { PROTOCOL, STATION_GROUP } from './dial.ts';
import type { WireLimits } from './limits.ts';

/** Time for goodbyes. */
const LINGER_MS = 1000;

export interface Listener {
  readonly server: tls.Server;
  readonly http: http.Server;
  /** Stops listening and ends what is still connected a moment later. */
  readonly close: () => Promise<void>;
}

/** HTTP's own limits; bodies are bounded by the routes that read them. */
const HTTP_LIMITS = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 15_000,
  requestTimeout: 300_000,
  keepAliveTimeout: 120_000,
  connectionsCheckingInterval: 1_000,
};

export function createListener(
  identity: { key: string; cert: string },
  limits: WireLimits,
  accept: (socket: tls.TLSSocket) => void,
): Listener {
  const server = tls.createServer({
    ...identity,
    minVersion: 'TLSv1.3',
    // Stations offer the hybrid group only; X25519 alone is for people whose browser is older.
    ecdhCurve: `${STATION_GROUP}:X25519`,
    ALPNProtocols: [PROTOCOL, 'http/1.1'],
    requestCert: true,
    rejectUnauthorized: false,
    handshakeTimeout: limits.handshakeMs,
  });
  server.maxConnections = limits.connections;
  const web = http.createServer(HTTP_LIMITS);
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // A socket that fails before anybody listens to it must not end the process.
    socket.on('error', () => undefined);
  });
  server.on('tlsClientError', (_, socket) => socket.destroy());
  server.on('secureConnection', (socket) => {
    socket.on('error', () => socket.destroy());
    if (socket.alpnProtocol === PROTOCOL) accept(socket);
    else web.emit('connection', socket);
  });
  // node:http starts to watch its time limits when it hears that it listens; here the TLS server does that for it.
  server.on('listening', () => web.emit('listening'));
  return { server, http: web, close: () => close(server, web, sockets) };
}

async function close(server: tls.Server, web: http.Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const stopped = new Promise<void>((resolve) => server.close(() => resolve()));
  web.close();
  web.closeAllConnections();
  const timer = setTimeout(() => sockets.forEach((socket) => void socket.destroy()), LINGER_MS);
  await stopped;
  clearTimeout(timer);
}

/** @returns the port, chosen by the system if `port` is 0. */
export function listen(server: tls.Server, host: string, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.once('error', reject);
  server.listen(port, host, () => {
    server.off('error', reject);
    server.on('error', () => undefined);
    resolve((server.address() as AddressInfo).port);
  });
  return promise;
}
