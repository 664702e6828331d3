/** Margins of weighted means of several noises against their exact distribution, by convolution. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rational } from '@sluis/math';
import { gaussianProbability, laplaceProbability, laplaceShareProbability, type Probability } from '@sluis/math/fixtures';
import { type AddedNoise, tailOf } from './noise-tail.ts';
import { surelyWithin, weightedMargin } from './weighted-margin.ts';

/** Probabilities of x / parts, so that weights that are fractions give whole numbers. */
type Distribution = ReadonlyMap<number, number>;

const reaching = (probability: Probability, reach: number): Distribution =>
  new Map(Array.from({ length: 2 * reach + 1 }, (_, i) => [i - reach, probability(i - reach)]));

function sumOf(a: Distribution, b: Distribution, weight: number): Distribution {
  const out = new Map<number, number>();
  for (const [x, p] of a) for (const [y, q] of b) if (p * q > 1e-18) out.set(x + weight * y, (out.get(x + weight * y) ?? 0) + p * q);
  return out;
}

interface Kind {
  readonly name: string;
  readonly noise: (size: bigint) => AddedNoise;
  readonly exact: (size: number) => Distribution;
}

const KINDS: readonly Kind[] = [
  {
    name: 'Laplace from bits',
    noise: (size) => ({ kind: 'discrete-laplace', scale: rational(size), added: 1, complete: 1 }),
    exact: (size) => reaching(laplaceProbability(size), 40 * size),
  },
  {
    name: 'Laplace from shares',
    noise: (size) => ({ kind: 'discrete-laplace', scale: rational(size), added: 3, complete: 2 }),
    exact: (size) => {
      const one = reaching(laplaceShareProbability(size, 2), 35 * size);
      return sumOf(sumOf(one, one, 1), one, 1);
    },
  },
  {
    name: 'Gaussian from bits',
    noise: (size) => ({ kind: 'discrete-gaussian', variance: rational(size * size), added: 1 }),
    exact: (size) => reaching(gaussianProbability(size * size), 10 * size),
  },
  {
    name: 'Gaussian from shares',
    noise: (size) => ({ kind: 'discrete-gaussian', variance: rational(size * size), added: 3 }),
    exact: (size) => {
      const one = reaching(gaussianProbability(size * size), 10 * size);
      return sumOf(sumOf(one, one, 1), one, 1);
    },
  },
];

for (const { name, noise, exact } of KINDS)
  test(`a weighted mean lies within its margin as often as asked, and hardly wider ones are found: ${name}`, () => {
    // Sizes, and weights in fifths.
    for (const { sizes, weights } of [
      { sizes: [8, 4], weights: [1, 4] },
      { sizes: [6, 6], weights: [2, 3] },
      { sizes: [5], weights: [5] },
    ] as const) {
      const parts = sizes.map((size, i) => ({ noise: noise(BigInt(size)), weight: (weights[i] ?? 0) / 5 }));
      const sum = sizes.reduce<Distribution>((all, size, i) => sumOf(all, exact(size), weights[i] ?? 0), new Map([[0, 1]]));
      for (const outside of [0.05, 0.01, 1e-4]) {
        const m = Number(weightedMargin(parts, outside));
        const beyond = (limit: number): number =>
          [...sum].reduce((p, [x, q]) => (Math.abs(Math.round(Math.abs(x) / 5)) > limit ? p + q : p), 0);
        assert.ok(beyond(m) <= outside, `${sizes} ${outside}: ${beyond(m)} beyond ${m}`);
        assert.ok(beyond(0.97 * m - 1.5) > outside, `${sizes} ${outside}: ${m} is too wide`);
        const sure = Number(surelyWithin(parts, outside));
        assert.ok(beyond(sure) <= outside && sure >= m && sure < 2.2 * m + 2, `${sure} for ${m}`);
      }
    }
  });

test('one answer alone has nearly the margin of its own noise, however large or small', () => {
  for (const noise of [
    { kind: 'discrete-laplace', scale: rational(1n, 5n), added: 1, complete: 1 },
    { kind: 'discrete-laplace', scale: rational(3n * 10n ** 9n), added: 3, complete: 2 },
    { kind: 'discrete-gaussian', variance: rational(2n), added: 3 },
    { kind: 'discrete-gaussian', variance: rational(10n ** 14n), added: 1 },
  ] as const satisfies readonly AddedNoise[]) {
    const tail = tailOf(noise);
    for (const outside of [0.2, 0.01, 1e-6]) {
      const m = Number(weightedMargin([{ noise, weight: 1 }], outside));
      assert.ok(2 * tail(m * (1 + 1e-9)) <= outside * 1.02, `${noise.kind}, ${outside}: ${m}`);
      if (m > 2) assert.ok(2 * tail(Math.floor(0.97 * m - 1)) > outside, `${noise.kind}, ${outside}: ${m} is too wide`);
    }
  }
});

test('rarer cases than can be told are refused, and bounded by Chernoff instead', () => {
  const parts = [{ noise: { kind: 'discrete-gaussian', variance: rational(100n), added: 1 }, weight: 1 }] as const;
  assert.throws(() => weightedMargin(parts, 1e-9), RangeError);
  // e^{-t²/2v} = 1e-14 / 2 at t = 81.1 for a variance of 100; exact tails end at 77.
  const sure = Number(surelyWithin(parts, 1e-14));
  assert.ok(sure >= 78 && sure < 84, `${sure}`);
});
