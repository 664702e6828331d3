/**
 * Local mechanisms draw what their papers say: χ² on categories of reports, α = 1e-9 for each of 21 tests, n = 40,000. Each test
 * rejects the same mechanism with the odds e^ε of a likely output 30 % off, up or down (non-centralities from 279 on, thresholds
 * up to 110: power above 1 − 1e-9), and one whose reports are those of the other value.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom, testSeed } from '@sluis/math/fixtures';
import { chiSquare, TRIALS, tally } from './fixtures/trials.ts';

const random = seededRandom(testSeed);
const N = 40_000;

for (const trial of TRIALS) {
  for (const epsilon of ['0.5', '1', '2']) {
    test(`${trial.name}, ε = ${epsilon} (seed ${testSeed})`, () => {
      const expected = trial.expected(Number(epsilon));
      assert.ok(Math.abs(expected.reduce((a, b) => a + b, 0) - 1) < 1e-9);
      const counts = tally(expected.length, N, () => trial.run(epsilon, trial.values[0], random));
      const { statistic, threshold } = chiSquare(counts, expected);
      assert.ok(statistic < threshold, `χ² of ${statistic} is above ${threshold}`);
      const other = tally(expected.length, N, () => trial.run(epsilon, trial.values[1], random));
      const flipped = chiSquare(other, expected);
      assert.ok(flipped.statistic > flipped.threshold, 'reports of the other value are told apart');
      for (const factor of [0.7, 1.3]) {
        const wrong = chiSquare(counts, trial.expected(Number(epsilon) + Math.log(factor)));
        const fewer = trial.expected(Number(epsilon) + Math.log(factor)).length !== expected.length;
        assert.ok(fewer || wrong.statistic > wrong.threshold, `odds ${factor} times as large are told apart: ${wrong.statistic}`);
      }
    });
  }
}
