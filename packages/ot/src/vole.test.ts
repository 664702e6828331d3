import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom, utf8 } from '@sluis/base';
import { Arena, linearEvaluation, FACTOR_TABLE_BYTES } from '@sluis/kernels';
import { pairOfLinks } from '@sluis/model/fixtures';
import { multiplyPlainly } from './fixtures/plain-field.ts';
import { FIELD_BYTES, voleReceiver, voleSender } from './vole.ts';

const options = { context: utf8('a session'), random: systemRandom };

async function both(count: number, threat: 'semi-honest' | 'malicious') {
  const [left, right] = pairOfLinks();
  const [sending, receiving] = [new Arena(), new Arena()];
  const [{ delta, b }, { a, c }] = await Promise.all([
    voleSender(left, sending, count, { ...options, threat }),
    voleReceiver(right, receiving, count, { ...options, threat }),
  ]);
  const bytes = FIELD_BYTES * count;
  return { delta, b: sending.bytes(b, bytes), a: receiving.bytes(a, bytes), c: receiving.bytes(c, bytes) };
}

for (const threat of ['semi-honest', 'malicious'] as const) {
  for (const count of [1, 2, 640, 641, 1000, 65_536]) {
    test(`c = a·Δ ⊕ b, element by element: ${count}, ${threat}`, async () => {
      const { delta, a, b, c } = await both(count, threat);
      const arena = new Arena();
      const field = arena.attach(linearEvaluation);
      const table = arena.reserve(FACTOR_TABLE_BYTES);
      field.multiplyTable(arena.place(delta), table);
      const product = arena.place(a);
      field.multiplyByTable(product, product, count, table);
      field.xorInto(arena.place(b), product, count);
      assert.ok(Buffer.from(arena.bytes(product, a.length)).equals(c));
      const last = a.length - FIELD_BYTES;
      assert.deepEqual(
        multiplyPlainly(a.subarray(last), delta).map((byte, k) => byte ^ (b[last + k] as number)),
        c.slice(last),
      );
      assert.equal(
        new Set(Array.from({ length: count }, (_, i) => Buffer.from(a.subarray(16 * i, 16 * i + 16)).toString('hex'))).size,
        count,
      );
    });
  }
}
