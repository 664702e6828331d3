/**
 * Test seam, loaded with `node --import`: writes what this process sends and receives inside TLS to a file, so that
 * tests can read "decrypted transcripts". Production code neither imports nor knows it.
 *
 * Record: 1 byte direction (0 received, 1 sent), 32 bytes SHA-256 of the peer's public key (zero if it has shown none),
 * 4 bytes length, then the bytes.
 */
import { createHash } from 'node:crypto';
import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';

const folder = process.env['SLUIS_TEST_TRANSCRIPTS'];
if (folder === undefined) throw new Error('SLUIS_TEST_TRANSCRIPTS must name a folder');
const file = openSync(join(folder, `${process.pid}.transcript`), 'a', 0o600);

function peerOf(socket: TLSSocket): Uint8Array {
  const certificate = socket.getPeerX509Certificate?.();
  if (certificate === undefined) return new Uint8Array(32);
  return createHash('sha256')
    .update(certificate.publicKey.export({ type: 'spki', format: 'der' }))
    .digest();
}

function record(socket: TLSSocket, direction: 0 | 1, chunk: unknown): void {
  if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array)) return;
  const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
  const head = Buffer.alloc(37);
  head[0] = direction;
  head.set(peerOf(socket), 1);
  head.writeUInt32BE(bytes.length, 33);
  writeSync(file, Buffer.concat([head, bytes]));
}

const prototype = TLSSocket.prototype as unknown as {
  write(chunk: unknown, ...rest: unknown[]): boolean;
  end(chunk?: unknown, ...rest: unknown[]): unknown;
  push(chunk: unknown, ...rest: unknown[]): boolean;
};
const original = { write: prototype.write, end: prototype.end, push: prototype.push };
prototype.write = function (this: TLSSocket, chunk, ...rest) {
  record(this, 1, chunk);
  return original.write.call(this, chunk, ...rest);
} as typeof prototype.write;
prototype.push = function (this: TLSSocket, chunk, ...rest) {
  record(this, 0, chunk);
  return original.push.call(this, chunk, ...rest);
} as typeof prototype.push;
