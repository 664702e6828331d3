import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comparisonBits, dominanceBits, neutralElement, signedBits, wordsForBits } from './neutral.ts';

const bounds = { minimum: '-5', maximum: '9' };

test('any real value wins over the neutral element', () => {
  assert.equal(neutralElement({ kind: 'sum', ...bounds }), 0n);
  assert.equal(neutralElement({ kind: 'min', ...bounds }), 10n);
  assert.equal(neutralElement({ kind: 'max', ...bounds }), -6n);
});

test('signed widths hold both signs of a magnitude', () => {
  for (const magnitude of [0n, 1n, 2n, 7n, 8n, 2n ** 62n, 2n ** 63n - 1n, 2n ** 63n]) {
    const bits = signedBits(magnitude);
    assert.equal(BigInt.asIntN(bits, magnitude), magnitude);
    assert.equal(BigInt.asIntN(bits, -magnitude), -magnitude);
    if (magnitude > 1n) assert.notEqual(BigInt.asIntN(bits - 1, magnitude), magnitude, 'no narrower width does');
  }
  assert.deepEqual([1, 64, 65].map(wordsForBits), [1, 1, 2]);
});

test('comparisons hold the widest difference, neutral elements included', () => {
  assert.equal(comparisonBits(bounds), signedBits(16n));
  assert.equal(dominanceBits({ providers: ['a', 'b'], maximumRows: 10 }, { maximum: '7' }), signedBits(100n * 20n * 7n));
});
