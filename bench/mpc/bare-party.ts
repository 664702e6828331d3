/**
 * The floor's process: sends bytes around a ring of three over plain node:tls and does nothing else. The receiver dials,
 * because only a dialling socket reads into one buffer, and TLS is as cheap as node offers it (AES-128-GCM).
 */
import { createCertificate, validityOf } from '@sluis/crypto';
import tls from 'node:tls';

export type ToBare = { readonly port: number } | { readonly bytes: number } | { readonly rounds: number };
export type FromBare = { readonly port: number } | { readonly ready: true } | { readonly cpuSeconds: number };

const CHUNK = Buffer.alloc(1024 * 1024, 7);
const tell = (message: FromBare) => process.send?.(message);
const identity = await createCertificate({ name: 'bare', hosts: [], ...validityOf(Date.now(), 1) });
const options = {
  ...identity,
  minVersion: 'TLSv1.3',
  ecdhCurve: 'X25519MLKEM768',
  ciphers: 'TLS_AES_128_GCM_SHA256',
  rejectUnauthorized: false,
} as const;

let out: tls.TLSSocket | null = null;
let connected = false;
let received = 0;
/** What has been waited for so far: a neighbour may begin before this process is told to. */
let due = 0;
let heard: () => void = () => undefined;

const server = tls.createServer({ ...options, requestCert: true }, (socket) => {
  socket.setNoDelay(true);
  out = socket;
  ready();
});
server.listen(0, '127.0.0.1', () => tell({ port: (server.address() as { port: number }).port }));

process.on('disconnect', () => process.exit(0));
process.on('message', (message: ToBare) => {
  if ('port' in message) dial(message.port);
  else void measure('bytes' in message ? () => ring(message.bytes) : () => pings(message.rounds));
});

function ready(): void {
  if (out !== null && connected) tell({ ready: true });
}

function dial(port: number): void {
  const onread = {
    buffer: Buffer.allocUnsafeSlow(64 * 1024),
    callback: (count: number) => {
      received += count;
      heard();
      return true;
    },
  };
  // The types do not know that tls.connect passes `onread` on to the socket.
  const socket = tls.connect({ ...options, host: '127.0.0.1', port, onread } as tls.ConnectionOptions, () => {
    socket.setNoDelay(true);
    connected = true;
    ready();
  });
}

async function measure(act: () => Promise<void>): Promise<void> {
  const before = process.cpuUsage();
  await act();
  const { user, system } = process.cpuUsage(before);
  tell({ cpuSeconds: (user + system) / 1e6 });
}

/** Waits for that many bytes more. */
function arrived(count: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  due += count;
  const until = due;
  heard = () => {
    if (received >= until) resolve();
  };
  heard();
  return promise;
}

async function ring(bytes: number): Promise<void> {
  const all = arrived(bytes);
  for (let left = bytes; left > 0; left -= CHUNK.length) {
    const piece = CHUNK.subarray(0, Math.min(left, CHUNK.length));
    await new Promise<void>((resolve) => out?.write(piece, () => resolve()));
  }
  await all;
}

async function pings(rounds: number): Promise<void> {
  const small = Buffer.alloc(8);
  for (let i = 0; i < rounds; i++) {
    out?.write(small);
    await arrived(8);
  }
}
