/** How often wrong products pass, against the bound, and checks of more products than a piece has. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CHECK_PIECE, checkArrays } from '@sluis/technique';
import { bitAlgebra, ringAlgebra } from './algebra.ts';
import { check, dealt, dealtBits, failsAtAll, least, passes } from './fixtures/checked-products.ts';

/** How often a wrong product is accepted by all, when party 0 adds the same error to the first triple of every array. */
async function accepted(positions: number, arrays: number, tries: number): Promise<number> {
  // Party 0 changes what it sends in place, and so what it keeps: nothing but the sum is off.
  const lie = (step: string, payload: Uint8Array) => {
    if (!step.includes('triples')) return;
    const sent = new BigUint64Array(payload.buffer, payload.byteOffset, payload.length / 8);
    sent[0] = BigInt.asUintN(64, (sent[0] as bigint) + 5n);
  };
  let count = 0;
  for (let i = 0; i < tries; i++)
    if (passes(await check(ringAlgebra(1), dealt(1, positions, [{ at: 0, by: 5n }]), least(positions, arrays), lie))) count += 1;
  return count;
}

const TRIES = 400;

test('a wrong product hides behind wrong triples exactly as often as the bound says', async () => {
  // Binomial(400, p): outside these margins, six to seven standard deviations, with probability below 2e-9 each.
  for (const [positions, arrays, expected, margin] of [
    [1, 1, 200, 60],
    [2, 2, 44, 42],
    [1, 3, 50, 44],
  ] as const) {
    const count = await accepted(positions, arrays, TRIES);
    assert.ok(count > 0 && Math.abs(count - expected) <= margin, `${count} where ${expected} are expected`);
  }
});

test('products in several pieces are checked wherever they stand, in every way of checking', async () => {
  const n = CHECK_PIECE + 5;
  for (const plan of [checkArrays(n), { arrays: 2, length: 65_537 }]) {
    assert.ok(passes(await check(ringAlgebra(1), dealt(1, n, []), plan)));
    assert.ok(passes(await check(bitAlgebra, dealtBits(n, []), plan)));
    assert.ok(passes(await check(ringAlgebra(2), dealt(2, n, []), plan)));
    for (const at of [0, CHECK_PIECE - 1, CHECK_PIECE, n - 1]) {
      assert.ok(failsAtAll(await check(ringAlgebra(1), dealt(1, n, [{ at, by: 1n << 63n }]), plan)), `${at}`);
      assert.ok(failsAtAll(await check(bitAlgebra, dealtBits(n, [{ at, by: 1n }]), plan)), `bits ${at}`);
    }
  }
});
