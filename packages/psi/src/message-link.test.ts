import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessageLink } from './message-link.ts';

const code = (thrown: unknown) => (thrown as { code?: string }).code;

function pair(timeoutMs?: number): [MessageLink, MessageLink] {
  const left: MessageLink = new MessageLink((message) => right.arrived(message), timeoutMs);
  const right: MessageLink = new MessageLink((message) => left.arrived(message), timeoutMs);
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
  const [, silent] = pair(20);
  assert.equal(await silent.receive('a', 1).catch(code), 'wire/timeout');
  for (const message of [new Uint8Array(0), Uint8Array.of(0, 1), Uint8Array.of(5, 97)]) {
    const [, right] = pair();
    const waiting = right.receive('a', 1).catch(code);
    right.arrived(message);
    assert.equal(await waiting, 'wire/disconnected');
  }
  const [left, right] = pair();
  await left.send('a', Uint8Array.of(1));
  right.ended();
  assert.deepEqual(await right.receive('a', 1), Uint8Array.of(1), 'what came before is not lost');
  assert.equal(await right.receive('a', 1).catch(code), 'wire/disconnected');
});
