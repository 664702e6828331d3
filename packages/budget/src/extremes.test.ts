/** Prices at the edges: nothing, everything, and numbers far too large. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AccountedEvent, deltaOf, epsilonOf, gaussianEpsilon } from './index.ts';

const guarantee = (epsilon: string, delta: string, times = 1): AccountedEvent => ({ kind: 'guarantee', epsilon, delta, times });
const INFINITE = Number.POSITIVE_INFINITY;

test('nothing costs nothing', () => {
  const free: AccountedEvent[] = [
    { kind: 'discrete-gaussian', variance: '1', squaredL2: '0', times: 3 },
    { kind: 'discrete-laplace', scale: '1', l1: '0', times: 3 },
    { kind: 'summed-discrete-gaussian', shares: 2, variance: '5', squaredL2: '0', l1: '0', values: 3, times: 1 },
    guarantee('1', '1', 0),
  ];
  for (const events of [[], free, ...free.map((e) => [e])]) {
    for (const delta of [0, 1e-6, 1]) assert.equal(epsilonOf(events, delta), 0);
    assert.equal(deltaOf(events, 0), 0);
  }
});

test('what reveals all costs all', () => {
  assert.equal(epsilonOf([guarantee('1', '1')], 0.999), INFINITE);
  assert.equal(deltaOf([guarantee('1', '1')], 5), 1);
  assert.equal(epsilonOf([guarantee('0', '0.0000001', 50)], 1e-6), INFINITE);
  assert.equal(epsilonOf([guarantee('0', '0.0000001', 5)], 1e-6), 0);
  assert.equal(epsilonOf([{ kind: 'discrete-gaussian', variance: '9', squaredL2: '1', times: 1 }], 0), INFINITE);
});

test('very large and very small parameters end, and stay above what is known', () => {
  const cases: [AccountedEvent[], delta: number, low: number, high: number][] = [
    [[guarantee('5000', '0', 5)], 1e-6, 24_999.99, 25_000],
    [[{ kind: 'discrete-laplace', scale: '100000000000000000000', l1: '1000000000000000000', times: 1000 }], 1e-6, 1.36, 1.37],
    [[{ kind: 'discrete-laplace', scale: '1', l1: '100000', times: 5 }], 1e-6, 499_900, 500_000],
    [[{ kind: 'discrete-gaussian', variance: '0.01', squaredL2: '1', times: 1 }], 1e-6, 49.99, 50.01],
    [
      [{ kind: 'discrete-gaussian', variance: '0.1', squaredL2: '50', times: 10 }],
      1e-6,
      gaussianEpsilon(Math.sqrt(5000), 1e-6) * 0.99,
      3000,
    ],
    [
      [{ kind: 'discrete-gaussian', variance: `1${'0'.repeat(24)}`, squaredL2: `1${'0'.repeat(21)}`, times: 10 }],
      1e-6,
      gaussianEpsilon(0.1, 1e-6),
      0.3969,
    ],
    [
      [{ kind: 'summed-discrete-gaussian', shares: 2, variance: '3', squaredL2: '1000000', l1: '1000000', values: 1_000_000, times: 1 }],
      1e-6,
      8e4,
      9e4,
    ],
    [
      [{ kind: 'discrete-gaussian', variance: '20', squaredL2: '1', times: 4 }, guarantee('0.5', '0', 5)],
      1e-100,
      gaussianEpsilon(Math.sqrt(0.2), 1e-100),
      12.5,
    ],
    [
      [{ kind: 'subsampled', sampling: 'poisson', rate: '0.001', of: { kind: 'laplace', scale: '1', l1: '4000', times: 1 }, times: 2 }],
      0.5,
      0,
      8000,
    ],
  ];
  for (const [events, delta, low, high] of cases) {
    const epsilon = epsilonOf(events, delta);
    assert.ok(epsilon >= low && epsilon <= high, `${JSON.stringify(events)}: ${epsilon}`);
  }
});

test('a million small events of two kinds', () => {
  const events: AccountedEvent[] = [
    { kind: 'discrete-laplace', scale: '10000', l1: '3', times: 1_000_000 },
    { kind: 'discrete-gaussian', variance: '1000000', squaredL2: '3', times: 100_000 },
  ];
  // Small losses add up to a Gaussian: μ² is Σ ε² but for ε³.
  const limit = gaussianEpsilon(Math.sqrt(1e6 * 9e-8 + 1e5 * 3e-6), 1e-6);
  assert.ok(Math.abs(epsilonOf(events, 1e-6) - limit) < 2e-3, `${epsilonOf(events, 1e-6)} for ${limit}`);
});

test('malformed events are refused, and none can take from another', () => {
  const bad: AccountedEvent[] = [
    guarantee('-1', '0'),
    guarantee('1e-3', '0'),
    guarantee('', '0'),
    guarantee('1', '1.5'),
    guarantee('1', '0', -1),
    guarantee('1', '0', 0.5),
    { kind: 'discrete-laplace', scale: '0', l1: '1', times: 1 },
    { kind: 'discrete-gaussian', variance: '1/0', squaredL2: '1', times: 1 },
    { kind: 'summed-discrete-gaussian', shares: 0, variance: '3', squaredL2: '1', l1: '1', values: 1, times: 1 },
    { kind: 'subsampled', sampling: 'poisson', rate: '1.5', of: { kind: 'gaussian', variance: '1', squaredL2: '1', times: 1 }, times: 1 },
  ];
  for (const event of bad)
    assert.throws(() => epsilonOf([guarantee('1', '0', 5), event], 1e-6), { name: 'InvalidError' }, JSON.stringify(event));
  assert.throws(() => epsilonOf([], -1), RangeError);
  assert.throws(() => epsilonOf([], Number.NaN), RangeError);
});
