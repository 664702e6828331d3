/** Bounds on exponentials and logarithms, beside exact partial sums of the series in whole numbers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { testSeed as seed } from '../fixtures/index.ts';
import { type Rational, rational } from '../rational.ts';
import { expBounds, negativeLogOneMinusExp } from './exponential.ts';

/** Σ_{i ≤ terms} (−n/d)^i / i! as an exact fraction. */
function series({ numerator, denominator }: Rational, terms: bigint): { above: bigint; below: bigint } {
  let [above, below, term] = [1n, 1n, 1n];
  for (let i = 1n; i <= terms; i++) {
    term *= -numerator;
    above = above * denominator * i + term;
    below *= denominator * i;
  }
  return { above, below };
}

const gammas = fc.tuple(fc.bigInt(0n, 4000n), fc.bigInt(1n, 300n)).map(([n, d]) => rational(n, d));

test(`exp(−γ) is within its bounds, which are three units apart at most (seed ${seed})`, () => {
  fc.assert(
    fc.property(
      gammas.filter((g) => g.numerator < 60n * g.denominator),
      fc.integer({ min: 8, max: 300 }),
      (gamma, precision) => {
        const { low, high } = expBounds(gamma, precision);
        // An even last term from 2γ on is above the limit, an odd one below, closer than 2^-precision with so many terms.
        const terms = 2n * (BigInt(precision) + 4n * (gamma.numerator / gamma.denominator + 1n));
        const [up, down] = [series(gamma, terms), series(gamma, terms + 1n)];
        assert.ok(low * up.below <= up.above << BigInt(precision), 'low is at most the truth');
        assert.ok(high * down.below >= down.above << BigInt(precision), 'high is at least the truth');
        assert.ok(high - low <= 3n && low >= 0n);
      },
    ),
    { seed, numRuns: 150 },
  );
});

test('far out, only an upper bound is left, and it vanishes', () => {
  assert.deepEqual(expBounds(rational(10n ** 30n), 64), { low: 0n, high: 1n });
  assert.equal(expBounds(rational(0n), 64).high >= 1n << 64n, true);
});

test(`−ln(1 − exp(−γ)) is within its bounds (seed ${seed})`, () => {
  fc.assert(
    fc.property(
      fc.tuple(fc.bigInt(1n, 5000n), fc.bigInt(1n, 10n ** 9n)).map(([n, d]) => rational(n, d)),
      fc.integer({ min: 16, max: 200 }),
      (gamma, precision) => {
        const { low, high } = negativeLogOneMinusExp(gamma, precision);
        const places = precision + 80;
        const one = 1n << BigInt(places);
        const y = expBounds(gamma, places);
        const back = (bound: bigint) => expBounds(rational(bound, 1n << BigInt(precision)), places);
        // exp(−low) ≥ 1 − exp(−γ) ≥ exp(−high)
        assert.ok(back(low).high >= one - y.high, 'low');
        assert.ok(back(high).low <= one - y.low, 'high');
        assert.ok(high - low <= 5n, 'close to each other');
      },
    ),
    { seed, numRuns: 200 },
  );
});
