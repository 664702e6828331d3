/** Margins of weighted sums of noise against their exact distribution, by convolution. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rational } from '@sluis/math';
import { gaussianProbability, laplaceProbability, laplaceShareProbability, type Probability } from '@sluis/math/fixtures';
import { type AddedNoise, tailOf } from './noise-tail.ts';
import { twoWeightMargin } from './two-weight-margin.ts';

type Distribution = ReadonlyMap<number, number>;

const reaching = (probability: Probability, reach: number): Distribution =>
  new Map(Array.from({ length: 2 * reach + 1 }, (_, i) => [i - reach, probability(i - reach)]));

function sumOf(a: Distribution, b: Distribution, weight: number): Map<number, number> {
  const out = new Map<number, number>();
  for (const [x, p] of a) for (const [y, q] of b) if (p * q > 1e-16) out.set(x + weight * y, (out.get(x + weight * y) ?? 0) + p * q);
  return out;
}

/** Three shares of 1/2 of discrete Laplace noise. */
function shares(scale: number): Distribution {
  const one = reaching(laplaceShareProbability(scale, 2), 40 * scale);
  return sumOf(sumOf(one, one, 1), one, 1);
}

const CASES: readonly { readonly name: string; readonly noise: AddedNoise; readonly one: Distribution }[] = [
  {
    name: 'Laplace from bits',
    noise: { kind: 'discrete-laplace', scale: rational(2n), added: 1, complete: 1 },
    one: reaching(laplaceProbability(2), 60),
  },
  {
    name: 'little Laplace noise from bits',
    noise: { kind: 'discrete-laplace', scale: rational(1n, 4n), added: 1, complete: 1 },
    one: reaching(laplaceProbability(0.25), 12),
  },
  { name: 'Laplace from shares', noise: { kind: 'discrete-laplace', scale: rational(2n), added: 3, complete: 2 }, one: shares(2) },
  {
    name: 'Gaussian from bits',
    noise: { kind: 'discrete-gaussian', variance: rational(5n), added: 1 },
    one: reaching(gaussianProbability(5), 30),
  },
  {
    name: 'little Gaussian noise from bits',
    noise: { kind: 'discrete-gaussian', variance: rational(1n, 3n), added: 1 },
    one: reaching(gaussianProbability(1 / 3), 12),
  },
  {
    name: 'Gaussian from shares',
    noise: { kind: 'discrete-gaussian', variance: rational(2n), added: 3 },
    one: ((g) => sumOf(sumOf(g, g, 1), g, 1))(reaching(gaussianProbability(2), 20)),
  },
];

for (const { name, noise, one } of CASES)
  test(`margins of weighted sums hold, and are hardly wider than they must be: ${name}`, () => {
    const total = 5;
    for (const weights of [
      [1, 1],
      [3, 1],
      [1, 9],
    ] as const)
      for (const outside of [0.025, 0.004]) {
        const exact = Array.from({ length: total }, (_, i) => {
          let sum: Distribution = new Map([[0, 1]]);
          for (let j = 0; j < total; j++) sum = sumOf(sum, one, j <= i ? weights[0] : weights[1]);
          return sum;
        });
        const beyond = (k: number, t: number): number => [...(exact[k - 1] ?? assert.fail())].reduce((p, [x, q]) => (x > t ? p + q : p), 0);
        for (let k = 1; k <= total; k++) {
          const t = Number(twoWeightMargin(noise, { weights, from: k, to: k, total }, outside));
          assert.ok(beyond(k, t) <= outside, `${weights} ${k} of ${total}, ${outside}: ${beyond(k, t)} beyond ${t}`);
          if (t > 2) assert.ok(beyond(k, 0.97 * t - 2) > outside, `${weights} ${k}: ${t} is too wide`);
        }
        const all = Number(twoWeightMargin(noise, { weights, from: 2, to: 3, total }, outside));
        for (const k of [2, 3]) assert.ok(beyond(k, all) <= outside);
      }
  });

test('one noise alone has the margin of its own tail', () => {
  for (const { noise } of CASES) {
    const t = Number(twoWeightMargin(noise, { weights: [1000, 1], from: 1, to: 1, total: 1 }, 0.025));
    const tail = tailOf(noise);
    assert.ok(tail(Math.floor(t / 1000)) <= 0.025);
    assert.ok(t < 1000 || tail(Math.floor(t / 1000) - 1) > 0.024);
  }
});

test('a range of numbers of weights has a margin that every number in it keeps to', () => {
  const noise = CASES[2]?.noise ?? assert.fail();
  const shape = { weights: [9900, 100] as const, total: 2000 };
  for (const [from, to] of [
    [40, 42],
    [400, 421],
    [1500, 1575],
  ] as const) {
    const all = twoWeightMargin(noise, { ...shape, from, to }, 0.025);
    const each = [from, (from + to) >> 1, to].map((k) => twoWeightMargin(noise, { ...shape, from: k, to: k }, 0.025));
    assert.ok(each.every((t) => t <= all));
    assert.ok(Number(all) < 1.01 * Math.max(...each.map(Number)), `${all} of ${each}`);
  }
});
