/** Connections for committee payloads: only pinned stations may ask for them, and on them comes nothing but what was asked for. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import { concatBytes } from '@sluis/base';
import { PROTOCOL, STATION_GROUP } from './dial.ts';
import { identity } from './fixtures/certificates.ts';
import { type Pins, station } from './fixtures/stations.ts';
import { frameHeader, KIND } from './frame.ts';
import { encodeHead, type Head } from './head.ts';

const RUN = 'c0'.repeat(16);
const listen = (link: number): Head => ({ kind: 'listen', run: RUN, attempt: 1, link, bytes: 0 });

/** Messages without bodies. */
const framed = (heads: readonly Head[]): Uint8Array =>
  concatBytes(
    ...heads.flatMap((head, i) => {
      const payload = encodeHead(head);
      return [frameHeader(KIND.head, i + 1, i, payload.length), payload];
    }),
  );

/** How a station ends a connection that was dialled to it and on which these heads came. */
async function toldTo(t: TestContext, pinned: boolean, heads: readonly Head[], patienceMs = 120_000): Promise<string | null | undefined> {
  const pins: Pins = new Map();
  const own = identity('mallory');
  const beta = await station(t, 'beta', pins, { strangers: ['hello'] });
  if (pinned) pins.set(own.certificate, 'mallory');
  await new Promise<void>((resolve) => {
    const socket = tls.connect({ host: '127.0.0.1', port: beta.port, ...own, rejectUnauthorized: false, ALPNProtocols: [PROTOCOL] }, () =>
      socket.write(framed(heads)),
    );
    socket.setTimeout(patienceMs, () => socket.destroy());
    socket.on('data', () => undefined);
    socket.on('error', () => undefined);
    socket.on('close', () => resolve());
  });
  return beta.events.find((e) => e.kind === 'closed' && e.detail === 'accepted')?.code;
}

test('a station that no agreement pins may not ask for payloads', async (t) => {
  const code = await toldTo(t, false, [listen(1)]);
  assert.match(code ?? '', /^wire\/(?!disconnected)/);
  assert.notEqual(code, 'wire/garbage');
});

test('a pinned one may ask once under each number, and sends no payloads where it is to receive them', async (t) => {
  // Nothing happens: so long is waited for it.
  assert.notEqual(await toldTo(t, true, [listen(1), listen(2), { kind: 'unlisten', link: 1, bytes: 0 }, listen(1)], 1500), 'wire/garbage');
  assert.equal(await toldTo(t, true, [listen(1), listen(1)]), 'wire/garbage');
  assert.equal(
    await toldTo(
      t,
      true,
      Array.from({ length: 1025 }, (_, i) => listen(i + 1)),
    ),
    'wire/garbage',
  );
  assert.equal(await toldTo(t, true, [{ kind: 'step', link: 1, step: 'one', bytes: 0 }]), 'wire/garbage');
});

/** How a station ends a connection that it has dialled to ask for payloads, and on which these heads come. */
async function answeredWith(t: TestContext, heads: readonly Head[]): Promise<string | null | undefined> {
  const own = identity('alpha');
  const server = tls.createServer({
    ...own,
    minVersion: 'TLSv1.3',
    ecdhCurve: STATION_GROUP,
    ALPNProtocols: [PROTOCOL],
    requestCert: true,
    rejectUnauthorized: false,
  });
  server.on('secureConnection', (socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.write(framed(heads)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const beta = await station(t, 'beta', new Map());
  const alpha = { name: 'alpha', address: `127.0.0.1:${(server.address() as AddressInfo).port}`, certificate: own.certificate };
  const absent = { name: 'gamma', address: '127.0.0.1:1', certificate: '00'.repeat(32) };
  const links = beta.wire.links({
    run: RUN,
    attempt: 1,
    me: 1,
    peers: [alpha, null, absent],
    timeoutMs: 120_000,
    signal: new AbortController().signal,
  });
  const step = await links.receive(0, 'one').then(
    () => 'received',
    () => null,
  );
  return step ?? beta.events.find((e) => e.kind === 'closed' && e.detail === 'dialled')?.code;
}

test('on a dialled connection nothing comes but payloads, under numbers that were given out', async (t) => {
  // One of the two peers is away: number 1 is the only one given out.
  const step = (link: number): Head => ({ kind: 'step', link, step: 'one', bytes: 0 });
  assert.equal(await answeredWith(t, [step(1)]), 'received');
  assert.equal(await answeredWith(t, [step(2)]), 'wire/garbage');
  assert.equal(await answeredWith(t, [{ kind: 'mpc', run: RUN, attempt: 1, step: 'one', bytes: 0 }]), 'wire/garbage');
  assert.equal(await answeredWith(t, [{ kind: 'request', type: 'echo', header: {}, bytes: 0 }]), 'wire/garbage');
  assert.equal(await answeredWith(t, [listen(1)]), 'wire/garbage');
});
