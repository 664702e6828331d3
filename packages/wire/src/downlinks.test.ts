import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { OpenLinks } from './committee-links.ts';
import { proxyTo, type LinkProxy } from './fixtures/proxy.ts';
import { eventually, type Pins, station, type TestStation } from './fixtures/stations.ts';
import type { WireLimits } from './limits.ts';

const RUN = 'd0'.repeat(16);
const MiB = 1024 * 1024;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

interface Pair {
  readonly sender: OpenLinks;
  readonly receiver: OpenLinks;
  readonly proxy: LinkProxy;
  readonly stations: readonly [TestStation, TestStation];
}

/** Alpha sends to beta, who reaches alpha through a proxy and listens to it when this returns. */
async function listening(t: TestContext, limits: Partial<WireLimits> = {}, timeoutMs = 120_000): Promise<Pair> {
  const pins: Pins = new Map();
  const [a, b, c] = [
    await station(t, 'alpha', pins, { limits }),
    await station(t, 'beta', pins, { limits }),
    await station(t, 'gamma', pins),
  ];
  const proxy = await proxyTo(t, a.port);
  const open = (s: TestStation, me: 0 | 1, peers: unknown) =>
    s.wire.links({ run: RUN, attempt: 1, me, peers: peers as never, timeoutMs, signal: new AbortController().signal });
  const receiver = open(b, 1, [{ ...a.peer, address: proxy.address }, null, c.peer]);
  await eventually(() => b.events.some((e) => e.kind === 'connected' && e.peer === 'alpha'), 'beta is connected');
  const sender = open(a, 0, [null, b.peer, c.peer]);
  // The wish to listen is on its way; that it has come shows in the way that payloads take.
  let probes = 0;
  await eventually(async () => {
    const [step, before] = [`probe ${probes++}`, proxy.passed()];
    await sender.send(1, step, new Uint8Array(5_000));
    await receiver.receive(0, step);
    return proxy.passed() - before > 5_000;
  }, 'alpha knows that beta listens');
  return { sender, receiver, proxy, stations: [a, b] };
}

test('a receiver that listens gets payloads on the connection it has dialled', async (t) => {
  const { sender, receiver, proxy, stations } = await listening(t);
  const before = proxy.passed();
  const sent = new Uint8Array(3 * MiB).map((_, i) => i * 7);
  await sender.send(1, 'one', sent);
  const got = await receiver.receive(0, 'one');
  assert.ok(Buffer.from(got.buffer).equals(sent));
  assert.equal(got.byteOffset, 0);
  assert.equal(got.buffer.byteLength, got.length);
  assert.ok(proxy.passed() - before > 3 * MiB);
  assert.equal(stations[0].wire.meter(RUN).bytesSent, stations[1].wire.meter(RUN).bytesReceived);
});

test('thousands of small payloads in flight, beside large ones, all arrive', async (t) => {
  const { sender, receiver } = await listening(t);
  const sizes = Array.from({ length: 4000 }, (_, i) => (i % 500 === 0 ? 2 * MiB + i : i % 97));
  const sending = Promise.all(sizes.map((size, i) => sender.send(1, `step ${i}`, new Uint8Array(size).fill(i))));
  const got = await Promise.all(sizes.map((_, i) => receiver.receive(0, `step ${i}`)));
  await sending;
  got.forEach((bytes, i) => {
    assert.equal(bytes.length, sizes[i]);
    assert.ok(bytes.every((b) => b === (i & 255)));
  });
});

test('a connection cut in the middle of a payload fails the step at once, naming peer and step', async (t) => {
  const { sender, receiver, proxy } = await listening(t);
  proxy.after(4 * MiB, proxy.cut);
  const began = performance.now();
  const sending = sender.send(1, '7 product', new Uint8Array(64 * MiB)).catch((error: unknown) => error);
  await assert.rejects(receiver.receive(0, '7 product'), (e: Error & { code: string; party: string }) => {
    return e.code === 'wire/disconnected' && e.party === 'alpha' && e.message.includes('7 product');
  });
  const failed = (await sending) as Error & { code: string; party: string };
  assert.equal(failed.party, 'beta');
  assert.match(failed.message, /7 product/);
  assert.ok(performance.now() - began < 60_000, 'not by the time limit');
});

test('a peer that stalls in the middle of a payload is given up, by its silence or by the time limit', async (t) => {
  const silent = await listening(t, { pingMs: 50, silentMs: 200 });
  silent.proxy.after(4 * MiB, silent.proxy.stall);
  silent.sender.send(1, 'one', new Uint8Array(64 * MiB)).catch(() => undefined);
  // Either end may notice the other's silence first.
  await assert.rejects(silent.receiver.receive(0, 'one'), (e: Error & { code: string; party: string }) => {
    return /^wire\/(timeout|disconnected)$/.test(e.code) && e.party === 'alpha' && e.message.includes('one');
  });
  const late = await listening(t, {}, 1500);
  late.proxy.after(4 * MiB, late.proxy.stall);
  const sending = assert.rejects(late.sender.send(1, 'two', new Uint8Array(64 * MiB)), { code: 'wire/timeout', party: 'beta' });
  await assert.rejects(
    late.receiver.receive(0, 'two'),
    (e: Error & { code: string }) => e.code === 'wire/timeout' && e.message.includes('two'),
  );
  await sending;
});

test('who runs ahead of a receiver has to wait, however much it sends, and nothing is lost', async (t) => {
  const { sender, receiver } = await listening(t, { aheadBytes: 2 * MiB });
  let sent = 0;
  const sending = Promise.all(
    Array.from({ length: 128 }, async (_, i) => {
      await sender.send(1, `step ${i}`, new Uint8Array(MiB).fill(i));
      sent += 1;
    }),
  );
  await pause(500);
  // The rest lies in the buffers of the operating system and the proxy, which are smaller than this.
  assert.ok(sent < 100, `${sent} of 128 payloads were taken`);
  // Waiting for the last one lets all others in; they are all there afterwards.
  for (const i of [127, ...Array.from({ length: 127 }, (_, j) => j)]) assert.equal((await receiver.receive(0, `step ${i}`))[5], i);
  await sending;
  assert.equal(sent, 128);
});

test('more than a flood limit while something else is waited for ends the trust in that peer', async (t) => {
  const { sender, receiver } = await listening(t, { linkBytes: 4 * MiB });
  const waiting = assert.rejects(receiver.receive(0, 'never'), { code: 'wire/flooded', party: 'alpha' });
  for (let i = 0; i < 8; i++) sender.send(1, `step ${i}`, new Uint8Array(MiB)).catch(() => undefined);
  await waiting;
});

test('a payload over the limit is refused where it is sent; links that are closed take nothing more', async (t) => {
  const { sender, receiver, stations } = await listening(t, { payloadBytes: MiB });
  await assert.rejects(sender.send(1, 'large', new Uint8Array(MiB + 1)), { code: 'wire/too-large', party: 'beta' });
  receiver.close();
  // Once the sender does not know of a listener any more, it sends as to one who has not opened its links.
  let late = 0;
  await eventually(async () => {
    await sender.send(1, `late ${late++}`, new Uint8Array(8));
    return stations[1].events.some((e) => e.kind === 'dropped' && e.detail?.startsWith(`${RUN}/1 late`));
  }, 'what comes late is dropped');
  await assert.rejects(receiver.receive(0, 'late'), { code: 'wire/links-closed' });
});

test('a large payload is put together in place: no second copy of it is ever held', async (t) => {
  const { sender, receiver } = await listening(t);
  const size = 128 * MiB;
  const sent = new Uint8Array(size).fill(9);
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }, 5);
  const [got] = await Promise.all([receiver.receive(0, 'one'), sender.send(1, 'one', sent)]);
  clearInterval(watch);
  assert.equal(got.length, size);
  // What the proxy has read and nobody has collected yet counts, too.
  assert.ok(most < 2 * size - 16 * MiB, `${Math.round(most / MiB)} MiB beside what is sent`);
});

test('a peer whose part has ended is not waited for, however alive it is, but what it has sent still arrives', async (t) => {
  const { sender, receiver } = await listening(t, { pingMs: 40 });
  // Alpha listens to beta, too: that is what it ends.
  await sender.send(1, 'one', new Uint8Array(16 * MiB).fill(3));
  const owed = assert.rejects(receiver.receive(0, 'two'), (e: Error & { code: string; party: string }) => {
    return e.code === 'wire/ended' && e.party === 'alpha' && e.message.includes('"two"');
  });
  sender.close();
  await owed;
  assert.equal((await receiver.receive(0, 'one'))[7], 3);
  await assert.rejects(receiver.receive(0, 'three'), { code: 'wire/ended', party: 'alpha' });
});
