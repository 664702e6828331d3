/**
 * What is sent, and the receiver's a, look like random bits whatever is secret.
 *
 * Share of ones among n bits (n at least 1,000,000 for a message, 1,048,576 for a): six standard deviations, α = 2·10^-9 for
 * each of four shares. A share off by 0.4 % is noticed with certainty. Control: noise that was not compressed, which is nearly
 * all zeros, must fail; so must a message whose every 64th byte is 0 (off by 0.8 %).
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Random, systemRandom, utf8 } from '@sluis/base';
import { Arena } from '@sluis/kernels';
import { pairOfLinks } from '@sluis/model/fixtures';
import { voleReceiver, voleSender } from './vole.ts';

const COUNT = 8192;

function fair(bytes: Uint8Array): boolean {
  let ones = 0;
  for (const byte of bytes) for (let bits = byte; bits !== 0; bits &= bits - 1) ones++;
  const n = 8 * bytes.length;
  return Math.abs(ones - n / 2) < 6 * Math.sqrt(n / 4);
}

/** Noise values of zeros alone: every draw of the receiver that is longer than keys and fillers. */
const zeroValues: Random = { bytes: (count) => (count > 8192 ? new Uint8Array(count) : systemRandom.bytes(count)) };

async function sent(random: Random) {
  const [left, right] = pairOfLinks({ record: true });
  const [sending, receiving] = [new Arena(), new Arena()];
  const options = { context: utf8('a session'), threat: 'malicious' } as const;
  const [, { a }] = await Promise.all([
    voleSender(left, sending, COUNT, { ...options, random: systemRandom }),
    voleReceiver(right, receiving, COUNT, { ...options, random }),
  ]);
  const message = (letters: typeof left.letters, step: string) => letters.find((letter) => letter.step === step)?.body ?? assert.fail();
  return {
    choices: message(right.letters, 'ot/choices'),
    trees: message(left.letters, 'ot/trees'),
    a: receiving.bytes(a, 16 * COUNT).slice(),
  };
}

test('messages and results are fair bits, also where the noise has no values at all', async () => {
  const [usual, empty] = [await sent(systemRandom), await sent(zeroValues)];
  assert.ok(fair(usual.choices) && fair(usual.trees) && fair(usual.a));
  assert.ok(fair(empty.choices) && fair(empty.trees));
  assert.ok(
    empty.a.every((byte) => byte === 0),
    'no noise, no secret: the control of a',
  );
  const spoilt = usual.choices.map((byte, at) => (at % 64 === 0 ? 0 : byte));
  assert.ok(!fair(spoilt));
  const sparse = new Uint8Array(16 * COUNT);
  sparse.set(systemRandom.bytes(16 * 768));
  assert.ok(!fair(sparse));
});
