import assert from 'node:assert/strict';
import { test } from 'node:test';
import { probabilityBound } from './fixtures/goodness-of-fit.ts';
import { wilsonInterval } from './index.ts';

const rounded = ({ low, high }: { low: number; high: number }) => [low.toFixed(4), high.toFixed(4)];

test('intervals of published examples', () => {
  // Newcombe 1998, table I, method 3.
  assert.deepEqual(rounded(wilsonInterval(81, 263)), ['0.2553', '0.3662']);
  assert.deepEqual(rounded(wilsonInterval(15, 148)), ['0.0624', '0.1605']);
  assert.deepEqual(rounded(wilsonInterval(0, 20)), ['0.0000', '0.1611']);
  assert.deepEqual(rounded(wilsonInterval(1, 29)), ['0.0061', '0.1718']);
});

test('the interval covers what was counted, and lies close to the exact one for many cases', () => {
  for (const [hits, cases] of [
    [0, 1],
    [1, 1],
    [3, 7],
    [2000, 2000],
    [4816, 4855],
  ] as const) {
    const { low, high } = wilsonInterval(hits, cases);
    assert.ok(0 <= low && low <= hits / cases && hits / cases <= high && high <= 1);
    if (cases < 1000) continue;
    assert.ok(Math.abs(low - probabilityBound('lower', hits, cases, 0.025)) < 0.001);
    assert.ok(Math.abs(high - probabilityBound('upper', hits, cases, 0.025)) < 0.001);
  }
});

test('nothing counted is no proportion', () => {
  for (const [hits, cases] of [
    [0, 0],
    [2, 1],
    [-1, 3],
    [0.5, 3],
  ] as const)
    assert.throws(() => wilsonInterval(hits, cases), RangeError);
});
