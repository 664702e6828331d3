import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';
import { RefusedError } from '@sluis/base';
import { identity } from './fixtures/certificates.ts';
import { type Pins, station } from './fixtures/stations.ts';
import { encodeHead } from './head.ts';

const NOTHING = new Uint8Array(0);
const pair = async (t: Parameters<typeof station>[0], options: Parameters<typeof station>[3] = {}) => {
  const pins: Pins = new Map();
  return [await station(t, 'alpha', pins, options), await station(t, 'beta', pins, options)] as const;
};

test('a request is answered, sender and group come from TLS, and the run is metered at both ends', async (t) => {
  const [a, b] = await pair(t);
  b.wire.onRequest('echo', async (m) => ({ header: { from: m.from.name, got: m.header['n'] ?? null }, body: m.body }));
  const run = 'ab'.repeat(16);
  const reply = await a.wire.request(b.peer, 'echo', { n: 7, run }, Uint8Array.of(1, 2, 3));
  assert.deepEqual(reply.header, { from: 'alpha', got: 7 });
  assert.deepEqual([...reply.body], [1, 2, 3]);
  assert.equal(Object.getPrototypeOf(reply.body), Uint8Array.prototype);
  assert.equal(a.events.find((e) => e.kind === 'connected')?.detail, 'X25519MLKEM768');
  assert.ok(a.wire.meter(run).bytesSent > 3);
  assert.equal(a.wire.meter(run).bytesSent, b.wire.meter(run).bytesReceived);
  assert.equal(a.wire.meter(run).bytesReceived, b.wire.meter(run).bytesSent);
});

test('64 MB arrive unchanged both ways while small requests overtake them', async (t) => {
  const [a, b] = await pair(t);
  const sent = new Uint8Array(64_000_000);
  for (let i = 0; i < sent.length; i += 4096) sent[i] = (i * 31) >>> 8;
  sent[sent.length - 1] = 9;
  b.wire.onRequest('echo', async (m) => ({ body: m.body }));
  const order: string[] = [];
  const ask = async (name: string, body: Uint8Array) => {
    const reply = await a.wire.request(b.peer, 'echo', {}, body);
    order.push(name);
    return reply;
  };
  const big = ask('big', sent);
  const small = ask('small', Uint8Array.of(5));
  assert.ok(Buffer.from((await big).body.buffer).equals(sent));
  assert.deepEqual([...(await small).body], [5]);
  assert.deepEqual(order, ['small', 'big']);
});

test('pushes arrive in order, a small one after a large one', async (t) => {
  const [a, b] = await pair(t);
  const got: number[] = [];
  const all = Promise.withResolvers<void>();
  b.wire.onPush('tick', (m) => {
    got.push(m.body.length);
    if (got.length === 3) all.resolve();
  });
  await Promise.all([2_000_000, 1, 300_000].map((n) => a.wire.push(b.peer, 'tick', {}, new Uint8Array(n))));
  await all.promise;
  assert.deepEqual(got, [2_000_000, 1, 300_000]);
});

test("a handler's SluisError is thrown at the caller with the peer as party; anything else without its text", async (t) => {
  const [a, b] = await pair(t);
  b.wire.onRequest('no', async () => {
    throw new RefusedError('plan/nope', { stage: 'plan', message: 'No.', remedy: 'Ask less.' });
  });
  b.wire.onRequest('bug', async () => {
    throw new Error('secret 42');
  });
  await assert.rejects(a.wire.request(b.peer, 'no', {}, NOTHING), {
    code: 'plan/nope',
    party: 'beta',
    exitCode: 3,
    remedy: 'Ask less.',
    stage: 'plan',
  });
  await assert.rejects(
    a.wire.request(b.peer, 'bug', {}, NOTHING),
    (e: Error & { code: string }) => e.code === 'internal/unexpected' && !e.message.includes('42'),
  );
  await assert.rejects(a.wire.request(b.peer, 'what', {}, NOTHING), { code: 'wire/unknown-request', party: 'beta' });
});

test('aborting a request gives its reason here and aborts the handler there', async (t) => {
  const [a, b] = await pair(t);
  const started = Promise.withResolvers<void>();
  const stopped = Promise.withResolvers<unknown>();
  b.wire.onRequest('slow', (m) => {
    started.resolve();
    m.signal.addEventListener('abort', () => stopped.resolve(m.signal.reason));
    return new Promise(() => undefined);
  });
  const controller = new AbortController();
  const asked = a.wire.request(b.peer, 'slow', {}, NOTHING, { signal: controller.signal });
  await started.promise;
  const reason = new RefusedError('run/cancelled', { stage: 'run', message: 'Stop.' });
  controller.abort(reason);
  await assert.rejects(asked, reason);
  assert.equal(((await stopped.promise) as { code: string }).code, 'wire/cancelled');
});

test('aborting in the middle of a body frees the connection for the next message', async (t) => {
  const [a, b] = await pair(t, { limits: { chunkBytes: 1024 } });
  b.wire.onRequest('echo', async (m) => ({ body: m.body }));
  const controller = new AbortController();
  const asked = a.wire.request(b.peer, 'echo', {}, new Uint8Array(50_000_000), { signal: controller.signal });
  setTimeout(() => controller.abort(new RefusedError('run/cancelled', { stage: 'run', message: 'Stop.' })), 20);
  await assert.rejects(asked, { code: 'run/cancelled' });
  assert.deepEqual([...(await a.wire.request(b.peer, 'echo', {}, Uint8Array.of(4))).body], [4]);
});

test('a peer that does not answer in time is named, with the message', async (t) => {
  const [a, b] = await pair(t);
  b.wire.onRequest('never', () => new Promise(() => undefined));
  await assert.rejects(a.wire.request(b.peer, 'never', {}, NOTHING, { timeoutMs: 50 }), (e: Error & { code: string; party: string }) => {
    return e.code === 'wire/timeout' && e.party === 'beta' && e.message.includes('never');
  });
});

test('a body or header over the limit is refused on either side', async (t) => {
  const pins: Pins = new Map();
  const a = await station(t, 'alpha', pins, { limits: { bodyBytes: 1000, headerBytes: 100_000 } });
  const b = await station(t, 'beta', pins, { limits: { bodyBytes: 500, headerBytes: 1000 } });
  b.wire.onRequest('echo', async (m) => ({ body: m.body }));
  b.wire.onRequest('more', async () => ({ body: new Uint8Array(501) }));
  await assert.rejects(a.wire.request(b.peer, 'echo', {}, new Uint8Array(1001)), { code: 'wire/too-large' });
  await assert.rejects(a.wire.request(b.peer, 'echo', {}, new Uint8Array(501)), { code: 'wire/too-large', party: 'beta' });
  await assert.rejects(a.wire.request(b.peer, 'more', {}, NOTHING), { code: 'wire/too-large', party: 'beta' });
  await assert.rejects(a.wire.request(b.peer, 'echo', { text: 'x'.repeat(2000) }, NOTHING), { code: 'wire/garbage', party: 'beta' });
  assert.equal((await a.wire.request(b.peer, 'echo', {}, new Uint8Array(500))).body.length, 500);
});

test('requests beyond what a connection may have in handlers are refused as busy', async (t) => {
  const [a, b] = await pair(t, { limits: { handlingRequests: 2 } });
  const release = Promise.withResolvers<void>();
  b.wire.onRequest('wait', async () => {
    await release.promise;
    return {};
  });
  const first = [a.wire.request(b.peer, 'wait', {}, NOTHING), a.wire.request(b.peer, 'wait', {}, NOTHING)];
  await assert.rejects(a.wire.request(b.peer, 'wait', {}, NOTHING), { code: 'wire/busy' });
  release.resolve();
  await Promise.all(first);
});

test('after a restart of the peer the next request dials again; one under way fails naming the peer', async (t) => {
  const pins: Pins = new Map();
  const a = await station(t, 'alpha', pins);
  const b = await station(t, 'beta', pins);
  b.wire.onRequest('hang', () => new Promise(() => undefined));
  b.wire.onRequest('ping', async () => ({}));
  await a.wire.request(b.peer, 'ping', {}, NOTHING);
  const hanging = assert.rejects(a.wire.request(b.peer, 'hang', {}, NOTHING), { code: 'wire/closing', party: 'beta' });
  await b.wire.close();
  await hanging;
  await assert.rejects(a.wire.request(b.peer, 'ping', {}, NOTHING), { code: 'wire/unreachable', party: 'beta' });
  const again = await station(t, 'beta', pins, { identity: b.identity, port: b.port });
  again.wire.onRequest('ping', async () => ({ header: { again: true } }));
  assert.deepEqual((await a.wire.request(b.peer, 'ping', {}, NOTHING)).header, { again: true });
});

test('connections of one peer are bounded, and one that is refused does not disturb the others', async (t) => {
  const pins: Pins = new Map();
  const own = identity('alpha');
  const first = await station(t, 'alpha', pins, { identity: own });
  const second = await station(t, 'alpha', pins, { identity: own });
  const b = await station(t, 'beta', pins, { limits: { connectionsPerPeer: 1 } });
  b.wire.onRequest('ping', async () => ({}));
  await first.wire.request(b.peer, 'ping', {}, NOTHING);
  await assert.rejects(second.wire.request(b.peer, 'ping', {}, NOTHING), { code: 'wire/busy', party: 'beta' });
  await first.wire.request(b.peer, 'ping', {}, NOTHING);
});

test('closing gives up a dial that is under way', async (t) => {
  const mute = net.createServer(() => undefined);
  const port = await new Promise<number>((resolve) => mute.listen(0, '127.0.0.1', () => resolve((mute.address() as net.AddressInfo).port)));
  t.after(() => mute.close());
  const a = await station(t, 'alpha', new Map(), { limits: { dialMs: 120_000, handshakeMs: 120_000 } });
  const peer = { name: 'beta', address: `127.0.0.1:${port}`, certificate: 'ab'.repeat(32) };
  const asked = assert.rejects(a.wire.request(peer, 'ping', {}, NOTHING), { party: 'beta', exitCode: 5 });
  await new Promise((resolve) => setTimeout(resolve, 20));
  const began = performance.now();
  await a.wire.close();
  await asked;
  assert.ok(performance.now() - began < 60_000, 'not by the time limit');
  await assert.rejects(a.wire.request(peer, 'ping', {}, NOTHING), { code: 'wire/closing' });
});

test('values that canonical JSON does not hold are refused where they are written', async (t) => {
  const [a, b] = await pair(t);
  await assert.rejects(a.wire.request(b.peer, 'ping', { x: 0.5 }, NOTHING), TypeError);
  assert.throws(() => encodeHead({ kind: 'push', type: 'x', header: { x: Number.NaN }, bytes: 0 }), TypeError);
});
