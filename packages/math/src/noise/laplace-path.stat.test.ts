/**
 * Goodness of fit of every step of a path, and of the differences between steps: χ², α = 1e-9 each, n = 20,000; steps of 0.7
 * and 1.3 times the scale are rejected (non-centrality above 400 against thresholds below 200).
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goodnessOfFit, laplaceProbability, seededRandom, testSeed } from '../fixtures/index.ts';
import { rational } from '../rational.ts';
import { discreteLaplacePath } from './laplace-path.ts';

const N = 20_000;
const SCALES = [9, 4, 1];

test(`each step of a path is Laplace noise, and adds to the next what is independent of it (seed ${testSeed})`, () => {
  const random = seededRandom(testSeed);
  const scales = SCALES.map((s) => rational(BigInt(s)));
  const paths = Array.from({ length: N }, () => discreteLaplacePath(random, scales));
  SCALES.forEach((scale, t) => {
    const step = BigInt64Array.from(paths, (p) => p[t] as bigint);
    const fit = (s: number) => goodnessOfFit(step, laplaceProbability(s), 12 * scale);
    assert.ok(fit(scale).statistic < fit(scale).threshold, `step ${t}`);
    for (const wrong of [0.7, 1.3]) assert.ok(fit(scale * wrong).statistic > fit(scale * wrong).threshold);
  });
  // What is added between the first two steps, by whether the later one is 0: the same distribution, nothing with probability A.
  const [q, r] = [Math.exp(-1 / 9), Math.exp(-1 / 4)];
  const stays = (r * (1 - q) ** 2) / (q * (1 - r) ** 2);
  const added = (x: number) => (x === 0 ? stays : 0) + (1 - stays) * laplaceProbability(9)(x);
  for (const zero of [true, false]) {
    const some = paths.filter((p) => ((p[1] as bigint) === 0n) === zero);
    const fit = goodnessOfFit(
      BigInt64Array.from(some, (p) => (p[0] as bigint) - (p[1] as bigint)),
      added,
      90,
    );
    assert.ok(fit.statistic < fit.threshold, `${zero}: ${fit.statistic} over ${fit.bins} bins`);
  }
});

test('scales that do not fall are refused', () => {
  const random = seededRandom(1);
  assert.throws(() => discreteLaplacePath(random, [rational(1n), rational(1n)]), RangeError);
  assert.throws(() => discreteLaplacePath(random, [rational(0n)]), RangeError);
  assert.equal(discreteLaplacePath(random, [rational(10n ** 12n), rational(1n, 1000n)]).at(-1), 0n);
});
