import assert from 'node:assert/strict';
import { test } from 'node:test';
import { probabilityBound, seededRandom, testSeed } from '../fixtures/index.ts';
import { rational } from '../rational.ts';
import { weightedChoice } from './weighted-choice.ts';

/** α = 1e-9 for all four bounds together; a probability off by 5 % of itself is noticed with a power above 0.999. */
test(`choices come with their exact probabilities (20,000 draws, seed ${testSeed})`, () => {
  const random = seededRandom(testSeed);
  const weights = [
    { times: 3n, gamma: rational(7n, 5n) },
    { times: 1n, gamma: rational(2n, 5n) },
    { times: 10n ** 30n, gamma: rational(70n) },
    { times: 2n, gamma: rational(1n, 3n) },
  ];
  const truth = weights.map(({ times, gamma }) => Number(times) * Math.exp(-Number(gamma.numerator) / Number(gamma.denominator)));
  const total = truth.reduce((a, b) => a + b);
  const counts = [0, 0, 0, 0];
  const runs = 20_000;
  for (let i = 0; i < runs; i++) {
    const chosen = weightedChoice(random, weights);
    counts[chosen] = (counts[chosen] as number) + 1;
  }
  counts.forEach((count, i) => {
    const p = (truth[i] as number) / total;
    assert.ok(probabilityBound('lower', count, runs, 1.25e-10) <= p, `${i}: ${count}`);
    assert.ok(probabilityBound('upper', count, runs, 1.25e-10) >= p, `${i}: ${count}`);
    if (i === 3) assert.ok(probabilityBound('lower', count, runs, 1.25e-10) > p / 1.1, 'a bound of use');
  });
});

test('gammas far apart, negative or alone are no trouble', () => {
  const random = seededRandom(5);
  assert.equal(weightedChoice(random, [{ times: 1n, gamma: rational(10n ** 50n) }]), 0);
  assert.equal(
    weightedChoice(random, [
      { times: 1n, gamma: rational(10n ** 6n) },
      { times: 1n, gamma: rational(-(10n ** 6n)) },
    ]),
    1,
  );
  assert.throws(() => weightedChoice(random, []), RangeError);
  assert.throws(() => weightedChoice(random, [{ times: 0n, gamma: rational(1n) }]), RangeError);
});
