/** The port of two-party protocols over one TLS 1.3 connection (hybrid group, as between stations), for processes of a benchmark. */
import { connect, createServer, type TLSSocket } from 'node:tls';
import { createCertificate, validityOf } from '@sluis/crypto';
import type { PairLink } from '@sluis/model';

/** Frame: length of the step's name (1 byte), the name, length of the body (4 bytes), the body. */
class FrameReader {
  #small: Buffer = Buffer.alloc(0);
  #body: { readonly step: string; readonly bytes: Buffer; filled: number } | null = null;
  readonly #arrived: { readonly step: string; readonly body: Uint8Array }[] = [];
  #waiting: (() => void) | null = null;
  #gone = false;

  take(chunk: Buffer): void {
    let rest = this.#small.length === 0 ? chunk : Buffer.concat([this.#small, chunk]);
    this.#small = Buffer.alloc(0);
    while (rest.length > 0) {
      if (this.#body === null) {
        const name = rest[0] as number;
        if (rest.length < 5 + name) {
          this.#small = Buffer.from(rest);
          return;
        }
        const bytes = Buffer.allocUnsafeSlow(rest.readUInt32LE(1 + name));
        this.#body = { step: rest.toString('latin1', 1, 1 + name), bytes, filled: 0 };
        rest = rest.subarray(5 + name);
      }
      const taken = Math.min(rest.length, this.#body.bytes.length - this.#body.filled);
      rest.copy(this.#body.bytes, this.#body.filled, 0, taken);
      this.#body.filled += taken;
      rest = rest.subarray(taken);
      if (this.#body.filled < this.#body.bytes.length) return;
      this.#arrived.push({ step: this.#body.step, body: new Uint8Array(this.#body.bytes.buffer) });
      this.#body = null;
      this.#waiting?.();
    }
  }

  end(): void {
    this.#gone = true;
    this.#waiting?.();
  }

  async next(step: string): Promise<Uint8Array> {
    while (this.#arrived.length === 0) {
      if (this.#gone) throw new Error(`the peer is gone at ${step}`);
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
    const { step: found, body } = this.#arrived.shift() as { step: string; body: Uint8Array };
    if (found !== step) throw new Error(`${found} came instead of ${step}`);
    return body;
  }
}

export interface TlsLink extends PairLink {
  readonly bytesSent: number;
  close(): void;
}

function linkOver(socket: TLSSocket): TlsLink {
  const reader = new FrameReader();
  socket.setNoDelay(true);
  socket.on('data', (chunk: Buffer) => reader.take(chunk));
  socket.on('close', () => reader.end());
  socket.on('error', () => reader.end());
  return {
    get bytesSent() {
      return socket.bytesWritten;
    },
    async send(step, body) {
      const head = Buffer.alloc(5 + step.length);
      head[0] = step.length;
      head.write(step, 1, 'latin1');
      head.writeUInt32LE(body.length, 1 + step.length);
      socket.cork();
      socket.write(head);
      const room = socket.write(body);
      socket.uncork();
      if (!room) await new Promise((resolve) => socket.once('drain', resolve));
    },
    async receive(step, bytes) {
      const body = await reader.next(step);
      if (typeof bytes === 'number' ? body.length === bytes : body.length <= bytes.atMost) return body;
      throw new Error(`${step} has ${body.length} bytes`);
    },
    close: () => socket.destroy(),
  };
}

const OPTIONS = { minVersion: 'TLSv1.3', ecdhCurve: 'X25519MLKEM768' } as const;

/** Listens on loopback for one peer. */
export async function listen(): Promise<{ readonly port: number; readonly link: Promise<TlsLink> }> {
  const tls = await createCertificate({ name: 'bench', hosts: [], ...validityOf(Date.now(), 1) });
  const { promise: link, resolve } = Promise.withResolvers<TlsLink>();
  const server = createServer({ ...OPTIONS, cert: tls.cert, key: tls.key }, (socket) => {
    server.close();
    resolve(linkOver(socket));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return { port: (server.address() as { port: number }).port, link };
}

/** Connects to a process on loopback that listens; certificates are no part of what is measured. */
export function dial(port: number): Promise<TlsLink> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...OPTIONS, host: '127.0.0.1', port, rejectUnauthorized: false }, () => resolve(linkOver(socket)));
    socket.once('error', reject);
  });
}
