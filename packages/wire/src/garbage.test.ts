import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import tls from 'node:tls';
import { concatBytes, utf8 } from '@sluis/base';
import { identity } from './fixtures/certificates.ts';
import { type Pins, station, type StationOptions } from './fixtures/stations.ts';
import { frameHeader, type Kind, KIND } from './frame.ts';
import { encodeHead, type Head } from './head.ts';

const frame = (kind: Kind, message: number, sequence: number, payload: Uint8Array, length = payload.length) =>
  concatBytes(frameHeader(kind, message, sequence, length), payload);
const head = (number: number, sequence: number, value: Head) => frame(KIND.head, number, sequence, encodeHead(value));
const request = (bytes: number): Head => ({ kind: 'request', type: 'echo', header: {}, bytes });

/** A pinned but misbehaving station: resolves with what it is told before the connection ends. */
async function misbehave(t: TestContext, bytes: Uint8Array, options: StationOptions & { end?: boolean } = {}) {
  const pins: Pins = new Map();
  const own = identity('mallory');
  const b = await station(t, 'beta', pins, options);
  pins.set(own.certificate, 'mallory');
  const bodies: number[] = [];
  b.wire.onRequest('echo', async (m) => {
    bodies.push(m.body.length);
    return { body: m.body };
  });
  const said = await new Promise<string>((resolve) => {
    let text = '';
    const socket = tls.connect({ host: '127.0.0.1', port: b.port, ...own, rejectUnauthorized: false, ALPNProtocols: ['sluis/1'] }, () => {
      socket.write(bytes);
      if (options.end) socket.end();
    });
    socket.on('data', (d) => {
      text += d.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
  });
  return { said, bodies, closed: b.events.find((e) => e.kind === 'closed') };
}

const bad: Record<string, Uint8Array> = {
  'plain text': utf8('GET / HTTP/1.1\r\nHost: beta\r\n\r\n'),
  'a frame of unknown kind': frame(9 as Kind, 1, 0, utf8('x')),
  'an enormous frame': frameHeader(KIND.data, 1, 0, 0xffff_ffff),
  'an enormous head': frameHeader(KIND.head, 1, 0, 300_000),
  'an empty data frame': concatBytes(head(1, 0, request(5)), frameHeader(KIND.data, 1, 1, 0)),
  'a head that is no JSON': frame(KIND.head, 1, 0, utf8('{')),
  'a head that is not canonical': frame(KIND.head, 1, 0, utf8('{"kind":"request","type":"echo","header":{},"bytes":0}')),
  'a head with an unknown member': frame(KIND.head, 1, 0, utf8('{"bytes":0,"header":{},"kind":"request","sender":"alpha","type":"echo"}')),
  'a head with a negative size': frame(KIND.head, 1, 0, utf8('{"bytes":-1,"header":{},"kind":"request","type":"echo"}')),
  'data without a head': frame(KIND.data, 1, 0, utf8('x')),
  'more data than announced': concatBytes(head(1, 0, request(1)), frame(KIND.data, 1, 1, utf8('xy'))),
  'a repeated frame': concatBytes(head(1, 0, request(2)), frame(KIND.data, 1, 1, utf8('x')), frame(KIND.data, 1, 1, utf8('x'))),
  'a repeated message number': concatBytes(head(1, 0, request(1)), head(1, 1, request(1))),
  'a skipped message number': head(2, 0, request(0)),
  'an answer to nothing': head(1, 0, { kind: 'reply', answers: 1, header: {}, bytes: 0 }),
  'a cancellation of nothing': frame(KIND.abort, 3, 0, new Uint8Array(0)),
  'a ping with a payload': frame(KIND.ping, 0, 0, utf8('x')),
};

for (const [what, bytes] of Object.entries(bad)) {
  test(`${what} ends the connection, and the sender is told and named`, async (t) => {
    const { said, closed, bodies } = await misbehave(t, bytes);
    assert.match(said, /wire\/garbage/);
    assert.equal(closed?.code, 'wire/garbage');
    assert.equal(closed?.peer, 'mallory');
    assert.deepEqual(bodies, []);
  });
}

test('a body over the limit is refused at its head, before a byte of it', async (t) => {
  const { said, closed } = await misbehave(t, head(1, 0, request(1001)), { limits: { bodyBytes: 1000 } });
  assert.match(said, /wire\/too-large/);
  assert.equal(closed?.code, 'wire/too-large');
});

test('unfinished messages are bounded together', async (t) => {
  const many = Array.from({ length: 5 }, (_, i) => head(i + 1, i, request(30 * 1024 * 1024)));
  const { closed } = await misbehave(t, concatBytes(...many), { limits: { bodyBytes: 31 * 1024 * 1024 } });
  assert.equal(closed?.code, 'wire/garbage');
});

test('a message that is cut off is not delivered', async (t) => {
  const cut = concatBytes(head(1, 0, request(10)), frame(KIND.data, 1, 1, utf8('12345'), 10));
  const { closed, bodies } = await misbehave(t, cut, { end: true });
  assert.equal(closed?.code, 'wire/disconnected');
  assert.deepEqual(bodies, []);
});

test('a whole message in single bytes is delivered', async (t) => {
  const pins: Pins = new Map();
  const own = identity('slow');
  const b = await station(t, 'beta', pins);
  pins.set(own.certificate, 'slow');
  const got = new Promise<string>((resolve) => {
    b.wire.onRequest('echo', async (m) => {
      resolve(Buffer.from(m.body).toString());
      return {};
    });
  });
  const bytes = concatBytes(head(1, 0, request(4)), frame(KIND.data, 1, 1, utf8('ab')), frame(KIND.data, 1, 2, utf8('cd')));
  const socket = tls.connect({ host: '127.0.0.1', port: b.port, ...own, rejectUnauthorized: false, ALPNProtocols: ['sluis/1'] }, () => {
    for (const byte of bytes) socket.write(Uint8Array.of(byte));
  });
  t.after(() => socket.destroy());
  assert.equal(await got, 'abcd');
});

test('a peer that falls silent without closing is given up and named', async (t) => {
  const { closed } = await misbehave(t, head(1, 0, request(10)), { limits: { pingMs: 50, silentMs: 150 } });
  assert.equal(closed?.code, 'wire/timeout');
  assert.equal(closed?.peer, 'mallory');
});
