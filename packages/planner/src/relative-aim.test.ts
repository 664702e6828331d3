/** An interval shows a relative error to be kept exactly where every value in it would keep it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rational } from '@sluis/math';
import { isWithinShare, unmetIn } from './index.ts';

test('the condition is that of the worst value in the interval, and no stricter', () => {
  for (const [numerator, denominator] of [
    [1n, 20n],
    [1n, 2n],
    [9n, 10n],
  ] as const)
    for (let low = -24; low <= 24; low++)
      for (let high = low; high <= 24; high++)
        for (let value = low; value <= high; value++) {
          let every = true;
          for (let x = low; x <= high; x++) every &&= Math.abs(value - x) * Number(denominator) <= Math.abs(x) * Number(numerator);
          // Where the exact value may be 0, no noisy one is taken for it.
          const expected = every && (low > 0 || high < 0);
          assert.equal(isWithinShare(value, low, high, rational(numerator, denominator)), expected, `${value} in ${low} to ${high}`);
        }
});

test('numbers are read exactly in every form that answers have', () => {
  const share = rational(1n, 10n);
  assert.ok(
    isWithinShare('110000000000000000000000000000.00', '100000000000000000000000000000.00', '115000000000000000000000000000', share),
  );
  assert.ok(
    !isWithinShare('110000000000000000000000000000.01', '100000000000000000000000000000.00', '115000000000000000000000000000', share),
  );
  assert.ok(isWithinShare(-1.1e-7, -1.15e-7, -1e-7, share));
  assert.ok(!isWithinShare(1.1e21, 9.9e20, 1.15e21, share));
  for (const missing of [null, 'x', true, [] as const]) {
    assert.ok(!isWithinShare(missing, 10, 10, share));
    assert.ok(!isWithinShare(10, missing, 10, share));
    assert.ok(!isWithinShare(10, 10, missing, share));
  }
});

test('every noisy value of every row counts, and keys do not', () => {
  const columns = ['k', 'a', 'a_low', 'a_high', 'b', 'b_low', 'b_high'].map((name) => ({ name, type: 'BIGINT' }));
  const intervals = [1, 4].map((column) => ({ column, known: true, aggregate: null }));
  const rows = [
    ['x', 100, 95, 105, 50, 49, 51],
    ['y', 100, 60, 140, null, null, null],
  ];
  assert.deepEqual(unmetIn({ intervals }, { columns, rows, suppressed: [] }, rational(1n, 10n)), [
    { row: 1, column: 'a' },
    { row: 1, column: 'b' },
  ]);
  assert.deepEqual(unmetIn({ intervals }, { columns, rows: [], suppressed: [] }, rational(1n, 10n)), []);
});
