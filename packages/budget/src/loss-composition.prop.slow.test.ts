/** Composed privacy losses against exact sums over all results: never below them, and at most 1e-3 above in ε. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type AccountedEvent, deltaOf, epsilonOf, gaussianEpsilon } from './index.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);

/** A pair of distributions, result by result. */
type Pair = readonly (readonly [p: number, q: number])[];

const response = (epsilon: number, delta: number): Pair => {
  const [yes, no] = [(1 - delta) / (1 + Math.exp(-epsilon)), (1 - delta) / (1 + Math.exp(epsilon))];
  return [
    [yes, no],
    [no, yes],
    [delta, 0],
    [0, delta],
  ];
};

const shifted = (weight: (x: number) => number, shift: number, reach: number): Pair => {
  let sum = 0;
  for (let x = -reach; x <= reach; x++) sum += weight(x);
  return Array.from({ length: 2 * reach + 1 + shift }, (_, i) => [weight(i - reach) / sum, weight(i - reach - shift) / sum] as const);
};

/** Σ over all results of all of them together of (P − e^ε·Q)₊, by running through them. */
function bruteDelta(pairs: readonly Pair[], epsilon: number): number {
  const through = (i: number, p: number, q: number): number => {
    if (p === 0) return 0;
    const pair = pairs[i];
    if (pair === undefined) return Math.max(0, p - Math.exp(epsilon) * q);
    return pair.reduce((sum, [a, b]) => sum + through(i + 1, p * a, q * b), 0);
  };
  return through(0, 1, 1);
}

/** By bisection: within 1e-9 of it. */
function bruteEpsilon(pairs: readonly Pair[], delta: number): number {
  let [low, high] = [0, 40];
  if (bruteDelta(pairs, 0) <= delta) return 0;
  while (high - low > 1e-9) {
    const middle = (low + high) / 2;
    if (bruteDelta(pairs, middle) <= delta) high = middle;
    else low = middle;
  }
  return low;
}

const tenths = (from: number, to: number) => fc.integer({ min: from, max: to });
const kinds = fc.oneof(
  tenths(1, 150).map((e): [AccountedEvent, Pair] => [
    { kind: 'guarantee', epsilon: `${e / 100}`, delta: '0', times: 1 },
    response(e / 100, 0),
  ]),
  fc
    .tuple(tenths(1, 150), tenths(1, 50))
    .map(([e, d]): [AccountedEvent, Pair] => [
      { kind: 'guarantee', epsilon: `${e / 100}`, delta: `${d / 1000}`, times: 1 },
      response(e / 100, d / 1000),
    ]),
  fc.tuple(tenths(2, 12), tenths(1, 5)).map(([scale, l1]): [AccountedEvent, Pair] => [
    { kind: 'discrete-laplace', scale: `${scale}`, l1: `${l1}`, times: 1 },
    // Results at and beyond both ends gathered: their ratio is the same.
    laplacePair(scale, l1),
  ]),
  tenths(5, 60).map((v): [AccountedEvent, Pair] => [
    { kind: 'discrete-gaussian', variance: `${v / 10}`, squaredL2: '1', times: 1 },
    shifted((x) => Math.exp((-x * x) / (v / 5)), 1, Math.ceil(Math.sqrt(v / 10) * 9)),
  ]),
);

function laplacePair(scale: number, l1: number): Pair {
  const q = Math.exp(-1 / scale);
  const pairs: [number, number][] = [
    [1 / (1 + q), q ** l1 / (1 + q)],
    [q ** l1 / (1 + q), 1 / (1 + q)],
  ];
  for (let x = 1; x < l1; x++) pairs.push([((1 - q) / (1 + q)) * q ** x, ((1 - q) / (1 + q)) * q ** (l1 - x)]);
  return pairs;
}

test(`a few events of all kinds (seed ${seed})`, () => {
  fc.assert(
    fc.property(fc.array(kinds, { minLength: 1, maxLength: 3 }), tenths(1, 9), (events, digits) => {
      const delta = 10 ** -digits;
      const [names, pairs] = [events.map(([e]) => e), events.map(([, p]) => p)];
      const truth = bruteEpsilon(pairs, delta);
      const ours = epsilonOf(names, delta);
      const least = bruteDelta(pairs, 40);
      assert.ok(ours >= truth - 1e-9, `${ours} is below ${truth}`);
      // Where δ is all but used up by what is revealed with certainty, ε rises without bound: nothing is said about tightness.
      if (least < delta * (1 - 1e-6)) assert.ok(ours <= truth + 1e-3, `${ours} is more than 1e-3 above ${truth}`);
      else if (least > delta) assert.ok(ours > 39, `${ours} where no ε is enough`);
      const at = truth / 2;
      const exact = bruteDelta(pairs, at);
      const bound = deltaOf(names, at);
      assert.ok(bound >= exact * (1 - 1e-11) && bound <= exact * 1.01 + 1e-15, `δ ${bound} for ${exact}`);
    }),
    { seed, numRuns: 60 },
  );
});

/** Exact ε of n₁ and n₂ randomised responses by sums of binomial probabilities. */
function binomialEpsilon(parts: readonly { epsilon: number; times: number }[], delta: number): number {
  let atoms: [loss: number, logP: number][] = [[0, 0]];
  for (const { epsilon, times } of parts) {
    const [yes, no] = [-Math.log1p(Math.exp(-epsilon)), -Math.log1p(Math.exp(epsilon))];
    let logChoose = 0;
    const its: [number, number][] = [];
    for (let k = 0; k <= times; k++) {
      if (k > 0) logChoose += Math.log((times - k + 1) / k);
      const log = logChoose + k * yes + (times - k) * no;
      if (log > -60) its.push([(2 * k - times) * epsilon, log]);
    }
    atoms = atoms.flatMap(([l, p]) => its.map(([m, r]): [number, number] => [l + m, p + r]));
  }
  const at = (epsilon: number): number => atoms.reduce((s, [l, p]) => (l > epsilon ? s - Math.exp(p) * Math.expm1(epsilon - l) : s), 0);
  let [low, high] = [0, 100];
  for (let i = 0; i < 45; i++) {
    const middle = (low + high) / 2;
    if (at(middle) <= delta) high = middle;
    else low = middle;
  }
  return low;
}

test('thousands of compositions on no common lattice: not below the truth, at most 1e-3 above', () => {
  const cases = [
    [
      { epsilon: 0.0100003, times: 3000 },
      { epsilon: 0.0137, times: 2000 },
    ],
    [
      { epsilon: 0.1, times: 100 },
      { epsilon: 0.0031416, times: 4000 },
    ],
    [
      { epsilon: 0.00271828, times: 8000 },
      { epsilon: 0.05, times: 30 },
    ],
  ];
  for (const parts of cases) {
    const events = parts.map((p): AccountedEvent => ({ kind: 'guarantee', epsilon: `${p.epsilon}`, delta: '0', times: p.times }));
    for (const delta of [1e-3, 1e-6, 1e-10]) {
      const [ours, truth] = [epsilonOf(events, delta), binomialEpsilon(parts, delta)];
      assert.ok(ours >= truth - 1e-9 && ours <= truth + 1e-3, `${ours} for ${truth} at ${delta}`);
      // What rounding every loss up to the next point of a grid gives, as a control that this test can tell.
      const rounded = parts.map((p) => ({ epsilon: Math.ceil(p.epsilon / 1e-3) * 1e-3, times: p.times }));
      if (delta === 1e-6) assert.ok(binomialEpsilon(rounded, delta) > truth + 1e-3);
    }
  }
});

test('ten thousand different events: between the Gaussian limit from below and 1e-3 above it', () => {
  // Responses of so small an ε add up to a Gaussian, to far better than the tolerance: μ² is Σ ε² but for ε⁴.
  const scales = Array.from({ length: 10_000 }, (_, i) => 500 + i / 3);
  const events = scales.map((s): AccountedEvent => ({ kind: 'discrete-laplace', scale: s.toFixed(3), l1: '1', times: 1 }));
  const mu = Math.sqrt(scales.reduce((sum, s) => sum + 1 / Number(s.toFixed(3)) ** 2, 0));
  const [ours, limit] = [epsilonOf(events, 1e-6), gaussianEpsilon(mu, 1e-6)];
  assert.ok(Math.abs(ours - limit) < 1e-3, `${ours} for ${limit}`);
});
