import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Arena } from '@sluis/kernels';
import { pairOfLinks } from '@sluis/model/fixtures';
import { systemRandom, utf8 } from '@sluis/base';
import { bothSides, broken } from './fixtures/both-sides.ts';
import { FIELD_BYTES, voleReceiver } from './vole.ts';

for (const [count, threat] of [
  [1, 'semi-honest'],
  [2, 'malicious'],
  [897, 'malicious'],
  [1000, 'semi-honest'],
] as const) {
  test(`c = a·Δ ⊕ b, element by element: ${count}, ${threat}`, async () => {
    const shares = await bothSides(count, { threat });
    assert.equal(broken(shares), 0);
    const a = Buffer.from(shares.receiving.bytes(shares.a, FIELD_BYTES * count));
    assert.equal(new Set(Array.from({ length: count }, (_, i) => a.toString('hex', 16 * i, 16 * i + 16))).size, count);
    // The check of this test itself notices one wrong bit.
    const bytes = shares.sending.bytes(shares.b, FIELD_BYTES * count);
    bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 0x80;
    assert.equal(broken(shares), 1);
  });
}

test('narrow elements have zeros in their last 8 bytes, and the same relation', async () => {
  for (const count of [5, 1000]) {
    const shares = await bothSides(count, { threat: 'semi-honest', narrow: true });
    assert.equal(broken(shares), 0);
    const a = new BigUint64Array(shares.receiving.bytes(shares.a, FIELD_BYTES * count).slice().buffer);
    assert.ok(a.every((word, i) => (i % 2 === 1) === (word === 0n)));
  }
  await assert.rejects(bothSides(5, { threat: 'malicious', narrow: true }), RangeError);
});

test('what is sent depends on the number of elements alone', async () => {
  const [one, two] = [await bothSides(2000, { threat: 'malicious' }), await bothSides(2000, { threat: 'malicious' })];
  assert.deepEqual(one.sent, two.sent);
  assert.notDeepEqual(one.delta, two.delta);
});

test('sizes out of range are refused, and a failure leaves the arena as it was', async () => {
  const arena = new Arena();
  const top = arena.top;
  const [left, right] = pairOfLinks();
  const options = { context: utf8('a session'), threat: 'malicious', random: systemRandom } as const;
  for (const count of [0, -1, 1.5, 2 ** 25 + 1]) await assert.rejects(voleReceiver(left, arena, count, options), RangeError);
  const waiting = voleReceiver(left, arena, 1000, options);
  right.cut();
  left.cut();
  await assert.rejects(waiting, { code: 'wire/disconnected' });
  assert.equal(arena.top, top);
});

test('a wrong bit from the sender is found; every other lie: vole-cheating.slow.test.ts', async () => {
  const tamper = (_from: 0 | 1, step: string, body: Uint8Array) => {
    if (step === 'ot/trees') body[body.length - 1] = (body.at(-1) as number) ^ 1;
    return body;
  };
  await assert.rejects(bothSides(1000, { threat: 'malicious', tamper }), { code: 'ot/inconsistent-noise' });
});
