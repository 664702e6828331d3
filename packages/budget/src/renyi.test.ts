/** Rényi divergences against their sums, and sampled mechanisms against the exact distribution of the sampled pair. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { claimOf } from './claim.ts';
import { type AccountedEvent, deltaOf, epsilonOf, zcdpEpsilon } from './index.ts';
import { logMoment, renyiEpsilon } from './renyi.ts';

type Pair = readonly (readonly [p: number, q: number])[];
const shifted = (weight: (x: number) => number, shift: number, reach: number): Pair => {
  let sum = 0;
  for (let x = -reach; x <= reach; x++) sum += weight(x);
  return Array.from({ length: 2 * reach + 1 }, (_, i) => [weight(i - reach) / sum, weight(i - reach - shift) / sum] as const);
};
const moment = (pair: Pair, alpha: number): number =>
  Math.log(pair.reduce((s, [p, q]) => s + Math.exp(alpha * Math.log(p) + (1 - alpha) * Math.log(q)), 0));
const turned = (pair: Pair): Pair => pair.map(([p, q]) => [q, p] as const);
/** P and Q of a mechanism that sees the unit with probability q. */
const sampledPair = (pair: Pair, q: number): Pair => pair.map(([p, r]) => [(1 - q) * r + q * p, r] as const);

const laplace: AccountedEvent = { kind: 'discrete-laplace', scale: '2', l1: '3', times: 1 };
const gaussian: AccountedEvent = { kind: 'discrete-gaussian', variance: '1', squaredL2: '1', times: 1 };
const response: AccountedEvent = { kind: 'guarantee', epsilon: '0.7', delta: '0', times: 1 };
const [yes, no] = [1 / (1 + Math.exp(-0.7)), 1 / (1 + Math.exp(0.7))];
const pairs: readonly (readonly [AccountedEvent, Pair])[] = [
  [laplace, shifted((x) => Math.exp(-Math.abs(x) / 2), 3, 90)],
  [gaussian, shifted((x) => Math.exp((-x * x) / 2), 1, 34)],
  [
    response,
    [
      [yes, no],
      [no, yes],
    ],
  ],
];

test('log-moments equal their sums for Laplace and responses, and bound them for the discrete Gaussian', () => {
  for (const [event, pair] of pairs) {
    for (const alpha of [1.01, 1.5, 2, 3, 7.3, 20]) {
      const [ours, truth] = [logMoment(claimOf(event).loss, alpha), moment(pair, alpha)];
      assert.ok(ours >= truth * (1 - 1e-9) - 1e-14, `${event.kind} at ${alpha}: ${ours} below ${truth}`);
      assert.ok(ours <= truth * (1 + 1e-3) + 1e-12, `${event.kind} at ${alpha}: ${ours} for ${truth}`);
    }
  }
});

test('log-moments of sampled mechanisms bound both directions, and are exact at whole orders for Poisson sampling', () => {
  for (const rate of [0.01, 0.2, 0.7]) {
    for (const [event, pair] of pairs) {
      const mixed = sampledPair(pair, rate);
      const loss = claimOf({ kind: 'subsampled', sampling: 'poisson', rate: `${rate}`, of: event as never, times: 1 }).loss;
      for (const alpha of [1.5, 2, 3, 5.5, 12]) {
        const [ours, one, other] = [logMoment(loss, alpha), moment(mixed, alpha), moment(turned(mixed), alpha)];
        assert.ok(ours >= one - 1e-12 && ours >= other - 1e-12, `${event.kind} ${rate} ${alpha}: ${ours} for ${one} and ${other}`);
        if (Number.isInteger(alpha)) assert.ok(ours <= one * 1.001 + 1e-10, `${event.kind} ${rate} ${alpha}: ${ours} for ${one}`);
      }
    }
  }
});

test('conversion: never below the loss distribution, and its best order is near the best of many', () => {
  for (const event of [laplace, gaussian, response]) {
    const many = [{ loss: claimOf(event).loss, times: 5 }];
    for (const delta of [1e-3, 1e-8]) {
      const { value } = renyiEpsilon(many, delta);
      assert.ok(value >= epsilonOf([{ ...event, times: 5 }], delta) - 1e-12);
      for (let a = 1.05; a < 40; a *= 1.1) {
        const there = logMoment(many[0]?.loss ?? assert.fail(), a) * 5;
        const bound = there / (a - 1) + Math.log1p(-1 / a) - (Math.log(delta) + Math.log(a)) / (a - 1);
        assert.ok(value <= bound + 1e-9, `${value} is not the best: order ${a} gives ${bound}`);
      }
    }
  }
  assert.ok(zcdpEpsilon(0.5, 1e-6) < 0.5 + 2 * Math.sqrt(0.5 * Math.log(1e6)));
});

test('two sampled mechanisms together: the exact sum over results in the worse direction', () => {
  const rate = 0.3;
  for (const [event, pair] of pairs.slice(0, 2)) {
    const mixed = sampledPair(
      pair.filter(([p, q]) => p > 1e-18 || q > 1e-18),
      rate,
    );
    const sum = (one: Pair, epsilon: number): number =>
      one.reduce((s, [a, b]) => s + one.reduce((t, [c, d]) => t + Math.max(0, a * c - Math.exp(epsilon) * b * d), 0), 0);
    const sampled: AccountedEvent = { kind: 'subsampled', sampling: 'poisson', rate: '0.3', of: event as never, times: 2 };
    for (const epsilon of [0.05, 0.3, 0.8]) {
      const truth = Math.max(sum(mixed, epsilon), sum(turned(mixed), epsilon));
      const ours = deltaOf([sampled], epsilon);
      assert.ok(ours >= truth * (1 - 1e-10), `${event.kind} ${epsilon}: ${ours} below ${truth}`);
      // 1e-3 in ε.
      assert.ok(
        ours <= Math.max(sum(mixed, epsilon - 1e-3), sum(turned(mixed), epsilon - 1e-3)),
        `${event.kind} ${epsilon}: ${ours} for ${truth}`,
      );
    }
  }
});

test('sampling without replacement follows its formula for one, and composes below the Rényi bound of Wang et al. 2019', () => {
  const of = { kind: 'guarantee', epsilon: '1', delta: '0', times: 1 } as const;
  const once: AccountedEvent = { kind: 'subsampled', sampling: 'without-replacement', rate: '0.1', of, times: 1 };
  const truth = Math.log1p(0.1 * Math.expm1(1));
  assert.ok(Math.abs(epsilonOf([once], 0) - truth) < 1e-12);
  const many = { ...once, times: 200 };
  const bound = renyiEpsilon([{ loss: claimOf(once).loss, times: 200 }], 1e-6).value;
  assert.ok(epsilonOf([many], 1e-6) < bound && epsilonOf([many], 1e-6) > epsilonOf([{ ...of, epsilon: '0.1' }], 1e-6));
});

test('deep learning with noise: not above what the moments accountant gave (Abadi et al. 2016: 1.26 at 1e-5)', () => {
  const step = { kind: 'gaussian', variance: '16', squaredL2: '1', times: 1 } as const;
  const epsilon = epsilonOf([{ kind: 'subsampled', sampling: 'poisson', rate: '0.01', of: step, times: 10_000 }], 1e-5);
  assert.ok(epsilon < 1.26 && epsilon > 0.8, `${epsilon}`);
});
