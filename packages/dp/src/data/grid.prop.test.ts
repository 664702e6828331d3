/** Laws of the grid: whatever comes in, a whole number within the bounds comes out, the nearest one, and sums have no order. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom, testSeed as seed } from '@sluis/math/fixtures';
import fc from 'fast-check';
import { rowsAreUnits } from './rows.ts';
import { sum } from '../mechanisms/sums.ts';
import { exactly, Grid } from './grid.ts';

const anything = fc.oneof(
  fc.double(),
  fc.bigInt(),
  fc.constantFrom(NaN, Infinity, -Infinity, -0, 5e-324, 1.7976931348623157e308, null, undefined, 'text', {}, true),
);

test(`every value becomes a point of the grid (seed ${seed})`, () => {
  fc.assert(
    fc.property(anything, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), (value, n, d) => {
      const grid = new Grid({ lower: '-17/3', upper: '1000.5', step: `${n}/${d}` });
      const steps = grid.steps(value);
      assert.ok(steps >= grid.low && steps <= grid.high);
      assert.ok((Number(grid.low) * n) / d <= -17 / 3 && (Number(grid.high) * n) / d >= 1000.5, 'bounds go outwards');
      if (typeof value === 'number' && value > -5 && value < 1000)
        assert.ok(Math.abs((Number(steps) * n) / d - value) <= (n / d / 2) * (1 + 1e-9) + 1e-12, 'the nearest point');
    }),
    { seed, numRuns: 2000 },
  );
});

test(`a double is the fraction it is (seed ${seed})`, () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const { numerator, denominator } = exactly(value);
      // Scaled so that both fit a double: halving is exact.
      const bits = denominator.toString(2).length - 1;
      const back = bits > 1000 ? Number(numerator) / 2 ** 1000 / 2 ** (bits - 1000) : Number(numerator) / 2 ** bits;
      assert.equal(back, value === 0 ? 0 : value);
    }),
    { seed, numRuns: 2000 },
  );
});

test(`one row changes a sum by no more than its claim, in any order of rows (seed ${seed})`, () => {
  fc.assert(
    fc.property(fc.array(anything, { maxLength: 30 }), anything, (rows, one) => {
      const mechanism = sum<unknown>({ noise: { scale: '1/1000' }, lower: '-3', upper: '1000000000000', step: '1/64' }, (x) => x);
      const exact = (list: readonly unknown[]) => mechanism.run(seededRandom(1), rowsAreUnits(list)).steps;
      const without = exact(rows);
      assert.equal(exact([...rows].reverse()), without);
      const change = exact([one, ...rows]) - without;
      assert.ok((change < 0n ? -change : change) <= (mechanism.claim.sensitivities[0]?.l1 ?? 0n));
    }),
    { seed, numRuns: 300 },
  );
});

test('sums that overflow 64 bits, or lose terms in floating point, do neither here (Casacuberta et al. 2022)', () => {
  const noise = { scale: '1/1000' };
  const large = sum<bigint>({ noise, lower: '0', upper: '1125899906842624' }, (x) => x);
  const rows = Array.from({ length: 20_000 }, () => 2n ** 50n);
  assert.equal(large.run(seededRandom(1), rowsAreUnits(rows)).steps, 20_000n * 2n ** 50n);
  // In doubles, 2^53 + 1 + 1 + … stays 2^53: one row less then changes the sum by far more than one row's bound.
  const small = sum<number>({ noise, lower: '0', upper: '9007199254740992', step: '8' }, (x) => x);
  const order = [2 ** 53, ...Array<number>(1000).fill(8)];
  assert.equal(small.run(seededRandom(1), rowsAreUnits(order)).steps, 2n ** 50n + 1000n);
});
