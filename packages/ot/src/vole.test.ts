import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom, utf8 } from '@sluis/base';
import { Arena } from '@sluis/kernels';
import { pairOfLinks } from '@sluis/model/fixtures';
import { multiplyPlainly } from './fixtures/plain-field.ts';
import { FIELD_BYTES, voleReceiver, voleSender } from './vole.ts';

const options = { context: utf8('a session'), threat: 'semi-honest', random: systemRandom } as const;

async function both(count: number) {
  const [left, right] = pairOfLinks();
  const [sending, receiving] = [new Arena(), new Arena()];
  const [{ delta, b }, { a, c }] = await Promise.all([
    voleSender(left, sending, count, options),
    voleReceiver(right, receiving, count, options),
  ]);
  const bytes = FIELD_BYTES * count;
  return { delta, b: sending.bytes(b, bytes), a: receiving.bytes(a, bytes), c: receiving.bytes(c, bytes) };
}

test('c = a·Δ ⊕ b, element by element', async () => {
  for (const count of [1, 2, 5]) {
    const { delta, a, b, c } = await both(count);
    for (let at = 0; at < FIELD_BYTES * count; at += FIELD_BYTES) {
      const product = multiplyPlainly(a.subarray(at, at + FIELD_BYTES), delta);
      assert.deepEqual(
        product.map((byte, k) => byte ^ (b[at + k] as number)),
        c.slice(at, at + FIELD_BYTES),
      );
    }
  }
});
