import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { ProtocolError } from '@sluis/base';
import { MessageLink, type MessageLinkOptions } from './message-link.ts';

const code = (thrown: unknown) => (thrown as { code?: string }).code;

function pair(options: MessageLinkOptions = {}): [MessageLink, MessageLink] {
  const left: MessageLink = new MessageLink((message) => right.arrived(message), options);
  const right: MessageLink = new MessageLink((message) => left.arrived(message), options);
  return [left, right];
}

test('messages arrive in order, also before they are waited for, and empty ones too', async () => {
  const [left, right] = pair();
  await left.send('a', Uint8Array.of(1, 2));
  await left.send('b', new Uint8Array(0));
  assert.deepEqual(await right.receive('a', 2), Uint8Array.of(1, 2));
  assert.deepEqual(await right.receive('b', { atMost: 5 }), new Uint8Array(0));
  const waiting = right.receive('c', 1);
  await left.send('c', Uint8Array.of(9));
  assert.deepEqual(await waiting, Uint8Array.of(9));
  await assert.rejects(left.send('', new Uint8Array(1)), RangeError);
});

test('other steps and lengths are refused', async () => {
  const [left, right] = pair();
  await left.send('a', Uint8Array.of(1));
  assert.equal(await right.receive('b', 1).catch(code), 'wire/unexpected-step');
  await left.send('a', Uint8Array.of(1));
  assert.equal(await right.receive('a', 2).catch(code), 'wire/bad-length');
  await left.send('a', Uint8Array.of(1, 2, 3));
  assert.equal(await right.receive('a', { atMost: 2 }).catch(code), 'wire/bad-length');
});

test('who waits learns that the peer is gone, silent, or sends what is no message', async () => {
  const [, silent] = pair({ timeoutMs: 20 });
  assert.equal(await silent.receive('a', 1).catch(code), 'wire/timeout');
  for (const message of [new Uint8Array(0), Uint8Array.of(0, 1), Uint8Array.of(5, 97)]) {
    const [, right] = pair();
    const waiting = right.receive('a', 1).catch(code);
    void right.arrived(message);
    assert.equal(await waiting, 'wire/disconnected');
  }
  const [left, right] = pair();
  await left.send('a', Uint8Array.of(1));
  right.ended();
  assert.deepEqual(await right.receive('a', 1), Uint8Array.of(1), 'what came before is not lost');
  assert.equal(await right.receive('a', 1).catch(code), 'wire/disconnected');
});

test('a sender waits while much is unread, and nothing is lost', async () => {
  const [left, right] = pair({ unreadBytes: 20_000 });
  let sent = 0;
  const sending = (async () => {
    for (; sent < 40; sent++) await left.send('a', Uint8Array.of(sent));
  })();
  await setImmediate();
  assert.ok(sent >= 3 && sent <= 5, `${sent} were sent ahead`);
  for (let i = 0; i < 40; i++) assert.deepEqual(await right.receive('a', 1), Uint8Array.of(i));
  await sending;
  const waiting = (async () => {
    for (let i = 0; i < 40; i++) await left.send('a', new Uint8Array(0));
  })();
  right.ended();
  await waiting;
});

test('a peer that sends on while too much is unread ends the link, by name', async () => {
  const { arrived, held } = flooded({ peer: 'insurer' });
  const messages = await arrived(new Uint8Array(1024 * 1024).fill(97).fill(1, 0, 1), 80);
  assert.ok(messages > 60 && messages <= 65, `${messages} of 1 MiB were kept`);
  const error = await held.receive('a', { atMost: 2 ** 21 }).catch((thrown) => thrown as ProtocolError);
  assert.ok(error instanceof ProtocolError);
  assert.deepEqual([error.code, error.party], ['wire/too-much-unread', 'insurer']);
  assert.match(error.message, /insurer sent on while more than 64 MiB were unread/);
  assert.equal(await held.receive('a', 1).catch(code), 'wire/too-much-unread', 'nothing that came later is used');
  const empty = flooded({});
  const count = await empty.arrived(Uint8Array.of(1, 97), 20_000);
  assert.ok(count < 17_000, `${count} empty messages were kept`);
  const waiting = new MessageLink(() => {}, { unreadBytes: 0 });
  const first = waiting.receive('a', 0);
  void waiting.arrived(Uint8Array.of(1, 97));
  assert.equal((await first).length, 0, 'one message is always taken');
});

/** A link whose peer never waits; `arrived` says how many messages came before the link ended. */
function flooded(options: MessageLinkOptions): { held: MessageLink; arrived: (message: Uint8Array, times: number) => Promise<number> } {
  const held = new MessageLink(() => {}, options);
  const arrived = async (message: Uint8Array, times: number) => {
    let open = 0;
    const pending: Promise<void>[] = [];
    for (let i = 0; i < times; i++) {
      let welcome = false;
      const next = held.arrived(message).then(() => {
        welcome = true;
      });
      await setImmediate();
      if (pending.length > 0 && welcome) break;
      open++;
      if (!welcome) pending.push(next);
    }
    await Promise.all(pending);
    return open;
  };
  return { held, arrived };
}
