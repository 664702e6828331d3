/** Privacy curves and noise of the test cases of google/differential-privacy `python/dp_accounting`. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Loss } from './claim.ts';
import { type AccountedEvent, deltaOf, epsilonOf } from './index.ts';
import { atomsOf } from './loss-atoms.ts';
import { compose, curveOf } from './loss-composition.ts';

const fixtures = process.env['SLUIS_FIXTURES'];
const skip = fixtures === undefined ? 'SLUIS_FIXTURES is not set: published cases of privacy accounting were not checked' : false;
type Cases<T> = Record<string, Record<string, { cases: T[] }>>;
function cases<T>(file: string, name: string): T[] {
  const all = JSON.parse(readFileSync(join(fixtures ?? '', 'vectors/dp/google_dp_accounting_parameter_cases.json'), 'utf8')) as Cases<T>;
  const found = all[file]?.[name]?.cases ?? [];
  assert.ok(found.length > 0, `no cases ${name}`);
  return found;
}

/** δ at ε (also below 0) of one event in one direction, by the machinery that composes many. */
function deltaOfOne(loss: Loss, rate: number, adjacency: string, epsilon: number): number {
  const of = rate === 1 ? loss : ({ kind: 'subsampled', sampling: 'poisson', rate, of: loss as never, ofTimes: 1 } as const);
  const atoms = atomsOf(of, { step: 1e-4, logTail: -40 }, adjacency === 'ADD' ? 'add' : 'remove');
  assert.ok(atoms !== null);
  return curveOf(compose([{ atoms, times: 1 }], 1e-4, 1))(epsilon);
}

type Curve = [parameter: number, sensitivity: number, rate: number, adjacency: string, epsilon: number, delta: number];
/** Published to 8 digits; ours within them from below and 1e-4 (a step of the grid) from above. */
function check(name: string, lossOf: (parameter: number, sensitivity: number) => Loss): void {
  let checked = 0;
  for (const [parameter, sensitivity, rate, adjacency, epsilon, expected] of cases<Curve>('pld/privacy_loss_mechanism_test.py', name)) {
    // Replacement of a unit under Poisson sampling is no pair of this package.
    if (adjacency === 'REP') continue;
    const delta = deltaOfOne(lossOf(parameter, sensitivity), rate, adjacency, epsilon);
    assert.ok(
      delta >= expected - 2e-8 && delta <= expected + 1e-4,
      `${name} ${parameter} ${sensitivity} ${rate} ${adjacency} ${epsilon}: ${delta} for ${expected}`,
    );
    checked++;
  }
  assert.ok(checked > 20);
}

test('δ(ε) of Laplace, discrete Laplace and Gaussian noise, plain and sampled, in both directions', { skip }, () => {
  check('test_laplace_get_delta_for_epsilon', (scale, l1) => ({ kind: 'laplace', epsilon: l1 / scale }));
  check('test_gaussian_get_delta_for_epsilon', (sigma, l2) => ({ kind: 'gaussian', rho: l2 ** 2 / (2 * sigma ** 2) }));
  check('test_discrete_laplace_get_delta_for_epsilon', (rate, shift) => ({ kind: 'discrete-laplace', rate, shift }));
});

test('the parameters that reach (ε, δ), sampled or not: enough, and a little less is not', { skip }, () => {
  type Target = [sensitivity: number, rate: number, adjacency: string, epsilon: number, delta: number, expected: number];
  const lists: [string, (parameter: number, sensitivity: number) => Loss, less: number][] = [
    ['test_laplace_from_privacy_parameters', (scale, l1) => ({ kind: 'laplace', epsilon: l1 / scale }), 1 / 1.02],
    ['test_gaussian_from_privacy_parameters', (sigma, l2) => ({ kind: 'gaussian', rho: l2 ** 2 / (2 * sigma ** 2) }), 1 / 1.02],
    ['test_discrete_laplace_from_privacy_parameters', (rate, shift) => ({ kind: 'discrete-laplace', rate, shift }), 1.02],
  ];
  for (const [name, lossOf, less] of lists) {
    for (const [sensitivity, rate, adjacency, epsilon, delta, expected] of cases<Target>('pld/privacy_loss_mechanism_test.py', name)) {
      if (adjacency === 'REP') continue;
      // Where more noise is published than (ε, δ) needs (a pure guarantee at δ > 0), only the first holds.
      const [enough, short] = [expected / less ** 0.1, expected * less].map((p) =>
        deltaOfOne(lossOf(p, sensitivity), rate, adjacency, epsilon),
      );
      assert.ok((enough ?? 1) <= delta * 1.001 + 1e-9, `${name} ${expected}: δ ${enough} for ${delta}`);
      if (name.includes('gaussian')) assert.ok((short ?? 0) > delta, `${name} ${expected} is more than needed`);
    }
  }
});

interface Smallest {
  sensitivity: number;
  epsilon: number;
  delta: number;
  num_queries: number;
  sampling_prob: number;
  expected_parameter: number;
  expected_std: number;
}

test('the smallest noise for many questions', { skip }, () => {
  const text = (x: number): string => x.toFixed(12);
  const square = (x: number): string => text(x * x);
  const lists: [string, (c: Smallest, by: number) => AccountedEvent, tolerance: (c: Smallest) => number][] = [
    [
      'test_get_smallest_laplace_noise',
      (c, by) => ({ kind: 'laplace', scale: text(c.expected_parameter * by), l1: `${c.sensitivity}`, times: c.num_queries }),
      () => 0.005,
    ],
    [
      'test_get_smallest_discrete_laplace_noise',
      (c, by) => ({ kind: 'discrete-laplace', scale: text(by / c.expected_parameter), l1: `${c.sensitivity}`, times: c.num_queries }),
      // Published to a thousandth.
      (c) => 1e-3 / c.expected_parameter,
    ],
    [
      'test_get_smallest_gaussian_noise',
      (c, by) => ({ kind: 'gaussian', variance: square(c.expected_std * by), squaredL2: `${c.sensitivity ** 2}`, times: c.num_queries }),
      () => 1e-6,
    ],
    [
      'test_get_smallest_subsampled_gaussian_noise',
      (c, by) => ({
        kind: 'subsampled',
        sampling: 'poisson',
        rate: `${c.sampling_prob}`,
        of: { kind: 'gaussian', variance: square(c.expected_std * by), squaredL2: `${c.sensitivity ** 2}`, times: 1 },
        times: c.num_queries,
      }),
      () => 2e-3,
    ],
  ];
  for (const [name, event, tolerance] of lists) {
    for (const c of cases<Smallest>('pld/accountant_test.py', name)) {
      const [more, less] = [1 + tolerance(c), 1 - tolerance(c)].map((by) => epsilonOf([event(c, by)], c.delta));
      assert.ok((more ?? 9) <= c.epsilon && (less ?? 0) > c.epsilon, `${name}: ε ${more} and ${less} around ${c.epsilon}`);
    }
  }
});

test('optimal composition of guarantees (Kairouz, Oh & Viswanath 2017), which is exact', { skip }, () => {
  interface Advanced {
    epsilon: number;
    delta: number;
    num_queries: number;
    total_delta: number;
    expected_total_epsilon: number | null;
  }
  for (const c of cases<Advanced>('pld/accountant_test.py', 'test_advanced_composition')) {
    const event = { kind: 'guarantee', epsilon: `${c.epsilon}`, delta: `${c.delta}`, times: c.num_queries } as const;
    const ours = epsilonOf([event], c.total_delta);
    if (c.expected_total_epsilon === null) assert.equal(ours, Number.POSITIVE_INFINITY);
    // Published is the next of the points at which the theorem states it, ε·(k − 2i); between them the curve is a chord.
    else {
      assert.ok(
        ours <= c.expected_total_epsilon && ours > c.expected_total_epsilon - 2 * c.epsilon,
        `${ours} for ${c.expected_total_epsilon}`,
      );
      assert.ok(deltaOf([event], c.expected_total_epsilon) <= c.total_delta);
    }
  }
});
