/** Nobody takes all of a station's time or memory for deposits, or locks others out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Gate } from './contribute-gate.ts';
import { contributeRoutes } from './contribute-routes.ts';
import type { Services } from './services.ts';

const busy = { code: 'deposit/busy' };
const passed = (gate: Gate, address: string, tries: number): number => {
  let n = 0;
  for (let i = 0; i < tries; i++) {
    try {
      gate.ask(address);
      n += 1;
    } catch (error) {
      assert.equal((error as { code?: string }).code, busy.code);
    }
  }
  return n;
};

test('one address has its own bound, however it is written, and leaves the others theirs', () => {
  let now = 0;
  const gate = new Gate({ perAddress: 60, altogether: 200 }, () => now);
  assert.equal(passed(gate, '192.0.2.1', 10_000), 60);
  assert.equal(passed(gate, '::ffff:192.0.2.1', 10), 0);
  assert.equal(passed(gate, '192.0.2.2', 50), 50);
  assert.equal(passed(gate, '2001:db8::1', 40), 40);
  assert.equal(passed(gate, '2001:db8:0:0:ffff::1', 40), 20, 'the same network');
  assert.equal(passed(gate, '2001:db8:0:1::1', 60), 30, 'another one, until all together have had enough');
  now += 30_000;
  assert.equal(passed(gate, '192.0.2.1', 100), 30);
});

test('addresses are forgotten, the longest silent one first, and not remembered without end', () => {
  const gate = new Gate({ perAddress: 5, altogether: 1000, addresses: 3 }, () => 0);
  for (const address of ['a', 'b', 'c']) assert.equal(passed(gate, address, 9), 5);
  assert.equal(passed(gate, 'a', 1), 0);
  assert.equal(passed(gate, 'd', 9), 5);
  assert.equal(passed(gate, 'a', 1), 0, 'it was heard of after b');
  assert.equal(passed(gate, 'b', 9), 5, 'forgotten');
});

test('pieces of one giver leave room for those of others, and all together have a bound', async () => {
  const gate = new Gate({ piecesEach: 2, pieces: 5 });
  const ends: (() => void)[] = [];
  const slow = (giver: string) => gate.during(giver, () => new Promise<void>((resolve) => ends.push(resolve)));
  const open = [slow('alice'), slow('alice')];
  await assert.rejects(slow('alice'), busy);
  open.push(slow('bob'), slow('bob'), slow('carol'));
  await assert.rejects(slow('dora'), busy);
  ends[0]?.();
  await open[0];
  const again = slow('alice');
  for (const end of ends) end();
  await Promise.all([...open, again]);
  await assert.rejects(
    gate.during('dora', async () => {
      throw new Error('as it may');
    }),
    /as it may/,
  );
  assert.equal(await gate.during('dora', async () => 'passed on'), 'passed on');
});

test('routes count requests by the address they come from, and slow pieces by their giver', async () => {
  const relay = {
    requireOpen: (batch: string) => ({ agreement: 'x', giver: batch.slice(0, 5) }),
    piece: async () => undefined,
  };
  const app = contributeRoutes({ relay } as unknown as Services);
  const codes: (string | undefined)[] = [];
  app.onError((error, c) => {
    codes.push((error as { code?: string }).code);
    return c.body(null, 400);
  });
  const post = (remoteAddress: string) =>
    app.request('/contribute/agreement', { method: 'POST', body: '{}' }, { incoming: { socket: { remoteAddress } } });
  for (let i = 0; i < 700; i++) await post('192.0.2.1');
  assert.equal(codes.at(-1), 'deposit/busy');
  await post('192.0.2.2');
  assert.notEqual(codes.at(-1), 'deposit/busy');
  const stopped = new AbortController();
  const put = (batch: string, body: RequestInit['body']) =>
    app.request(`/contribute/deposits/${batch}/0`, { method: 'PUT', body, duplex: 'half', signal: stopped.signal } as RequestInit);
  const never = () => new ReadableStream({ start: (c) => stopped.signal.addEventListener('abort', () => c.error(new Error('gone'))) });
  const slow = Array.from({ length: 12 }, (_, i) => put(`alice${i}`, never()));
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal((await put('bobby1', new Uint8Array(12))).status, 200);
  stopped.abort();
  await Promise.allSettled(slow);
});
