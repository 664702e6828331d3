/** Laws: the value of an operation lies between the computed bounds. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { absolute, gridStep, parseFixed, plus, quotient, times, type Interval } from './interval.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 2 ** 31);
console.log(`seed ${seed} (SLUIS_TEST_SEED repeats it)`);
const ONE = 10n ** 18n;

const whole = fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n });
const interval = fc.tuple(whole, whole).map(([a, b]): Interval => (a < b ? { lo: a * ONE, hi: b * ONE } : { lo: b * ONE, hi: a * ONE }));
const inside = interval.chain((i) => fc.bigInt({ min: i.lo / ONE, max: i.hi / ONE }).map((x) => ({ i, x })));
const holds = (i: Interval | null, top: bigint, bottom = 1n): boolean => {
  if (i === null) return false;
  const [a, b] = bottom < 0n ? [-top, -bottom] : [top, bottom];
  return i.lo * b <= a * ONE && a * ONE <= i.hi * b;
};

test('sums, products, quotients and absolute values stay between their bounds', () => {
  fc.assert(
    fc.property(inside, inside, (a, b) => {
      assert.ok(holds(plus(a.i, b.i), a.x + b.x));
      assert.ok(holds(times(a.i, b.i), a.x * b.x));
      assert.ok(holds(absolute(a.i), a.x < 0n ? -a.x : a.x));
      if (b.x !== 0n) assert.ok(holds(quotient(a.i, b.i, gridStep(0)), a.x, b.x), `${a.x} / ${b.x}`);
    }),
    { seed, numRuns: 500 },
  );
});

test('reads decimal text exactly', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.integer({ min: 1, max: 18 }), (n, scale) => {
      const digits = String(n < 0n ? -n : n).padStart(scale + 1, '0');
      const text = `${n < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
      assert.equal(parseFixed(text), n * 10n ** BigInt(18 - scale));
    }),
    { seed, numRuns: 200 },
  );
});
