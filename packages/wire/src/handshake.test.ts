import assert from 'node:assert/strict';
import https from 'node:https';
import net from 'node:net';
import { test } from 'node:test';
import tls from 'node:tls';
import { identity } from './fixtures/certificates.ts';
import { type Pins, station } from './fixtures/stations.ts';

const NOTHING = new Uint8Array(0);
const DAY = 86_400_000;

/** Speaks TLS to a station by hand; resolves with what it says before it closes, or the error's code. */
function speak(port: number, options: tls.ConnectionOptions, ...say: Uint8Array[]): Promise<{ code: string; said: string }> {
  return new Promise((resolve) => {
    let said = '';
    const socket = tls.connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ALPNProtocols: ['sluis/1'], ...options }, () => {
      for (const bytes of say) socket.write(bytes);
    });
    socket.on('data', (bytes) => {
      said += bytes.toString('latin1');
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve({ code: error.code ?? '', said }));
    socket.on('close', () => resolve({ code: '', said }));
  });
}

test('a station that shows another key than the pinned one is refused by the caller', async (t) => {
  const pins: Pins = new Map();
  const a = await station(t, 'alpha', pins);
  const b = await station(t, 'beta', pins);
  b.wire.onRequest('ping', async () => assert.fail('reached'));
  const stolen = { ...b.peer, certificate: identity('beta').certificate };
  await assert.rejects(a.wire.request(stolen, 'ping', {}, NOTHING), { code: 'wire/certificate-unknown', party: 'beta', exitCode: 5 });
});

test('a station with a stolen name and a key of its own stays a stranger', async (t) => {
  const pins: Pins = new Map();
  const b = await station(t, 'beta', pins, { strangers: ['hello'] });
  const thief = await station(t, 'alpha', new Map(), { identity: identity('alpha') });
  b.wire.onRequest('ping', async () => assert.fail('reached'));
  b.wire.onPush('ping', () => assert.fail('reached'));
  b.wire.onRequest('hello', async (m) => ({ header: { name: m.from.name, certificate: m.from.certificate } }));
  await assert.rejects(thief.wire.request(b.peer, 'ping', {}, NOTHING), { code: 'wire/certificate-unknown', party: 'beta' });
  const reply = await thief.wire.request(b.peer, 'hello', {}, NOTHING);
  assert.deepEqual(reply.header, { name: null, certificate: thief.identity.certificate });
  // Both go out on the same connection, which ends at the push.
  void thief.wire.push(b.peer, 'ping', {}, NOTHING).catch(() => undefined);
  await assert.rejects(thief.wire.request(b.peer, 'hello', {}, NOTHING), { code: 'wire/certificate-unknown' });
});

test('strangers are bounded in size, rate and number', async (t) => {
  const pins: Pins = new Map();
  const b = await station(t, 'beta', pins, { strangers: ['hello'], limits: { strangerPerMinute: 3, strangers: 1 } });
  b.wire.onRequest('hello', async () => ({}));
  const one = await station(t, 'one', new Map());
  const two = await station(t, 'two', new Map());
  await assert.rejects(one.wire.request(b.peer, 'hello', {}, new Uint8Array(1024 * 1024 + 1)), { code: 'wire/too-large', party: 'beta' });
  for (let i = 0; i < 3; i++) await one.wire.request(b.peer, 'hello', {}, NOTHING);
  await assert.rejects(one.wire.request(b.peer, 'hello', {}, NOTHING), { code: 'wire/busy', party: 'beta' });
  await assert.rejects(two.wire.request(b.peer, 'hello', {}, NOTHING), { code: 'wire/busy', party: 'beta' });
});

test('who is unpinned while connected is a stranger from the next message on', async (t) => {
  const pins: Pins = new Map();
  const a = await station(t, 'alpha', pins);
  const b = await station(t, 'beta', pins);
  b.wire.onRequest('ping', async (m) => ({ header: { name: m.from.name } }));
  assert.deepEqual((await a.wire.request(b.peer, 'ping', {}, NOTHING)).header, { name: 'alpha' });
  pins.delete(a.identity.certificate);
  await assert.rejects(a.wire.request(b.peer, 'ping', {}, NOTHING), { code: 'wire/certificate-unknown' });
});

for (const [what, from, to, code] of [
  ['expired', -3 * DAY, -DAY, 'wire/certificate-expired'],
  ['not yet valid', DAY, 3 * DAY, 'wire/certificate-not-yet-valid'],
] as const) {
  test(`a certificate that is ${what} is refused both ways, naming whose it is`, async (t) => {
    const pins: Pins = new Map();
    const good = await station(t, 'good', pins);
    const bad = await station(t, 'bad', pins, { identity: identity('bad', Date.now() + from, Date.now() + to) });
    for (const s of [good, bad]) s.wire.onRequest('ping', async () => assert.fail('reached'));
    await assert.rejects(good.wire.request(bad.peer, 'ping', {}, NOTHING), { code, party: 'bad' });
    await assert.rejects(bad.wire.request(good.peer, 'ping', {}, NOTHING), (e: Error & { code: string }) => {
      return e.code === code && e.message.includes('certificate of bad');
    });
    assert.ok(good.events.some((e) => e.kind === 'refused' && e.peer === 'bad' && e.code === code));
  });
}

test('clocks may differ by five minutes and no more', async (t) => {
  const pins: Pins = new Map();
  const ends = Date.now() + DAY;
  const own = identity('beta', ends - 2 * DAY, ends);
  const b = await station(t, 'beta', pins, { identity: own });
  b.wire.onRequest('ping', async () => ({}));
  const near = await station(t, 'near', pins, { clock: { now: () => ends + 4 * 60_000 }, identity: identity('near', 0, ends + DAY) });
  const far = await station(t, 'far', pins, { clock: { now: () => ends + 6 * 60_000 }, identity: identity('far', 0, ends + DAY) });
  await near.wire.request(b.peer, 'ping', {}, NOTHING);
  await assert.rejects(far.wire.request(b.peer, 'ping', {}, NOTHING), { code: 'wire/certificate-expired', party: 'beta' });
});

test('TLS 1.2, other groups and other protocols are refused; no certificate gets a goodbye', async (t) => {
  const b = await station(t, 'beta', new Map());
  assert.match((await speak(b.port, { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' })).code, /PROTOCOL/);
  assert.match((await speak(b.port, { ecdhCurve: 'P-256' })).code, /HANDSHAKE|SHARE/);
  assert.match((await speak(b.port, { ALPNProtocols: ['sluis/2'] })).code, /APPLICATION_PROTOCOL/);
  const { said } = await speak(b.port, {});
  assert.match(said, /wire\/certificate-missing/);
});

test('a caller insists on the hybrid group and on sluis/1', async (t) => {
  const a = await station(t, 'alpha', new Map());
  const own = identity('beta');
  for (const options of [
    { ecdhCurve: 'X25519', ALPNProtocols: ['sluis/1'] },
    { ALPNProtocols: ['http/1.1'] },
    { maxVersion: 'TLSv1.2', ALPNProtocols: ['sluis/1'] },
  ] as const) {
    const server = tls.createServer({ key: own.key, cert: own.cert, ...options, ALPNProtocols: [...options.ALPNProtocols] });
    server.on('tlsClientError', () => undefined);
    t.after(() => server.close());
    const port = await new Promise<number>((resolve) =>
      server.listen(0, '127.0.0.1', () => resolve((server.address() as net.AddressInfo).port)),
    );
    const peer = { name: 'beta', address: `127.0.0.1:${port}`, certificate: own.certificate };
    await assert.rejects(a.wire.request(peer, 'ping', {}, NOTHING), { code: 'wire/handshake-failed', party: 'beta' });
  }
});

test('a listener that never answers, a closed port and a bad address are named', async (t) => {
  const a = await station(t, 'alpha', new Map());
  const hasty = await station(t, 'hasty', new Map(), { limits: { dialMs: 100 } });
  const sockets: net.Socket[] = [];
  const mute = net.createServer((s) => sockets.push(s));
  const port = await new Promise<number>((resolve) => mute.listen(0, '127.0.0.1', () => resolve((mute.address() as net.AddressInfo).port)));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    mute.close();
  });
  const peer = (address: string) => ({ name: 'beta', address, certificate: 'ab'.repeat(32) });
  await assert.rejects(hasty.wire.request(peer(`127.0.0.1:${port}`), 'ping', {}, NOTHING), { code: 'wire/timeout', party: 'beta' });
  await assert.rejects(a.wire.request(peer('127.0.0.1:1'), 'ping', {}, NOTHING), { code: 'wire/unreachable', party: 'beta' });
  for (const address of ['127.0.0.1', 'http://x:1', 'x:0', 'x:70000', '::1:80', '']) {
    await assert.rejects(a.wire.request(peer(address), 'ping', {}, NOTHING), { code: 'wire/address-invalid', party: 'beta' });
  }
});

test('HTTP is served on the same port, without a client certificate, and a slow head is cut off', async (t) => {
  const b = await station(t, 'beta', new Map());
  b.wire.http.on('request', (request, response) => response.end(`you asked ${request.url}`));
  const text = await new Promise<string>((resolve, reject) => {
    https
      .get({ host: '127.0.0.1', port: b.port, path: '/x', rejectUnauthorized: false, agent: false }, (response) => {
        let body = '';
        response.on('data', (d) => (body += d)).on('end', () => resolve(body));
      })
      .on('error', reject);
  });
  assert.equal(text, 'you asked /x');
  b.wire.http.headersTimeout = 50;
  const slow = await speak(b.port, { ALPNProtocols: ['http/1.1'] }, Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n'));
  assert.match(slow.said, /^HTTP\/1.1 408/);
});
