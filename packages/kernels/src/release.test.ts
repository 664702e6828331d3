import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addVectors, release } from './index.ts';

test('a released vector is empty, and using it is refused', () => {
  const [a, b, c] = [new BigUint64Array(9), new BigUint64Array(9), new Uint32Array(3)];
  release(a, c);
  assert.deepEqual([a.length, b.length, c.length], [0, 9, 0]);
  assert.throws(() => addVectors(a, b, 1), RangeError);
  release(a);
});

test('memory that is shared with something else stays', () => {
  const whole = new BigUint64Array(9);
  release(whole.subarray(1), whole.subarray(0, 8));
  assert.equal(whole.length, 9);
  const pooled = Buffer.from('part of a pool');
  release(pooled);
  assert.equal(pooled.toString(), 'part of a pool');
});
