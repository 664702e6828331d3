/** Every network fault, in either direction, at every phase: the right answer or an error that names the peer; never a wrong answer, never a hang. */
import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { SluisError } from '@sluis/base';
import { eventually, type Pins, station } from '../../packages/wire/src/fixtures/stations.ts';
import { type Fault, FaultProxy, type FaultRule } from './fault-proxy.ts';

/** Short, since faults that are noticed by silence have to wait for it; long enough for a handshake on a busy machine. */
const LIMITS = { dialMs: 4_000, handshakeMs: 2_000, pingMs: 200, silentMs: 1_500 };
const TIMEOUT_MS = 60_000;
const BODY = new Uint8Array(300_000).map((_, i) => i * 7);

async function line(t: TestContext, rules: readonly FaultRule[]) {
  const pins: Pins = new Map();
  const a = await station(t, 'alpha', pins, { limits: LIMITS });
  const b = await station(t, 'beta', pins, { limits: LIMITS });
  const proxy = await FaultProxy.start(b.port, rules);
  t.after(() => proxy.close());
  b.wire.onRequest('echo', async (m) => ({ body: m.body }));
  return { a, b, proxy, through: { ...b.peer, address: proxy.address } };
}

/** In the handshake, just after it, in the middle of the body. */
const OFFSETS = { handshake: 150, head: 4_000, body: 150_000 };
const FAULTS: readonly { fault: Fault; survives: boolean }[] = [
  { fault: { kind: 'stall' }, survives: false },
  { fault: { kind: 'drop' }, survives: false },
  { fault: { kind: 'delay', delayMs: 20 }, survives: true },
  { fault: { kind: 'truncate' }, survives: false },
  { fault: { kind: 'garbage', count: 3 }, survives: false },
  { fault: { kind: 'repeat', count: 40 }, survives: false },
  { fault: { kind: 'half-open' }, survives: false },
  { fault: { kind: 'reset' }, survives: false },
];

const cases = FAULTS.flatMap(({ fault, survives }) =>
  (['to-station', 'from-station'] as const).flatMap((direction) =>
    Object.entries(OFFSETS).map(([phase, atByte]) => ({ fault, survives, direction, phase, atByte })),
  ),
);

// Most of the time is waiting, so several wait together.
describe('a fault while a request is under way', { concurrency: 6 }, () => {
  for (const { fault, survives, direction, phase, atByte } of cases)
    test(`${fault.kind} ${direction} in the ${phase}: ${survives ? 'the right answer' : 'an error that names the peer, then a fresh connection'}`, async (t) => {
      const { a, proxy, through } = await line(t, [{ fault, direction, atByte, connection: 0 }]);
      const asked = a.wire.request(through, 'echo', {}, BODY, { timeoutMs: TIMEOUT_MS });
      if (survives) assert.deepEqual((await asked).body, BODY);
      else {
        await assert.rejects(asked, (e: unknown) => {
          assert.ok(e instanceof SluisError, String(e));
          assert.match(e.code, /^wire\//);
          assert.equal(e.exitCode, 5);
          assert.ok(e.party === 'beta' || e.message.includes('beta'), e.message);
          return true;
        });
      }
      assert.equal(proxy.struck.length, 1, 'the fault has struck');
      const again = await a.wire.request(through, 'echo', {}, BODY, { timeoutMs: TIMEOUT_MS });
      assert.deepEqual(again.body, BODY);
    });
});

test('a fault on a standing connection is noticed while a committee waits', async (t) => {
  for (const kind of ['stall', 'reset', 'half-open'] as const) {
    const { a, b, proxy, through } = await line(t, []);
    const signal = new AbortController().signal;
    const common = { run: 'ab', attempt: 1, timeoutMs: TIMEOUT_MS, signal };
    const nobody = { name: 'gamma', address: '127.0.0.1:1', certificate: 'cd'.repeat(32) };
    const left = a.wire.links({ ...common, me: 0, peers: [null, through, nobody] });
    const right = b.wire.links({ ...common, me: 1, peers: [a.peer, null, nobody] });
    // Payloads come on the connection that their receiver has dialled: here through the proxy, from the station behind it.
    await eventually(() => a.events.some((e) => e.kind === 'connected' && e.peer === 'beta'), 'alpha is connected');
    let probes = 0;
    await eventually(async () => {
      const [step, before] = [`probe ${probes++}`, proxy.passed('from-station')];
      await right.send(0, step, new Uint8Array(5_000).fill(probes));
      assert.equal((await left.receive(1, step))[7], probes);
      return proxy.passed('from-station') - before > 5_000;
    }, 'payloads come through the proxy');
    const owed = left.receive(1, 'two');
    owed.catch(() => undefined);
    proxy.disturb('from-station', { kind });
    right.send(0, 'two', new Uint8Array(100_000)).catch(() => undefined);
    await assert.rejects(owed, (e: unknown) => e instanceof SluisError && e.party === 'beta' && e.exitCode === 5 && /^wire\//.test(e.code));
  }
});

test('the proxy itself changes nothing when no rule strikes', async (t) => {
  const { a, proxy, through } = await line(t, [{ fault: { kind: 'reset' }, direction: 'to-station', atByte: 10, connection: 5 }]);
  const big = new Uint8Array(5_000_000).map((_, i) => i >>> 3);
  assert.deepEqual((await a.wire.request(through, 'echo', {}, big)).body, big);
  assert.equal(proxy.struck.length, 0);
  assert.equal(proxy.connections, 1);
});
