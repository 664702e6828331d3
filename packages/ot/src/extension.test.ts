import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom, utf8 } from '@sluis/base';
import { loadRistretto } from '@sluis/crypto';
import { packBits } from '@sluis/kernels';
import { TransferReceiver, TransferSender } from './extension.ts';

const group = await loadRistretto();
const context = utf8('a session');

function connect(other: Uint8Array = context) {
  const receiver = new TransferReceiver(group, context, systemRandom);
  const sender = new TransferSender(group, receiver.greeting, other, systemRandom);
  receiver.connect(sender.answer);
  return { receiver, sender };
}

test('the receiver gets q where it chose 0 and q ⊕ Δ where it chose 1, in several batches', () => {
  const { receiver, sender } = connect();
  assert.equal((sender.delta[0] as number) & 1, 1);
  const seen = new Set<number>();
  for (const count of [1, 31, 32, 33, 64, 1000]) {
    const choices = systemRandom.bytes(count).map((b) => b & 1);
    const { message, blocks } = receiver.choose(packBits(choices), count);
    const q = sender.extend(message, count);
    assert.equal(blocks.length, 4 * count);
    for (let i = 0; i < count; i++) {
      for (let w = 0; w < 4; w++) {
        const due = (q[4 * i + w] as number) ^ (choices[i] === 1 ? (sender.delta[w] as number) : 0);
        assert.equal(blocks[4 * i + w], due >>> 0);
      }
      seen.add(q[4 * i] as number);
    }
  }
  assert.ok(seen.size > 1100, 'blocks never repeat');
});

test('sides of different sessions do not understand each other', () => {
  const { receiver, sender } = connect(utf8('another session'));
  const { message, blocks } = receiver.choose(new Uint32Array(2), 64);
  assert.notDeepEqual(sender.extend(message, 64), blocks);
});

test('malformed messages are refused', () => {
  const receiver = new TransferReceiver(group, context, systemRandom);
  assert.throws(() => receiver.choose(new Uint32Array(1), 1), RangeError);
  assert.throws(() => receiver.connect(new Uint8Array(10)), { code: 'ot/bad-length' });
  assert.throws(() => receiver.connect(new Uint8Array(4096)), { code: 'crypto/not-an-element' });
  assert.throws(() => receiver.connect(new Uint8Array(4096).fill(255)), { code: 'crypto/not-an-element' });
  assert.throws(() => new TransferSender(group, new Uint8Array(31), context, systemRandom), { code: 'ot/bad-length' });
  const { sender } = connect();
  assert.throws(() => sender.extend(new Uint8Array(16), 64), { code: 'ot/bad-length' });
});

test('what the receiver sends looks the same whatever it chooses', () => {
  const ones = (choice: number) => {
    const { receiver } = connect();
    const { message } = receiver.choose(new Uint32Array(64).fill(choice), 2048);
    return message.reduce((n, byte) => n + byte.toString(2).replaceAll('0', '').length, 0) / (8 * message.length);
  };
  // 262,144 fair bits: six standard deviations are 0.006.
  for (const share of [ones(0), ones(0xffff_ffff)]) assert.ok(Math.abs(share - 0.5) < 0.006, String(share));
});
