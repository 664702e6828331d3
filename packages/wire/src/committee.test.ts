import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { RefusedError } from '@sluis/base';
import type { OpenLinks } from './committee-links.ts';
import { eventually, type Pins, station, type TestStation } from './fixtures/stations.ts';
import type { WireLimits } from './limits.ts';

const RUN = 'c0'.repeat(16);
type Seat = 0 | 1 | 2;

async function three(t: TestContext, limits: Partial<WireLimits> = {}) {
  const pins: Pins = new Map();
  const all: TestStation[] = [];
  for (const name of ['alpha', 'beta', 'gamma']) all.push(await station(t, name, pins, { limits }));
  const open = (me: Seat, change: { attempt?: number; timeoutMs?: number; signal?: AbortSignal } = {}): OpenLinks =>
    (all[me] as TestStation).wire.links({
      run: RUN,
      attempt: 1,
      me,
      peers: all.map((s, seat) => (seat === me ? null : s.peer)) as never,
      timeoutMs: 120_000,
      signal: new AbortController().signal,
      ...change,
    });
  /** That so many bytes of payloads at least have come to beta. */
  const arrived = (bytes: number) => eventually(() => (all[1]?.wire.meter(RUN).bytesReceived ?? 0) >= bytes, `${bytes} bytes came`);
  return { all: all as [TestStation, TestStation, TestStation], open, arrived };
}

test('payloads reach the right step, whatever the order of sending and receiving; rounds and bytes are metered', async (t) => {
  const { all, open } = await three(t);
  const [a, b, c] = [open(0), open(1), open(2)];
  await a.send(1, 'two', Uint8Array.of(2));
  await a.send(1, 'one', Uint8Array.of(1));
  const later = b.receive(2, 'three');
  assert.deepEqual([...(await b.receive(0, 'one'))], [1]);
  assert.deepEqual([...(await b.receive(0, 'two'))], [2]);
  await c.send(1, 'three', new Uint8Array(0));
  const empty = await later;
  assert.equal(empty.length, 0);
  a.round();
  assert.equal(all[0].wire.meter(RUN).rounds, 1);
  assert.equal(all[0].wire.meter(RUN).bytesSent + all[2].wire.meter(RUN).bytesSent, all[1].wire.meter(RUN).bytesReceived);
  assert.throws(() => open(0), RangeError);
});

test('frames that arrive before the links are open are kept for them', async (t) => {
  const { open, arrived } = await three(t);
  const a = open(0);
  await a.send(1, 'one', Uint8Array.of(1));
  await a.send(1, 'two', Uint8Array.of(2));
  await arrived(2);
  const b = open(1);
  assert.deepEqual([...(await b.receive(0, 'two'))], [2]);
  assert.deepEqual([...(await b.receive(0, 'one'))], [1]);
});

test('too many early frames spoil that attempt with an error, not silently', async (t) => {
  const { open, arrived } = await three(t, { earlyBytes: 1000 });
  const a = open(0);
  await a.send(1, 'one', new Uint8Array(600));
  await a.send(1, 'two', new Uint8Array(600));
  await arrived(1200);
  await assert.rejects(open(1).receive(0, 'one'), { code: 'wire/flooded', party: 'alpha' });
});

test('a repeated step is refused, and nothing of that peer is used any more', async (t) => {
  const { open } = await three(t);
  const [a, b] = [open(0), open(1)];
  await a.send(1, 'one', Uint8Array.of(1));
  assert.deepEqual([...(await b.receive(0, 'one'))], [1]);
  const waiting = assert.rejects(b.receive(0, 'two'), (e: Error & { code: string; party: string }) => {
    return e.code === 'wire/duplicate' && e.party === 'alpha' && e.message.includes('"one"');
  });
  await a.send(1, 'one', Uint8Array.of(9));
  await waiting;
  await assert.rejects(b.receive(0, 'three'), { code: 'wire/duplicate' });
});

test('frames of another attempt, of a closed one and of an outsider do not count', async (t) => {
  const { all, open } = await three(t);
  const pins: Pins = new Map();
  const outsider = await station(t, 'delta', pins);
  open(0, { attempt: 1 }).close();
  const [b2, a2] = [open(1, { attempt: 2, timeoutMs: 150 }), open(0, { attempt: 2 })];
  const b1 = open(1, { attempt: 1 });
  await b1.send(0, 'one', Uint8Array.of(1));
  const stolen = outsider.wire.links({
    run: RUN,
    attempt: 2,
    me: 0,
    peers: [null, all[1].peer, all[2].peer],
    timeoutMs: 120_000,
    signal: new AbortController().signal,
  });
  await stolen.send(1, 'one', Uint8Array.of(66));
  await assert.rejects(b2.receive(0, 'one'), { code: 'wire/timeout', party: 'alpha' });
  await a2.send(1, 'late', Uint8Array.of(2));
  // Its time is over, so that it takes what has come and waits for nothing.
  let late: Uint8Array | null = null;
  await eventually(async () => {
    late = await b2.receive(0, 'late').catch(() => null);
    return late !== null;
  }, 'what came late is there');
  assert.deepEqual(late, Uint8Array.of(2));
  await eventually(() => all[0].events.some((e) => e.kind === 'dropped' && e.detail === `${RUN}/1 one`), 'a closed attempt takes nothing');
});

test('a stalled peer is named with the step', async (t) => {
  const { open } = await three(t);
  open(0);
  const b = open(1, { timeoutMs: 60 });
  await assert.rejects(b.receive(0, '7 less'), (e: Error & { code: string; party: string }) => {
    return e.code === 'wire/timeout' && e.party === 'alpha' && e.message.includes('7 less');
  });
});

test('when a peer goes away, what it had sent still arrives and what it owes fails at once', async (t) => {
  const { all, open } = await three(t);
  const [a, b] = [open(0), open(1)];
  await a.send(1, 'one', Uint8Array.of(1));
  const owed = assert.rejects(b.receive(0, 'two'), { party: 'alpha', exitCode: 5 });
  await all[0].wire.close();
  await owed;
  assert.deepEqual([...(await b.receive(0, 'one'))], [1]);
});

test('a peer that had only been sent to is missed too', async (t) => {
  const { all, open } = await three(t);
  const b = open(1, { timeoutMs: 120_000 });
  await b.send(0, 'one', Uint8Array.of(1));
  const owed = assert.rejects(b.receive(0, 'two'), { party: 'alpha', exitCode: 5 });
  await all[0].wire.close();
  await owed;
  await assert.rejects(b.send(0, 'three', Uint8Array.of(1)), { code: 'wire/unreachable', party: 'alpha' });
});

test("an aborted run gives the signal's reason to whoever waits; closed links give nothing", async (t) => {
  const { open } = await three(t);
  const controller = new AbortController();
  const b = open(1, { signal: controller.signal });
  const reason = new RefusedError('run/cancelled', { stage: 'run', message: 'Stop.' });
  const waiting = assert.rejects(b.receive(0, 'one'), reason);
  controller.abort(reason);
  await waiting;
  await assert.rejects(b.receive(0, 'two'), reason);
  await assert.rejects(b.send(0, 'two', Uint8Array.of(1)), reason);
  b.close();
  const c = open(2);
  c.close();
  await assert.rejects(c.receive(0, 'one'), { code: 'wire/links-closed' });
});

test('a large payload is received whole, aligned for words', async (t) => {
  const { open } = await three(t);
  const [a, b] = [open(0), open(1)];
  const words = BigUint64Array.from({ length: 500_000 }, (_, i) => BigInt(i) * 0x9e37_79b9_7f4an);
  await a.send(1, 'one', new Uint8Array(words.buffer));
  const got = await b.receive(0, 'one');
  assert.equal(got.byteOffset % 8, 0);
  assert.deepEqual(new BigUint64Array(got.buffer), words);
});
