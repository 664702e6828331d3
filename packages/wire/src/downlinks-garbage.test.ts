import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import tls from 'node:tls';
import { concatBytes, utf8 } from '@sluis/base';
import fc from 'fast-check';
import { identity } from './fixtures/certificates.ts';
import { type Pins, station, type TestStation } from './fixtures/stations.ts';
import { frameHeader, type Kind, KIND } from './frame.ts';
import { decodeHead, encodeHead, type Head } from './head.ts';
import type { WireLimits } from './limits.ts';

const RUN = 'e0'.repeat(16);
const frame = (kind: Kind, message: number, sequence: number, payload: Uint8Array) =>
  concatBytes(frameHeader(kind, message, sequence, payload.length), payload);
const head = (number: number, sequence: number, value: Head) => frame(KIND.head, number, sequence, encodeHead(value));
const step = (link: number, name: string, bytes: number): Head => ({ kind: 'step', link, step: name, bytes });

/** A pinned but misbehaving sender to whom beta listens: it says these bytes, and beta waits for step "one". */
async function misbehave(t: TestContext, bytes: Uint8Array, limits: Partial<WireLimits> = {}) {
  const own = identity('mallory');
  const server = tls.createServer(
    {
      ...own,
      ALPNProtocols: ['sluis/1'],
      ecdhCurve: 'X25519MLKEM768',
      minVersion: 'TLSv1.3',
      requestCert: true,
      rejectUnauthorized: false,
    },
    (socket) => {
      socket.on('error', () => undefined);
      // Its first frame is the wish to listen, under number 1.
      socket.once('data', () => socket.write(bytes));
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const pins: Pins = new Map([[own.certificate, 'mallory']]);
  const [b, c] = [await station(t, 'beta', pins, { limits }), await station(t, 'gamma', pins)];
  const mallory = { name: 'mallory', address: `127.0.0.1:${(server.address() as AddressInfo).port}`, certificate: own.certificate };
  const links = b.wire.links({
    run: RUN,
    attempt: 1,
    me: 1,
    peers: [mallory, null, c.peer],
    timeoutMs: 120_000,
    signal: new AbortController().signal,
  });
  return { b: b as TestStation, links };
}

const bad: Record<string, { readonly bytes: Uint8Array; readonly code?: string; readonly limits?: Partial<WireLimits> }> = {
  'plain text': { bytes: utf8('HTTP/1.1 200 OK\r\n\r\n') },
  'a payload that nobody asked for': { bytes: concatBytes(head(1, 0, step(77, 'one', 1)), frame(KIND.data, 1, 1, utf8('x'))) },
  'a request': { bytes: head(1, 0, { kind: 'request', type: 'echo', header: {}, bytes: 0 }) },
  'a wish to listen': { bytes: head(1, 0, { kind: 'listen', run: RUN, attempt: 1, link: 5, bytes: 0 }) },
  'a step without a name': { bytes: head(1, 0, step(1, '', 1)) },
  'a step whose name is too long': { bytes: head(1, 0, step(1, 's'.repeat(201), 1)) },
  'a step whose name is not UTF-8': { bytes: frame(KIND.head, 1, 0, concatBytes(encodeHead(step(1, 'one', 1)), Uint8Array.of(0xff))) },
  'a head cut short': { bytes: frame(KIND.head, 1, 0, Uint8Array.of(1, 0, 0)) },
  'more data than announced': { bytes: concatBytes(head(1, 0, step(1, 'one', 1)), frame(KIND.data, 1, 1, utf8('xy'))) },
  'an enormous payload': { bytes: head(1, 0, step(1, 'one', 1001)), code: 'wire/too-large', limits: { payloadBytes: 1000 } },
  'more unfinished payloads than allowed': {
    bytes: concatBytes(...Array.from({ length: 4 }, (_, i) => head(i + 1, i, step(1, `s${i}`, 40 * 1024 * 1024)))),
    limits: { payloadBytes: 41 * 1024 * 1024 },
  },
  'a step twice': {
    bytes: concatBytes(head(1, 0, step(1, 'two', 0)), head(2, 1, step(1, 'two', 0))),
    code: 'wire/duplicate',
  },
};

for (const [what, { bytes, code = 'wire/garbage', limits = {} }] of Object.entries(bad)) {
  test(`${what} instead of payloads ends the wait for them, naming the peer`, async (t) => {
    const { links } = await misbehave(t, bytes, limits);
    await assert.rejects(links.receive(0, 'one'), { code, party: 'mallory' });
  });
}

test('control: a payload that was asked for is received', async (t) => {
  const { links } = await misbehave(t, concatBytes(head(1, 0, step(1, 'one', 2)), frame(KIND.data, 1, 1, utf8('ok'))));
  assert.equal(Buffer.from(await links.receive(0, 'one')).toString(), 'ok');
});

test('the heads of payloads are read as they were written, and nothing else reads as one', () => {
  const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() | 0);
  console.log(`fast-check seed ${seed}`);
  const heads = fc.record({
    kind: fc.constant('step' as const),
    link: fc.integer({ min: 0, max: 0xffff_ffff }),
    step: fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' }).filter((s) => s.length <= 200),
    bytes: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
  });
  fc.assert(
    fc.property(heads, (value) => {
      assert.deepEqual(decodeHead('beta', encodeHead(value)), { ...value });
    }),
    { seed },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (rest) => {
      const bytes = concatBytes(Uint8Array.of(1), rest);
      try {
        assert.ok(Buffer.from(bytes).equals(encodeHead(decodeHead('beta', bytes))));
      } catch (thrown) {
        assert.equal((thrown as { code?: string }).code, 'wire/garbage');
      }
    }),
    { seed, numRuns: 500 },
  );
});
