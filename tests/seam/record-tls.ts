/**
 * Test seam, loaded with `node --import`: writes what this process sends and receives inside TLS to a file, so that
 * tests can read "decrypted transcripts". Production code neither imports nor knows it.
 *
 * Record: 1 byte direction (0 received, 1 sent), 4 bytes connection, 32 bytes SHA-256 of the peer's public key (zero if
 * it has shown none), 4 bytes length, then the bytes. Numbers are big-endian; connections are counted from 0.
 * What people's programs ask a station over HTTP is written down where it is sent: the server reads it past its socket.
 */
import { createHash, type X509Certificate } from 'node:crypto';
import { openSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import tls, { TLSSocket } from 'node:tls';

const folder = process.env['SLUIS_TEST_TRANSCRIPTS'];
if (folder === undefined) throw new Error('SLUIS_TEST_TRANSCRIPTS must name a folder');
const file = openSync(join(folder, `${process.pid}.transcript`), 'a', 0o600);

interface Connection {
  readonly number: number;
  /** Known after the handshake. */
  peer: Uint8Array | null;
}
const connections = new WeakMap<TLSSocket, Connection>();
let count = 0;

function connectionOf(socket: TLSSocket): Connection {
  let known = connections.get(socket);
  if (known === undefined) {
    known = { number: count++, peer: null };
    connections.set(socket, known);
  }
  known.peer ??= peerOf(socket);
  return known;
}

/** Who dialled gets this answer from Node once only: it is kept for whoever asks again. */
const shown = new WeakMap<TLSSocket, X509Certificate>();
const certificateOf = TLSSocket.prototype.getPeerX509Certificate;
TLSSocket.prototype.getPeerX509Certificate = function () {
  const certificate = shown.get(this) ?? certificateOf.call(this);
  if (certificate !== undefined) shown.set(this, certificate);
  return certificate;
};

function peerOf(socket: TLSSocket): Uint8Array | null {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return null;
  return createHash('sha256')
    .update(certificate.publicKey.export({ type: 'spki', format: 'der' }))
    .digest();
}

function record(socket: TLSSocket, direction: 0 | 1, chunk: unknown, encoding?: unknown): void {
  if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) return;
  const bytes =
    typeof chunk === 'string' ? Buffer.from(chunk, (typeof encoding === 'string' ? encoding : 'utf8') as BufferEncoding) : chunk;
  const { number, peer } = connectionOf(socket);
  const head = Buffer.alloc(41);
  head[0] = direction;
  head.writeUInt32BE(number, 1);
  if (peer !== null) head.set(peer, 5);
  head.writeUInt32BE(bytes.length, 37);
  writeSync(file, Buffer.concat([head, bytes]));
}

type Method = (chunk?: unknown, ...rest: unknown[]) => unknown;

/** At the prototype of all sockets: one that dials takes its methods from there, whatever TLSSocket has. */
function tap(name: 'write' | 'end' | 'push', direction: 0 | 1): void {
  const prototype = Socket.prototype as unknown as Record<string, Method>;
  const original = prototype[name] as Method;
  prototype[name] = function (this: Socket, chunk, ...rest) {
    if (this instanceof TLSSocket) record(this, direction, chunk, rest[0]);
    return original.call(this, chunk, ...rest);
  };
}
tap('write', 1);
tap('end', 1);
tap('push', 0);

/** A socket that dials may read into one buffer, past its stream: that is where `onread` is told. */
const connect = tls.connect;
tls.connect = ((options: tls.ConnectionOptions & { onread?: OnRead }, ...rest: [(() => void)?]) => {
  const { onread } = options;
  if (onread === undefined) return connect(options, ...rest);
  const callback: OnRead['callback'] = (count, buffer) => {
    record(socket, 0, buffer.subarray(0, count));
    return onread.callback(count, buffer);
  };
  const socket: TLSSocket = connect({ ...options, onread: { ...onread, callback } } as tls.ConnectionOptions, ...rest);
  return socket;
}) as typeof tls.connect;

interface OnRead {
  readonly buffer: Uint8Array;
  readonly callback: (count: number, buffer: Uint8Array) => boolean;
}
