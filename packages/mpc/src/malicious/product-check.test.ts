/** Products are accepted if they are right; how often a wrong one passes, and checks in pieces: product-check.slow.test.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkArrays, checkBatches } from '@sluis/technique';
import { bitAlgebra, ringAlgebra } from './algebra.ts';
import { check, dealt, dealtBits, failsAtAll, least, passes } from './fixtures/checked-products.ts';
import { batchBounds } from './soundness.ts';

test('right products pass at all sizes and widths', async () => {
  for (const n of [1, 2, 15, 16, 17, 33, 100]) {
    for (const words of [1, 2, 3])
      assert.ok(passes(await check(ringAlgebra(words), dealt(words, n, []), least(n, 3))), `${n} of ${words} words`);
    assert.ok(passes(await check(bitAlgebra, dealtBits(n, []), least(n, 3))), `${n} of 64 bits`);
  }
});

test('one wrong product anywhere, by any error, is found by all parties', async () => {
  for (const n of [1, 16, 33])
    for (const at of new Set([0, n - 1, n >> 1]))
      for (const by of [1n, -1n, 1n << 63n, 1n << 32n]) {
        assert.ok(failsAtAll(await check(ringAlgebra(1), dealt(1, n, [{ at, by }]), least(n, 2))), `${n} ${at} ${by}`);
        assert.ok(failsAtAll(await check(bitAlgebra, dealtBits(n, [{ at, by }]), least(n, 2))), `bits ${n} ${at} ${by}`);
      }
  const all = Array.from({ length: 20 }, (_, at) => ({ at, by: 1n << 63n }));
  assert.ok(failsAtAll(await check(ringAlgebra(1), dealt(1, 20, all), least(20, 2))));
  assert.ok(failsAtAll(await check(ringAlgebra(2), dealt(2, 20, [{ at: 39, by: 1n << 63n }]), least(20, 2))));
});

test('products that are all wrong alike do not hide behind triples that are all wrong alike: one of these is opened', async () => {
  for (const [positions, arrays] of [
    [1, 41],
    [3, 2],
  ] as const) {
    const lie = (step: string, payload: Uint8Array) => {
      if (!step.includes('triples')) return;
      const sent = new BigUint64Array(payload.buffer, payload.byteOffset, payload.length / 8);
      for (let i = 0; i < sent.length; i++) sent[i] = (sent[i] as bigint) + 5n;
    };
    const wrong = Array.from({ length: positions }, (_, at) => ({ at, by: 5n }));
    assert.ok(failsAtAll(await check(ringAlgebra(1), dealt(1, positions, wrong), least(positions, arrays), lie)), `${positions}`);
  }
});

test('a wrong triple that meets no product is found', async () => {
  // Every triple of the second piece is wrong, and the one product meets none of them or one.
  const lie = (step: string, payload: Uint8Array) => {
    if (step.includes('triples')) payload[8] = (payload[8] as number) ^ 1;
  };
  for (let i = 0; i < 20; i++) assert.ok(failsAtAll(await check(ringAlgebra(1), dealt(1, 1, []), { arrays: 1, length: 5 }, lie)));
});

test('arrays are prime, longer than there are products, and enough for the bound', () => {
  const sizes = [1, 2, 31, 255, 1023, 10_320, 10_321, 100_000, 700_000, 800_000, 2 ** 20, 3_000_001];
  for (const n of [...Array.from({ length: 600 }, (_, i) => i + 1), ...sizes]) {
    const { arrays, length } = checkArrays(n);
    assert.ok(length > n && arrays * Math.log2(length) > 40, `${n}`);
    for (let d = 2; d * d <= length; d++) assert.notEqual(length % d, 0, `${n}: ${length}`);
  }
  assert.equal(checkArrays(50_000).arrays, 3);
  assert.equal(checkArrays(900_000).arrays, 2);
});

test('batches are even, and no smaller than three arrays, or two, are worth', () => {
  for (const [positions, batches] of [
    [11, 1],
    [65_535, 1],
    [65_536, 2],
    [700_000, 21],
    [900_000, 1],
    [2 ** 21, 2],
  ] as const) {
    assert.equal(checkBatches(positions), batches);
    const bounds = batchBounds(positions);
    assert.deepEqual([bounds[0], bounds.at(-1), bounds.length], [0, positions, batches + 1]);
  }
  assert.deepEqual(batchBounds(0), [0, 0]);
});
