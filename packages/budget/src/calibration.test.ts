/** Noise that is just enough, margins that hold, thresholds that show nobody. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Rational, rational, rationalText } from '@sluis/math';
import {
  type AddedNoise,
  analyticGaussianSigma,
  calibrateGaussian,
  calibrateLaplace,
  epsilonForMargin,
  epsilonOf,
  gaussianEvent,
  marginOf,
  tailOf,
  thresholdFor,
  VARIANCE_SLACK,
} from './index.ts';

const number = (r: Rational): number => Number(r.numerator) / Number(r.denominator);
const scaled = (r: Rational, by: number): Rational => rational(r.numerator * BigInt(Math.round(by * 2 ** 30)), r.denominator << 30n);

test('Laplace: the scale is exact, and so is the claim', () => {
  for (const [l1, epsilon] of [
    [1n, '0.1'],
    [7n, '1/3'],
    [1_000_000n, '0.0000001'],
  ] as const) {
    const scale = rationalText(calibrateLaplace(l1, epsilon));
    const event = { kind: 'discrete-laplace', scale, l1: `${l1}`, times: 1 } as const;
    assert.ok(
      Math.abs(epsilonOf([event], 0) / number(calibrateLaplace(1n, '1')) - number(rational(l1)) / number(calibrateLaplace(l1, epsilon))) <
        1e-12,
    );
  }
  assert.throws(() => calibrateLaplace(0n, '1'), RangeError);
  assert.throws(() => calibrateLaplace(1n, '0'), { code: 'budget/number' });
});

test('Gaussian: the variance is enough, and less by twice the slack is not', () => {
  for (const [squaredL2, l1, epsilon, delta, shares] of [
    [1n, 1n, '1', '0.00001', 1],
    [1n, 1n, '1', '0.00001', 2],
    [4n, 4n, '0.1', '0.000001', 2],
    [1_000_000n, 1000n, '0.5', '0.000000001', 2],
    [3n, 3n, '8', '0.001', 1],
  ] as const) {
    const target = { squaredL2, l1, values: 10, shares };
    const variance = calibrateGaussian({ ...target, epsilon, delta });
    assert.ok(epsilonOf([gaussianEvent(target, variance)], Number(delta)) <= Number(epsilon));
    const less = scaled(variance, 1 - 2 * VARIANCE_SLACK);
    const refused = ((): boolean => {
      try {
        return epsilonOf([gaussianEvent(target, less)], Number(delta)) > Number(epsilon);
      } catch {
        return true;
      }
    })();
    assert.ok(refused, `${rationalText(variance)} is more than needed`);
    const continuous = Number(squaredL2) * analyticGaussianSigma(Number(epsilon), Number(delta)) ** 2;
    assert.ok(
      Math.abs((number(variance) * shares) / continuous - 1) < (Number(epsilon) > 4 ? 0.2 : 0.01),
      `${number(variance) * shares} for ${continuous}`,
    );
  }
  assert.throws(() => calibrateGaussian({ squaredL2: 1n, l1: 1n, values: 1, epsilon: '1', delta: '0', shares: 1 }), {
    code: 'budget/not-reachable',
  });
});

/** P(sum > m) by convolving all shares. */
function exactTail(share: (x: number) => number, shares: number, reach: number, m: number): number {
  let sum = new Map<number, number>([[0, 1]]);
  for (let i = 0; i < shares; i++) {
    const next = new Map<number, number>();
    for (const [x, p] of sum) for (let y = -reach; y <= reach; y++) next.set(x + y, (next.get(x + y) ?? 0) + p * share(y));
    sum = next;
  }
  let [tail, all] = [0, 0];
  for (const [x, p] of sum) [tail, all] = [tail + (x > m ? p : 0), all + p];
  return tail / all;
}

test('tails: never below the truth and close to it, for one curator and for three shares', () => {
  const q = Math.exp(-1 / 4);
  // Pólya shares: differences of two negative binomials of shape 1/2.
  const polya = [(1 - q) ** 0.5];
  for (let k = 1; k < 260; k++) polya.push(((polya[k - 1] ?? 0) * q * (k - 0.5)) / k);
  const share = (x: number): number => polya.reduce((s, p, k) => s + p * (polya[k + Math.abs(x)] ?? 0), 0);
  const table = new Map(Array.from({ length: 401 }, (_, i) => [i - 200, share(i - 200)]));
  const v = 3;
  const cases: [AddedNoise, (m: number) => number][] = [
    [{ kind: 'discrete-laplace', scale: rational(4n), added: 1, complete: 1 }, (m) => q ** (m + 1) / (1 + q)],
    [{ kind: 'discrete-laplace', scale: rational(4n), added: 2, complete: 2 }, (m) => exactTail((x) => table.get(x) ?? 0, 2, 200, m)],
    [{ kind: 'discrete-laplace', scale: rational(4n), added: 3, complete: 2 }, (m) => exactTail((x) => table.get(x) ?? 0, 3, 200, m)],
    [{ kind: 'discrete-gaussian', variance: rational(3n), added: 1 }, (m) => exactTail((x) => Math.exp((-x * x) / (2 * v)), 1, 40, m)],
    [{ kind: 'discrete-gaussian', variance: rational(3n), added: 3 }, (m) => exactTail((x) => Math.exp((-x * x) / (2 * v)), 3, 40, m)],
  ];
  for (const [noise, truth] of cases) {
    for (const m of [0, 3, 10, 20]) {
      const [ours, exact] = [tailOf(noise)(m), truth(m)];
      assert.ok(ours >= exact * (1 - 1e-9) && ours <= exact * 1.0001, `${noise.kind} ${noise.added} beyond ${m}: ${ours} for ${exact}`);
    }
    const margin = Number(marginOf(noise, '0.95'));
    assert.ok(2 * truth(margin) <= 0.05 && 2 * truth(margin - 1) > 0.05, `margin ${margin}`);
  }
});

test('three shares of wide Laplace noise, gathered in blocks: not below the exact tail', () => {
  for (const [scale, bits] of [
    [900, 40],
    [20_000, 40],
  ] as const) {
    // All three are the difference of two negative binomials of shape 3/2.
    const [rate, reach] = [1 / scale, scale * bits];
    const p = new Float64Array(reach);
    p[0] = (-Math.expm1(-rate)) ** 1.5;
    for (let k = 1; k < reach; k++) p[k] = ((p[k - 1] ?? 0) * Math.exp(-rate) * (k + 0.5)) / k;
    const above = new Float64Array(reach + 1);
    for (let k = reach - 1; k >= 0; k--) above[k] = (above[k + 1] ?? 0) + (p[k] ?? 0);
    const tail = tailOf({ kind: 'discrete-laplace', scale: rational(BigInt(scale)), added: 3, complete: 2 });
    for (const m of [0, scale, 4 * scale, 15 * scale]) {
      let exact = 0;
      for (let k = 0; k + m + 1 < reach; k++) exact += (p[k] ?? 0) * (above[k + m + 1] ?? 0);
      assert.ok(tail(m) >= exact * (1 - 1e-9), `${scale} ${m}: ${tail(m)} is below ${exact}`);
      assert.ok(tail(m) <= exact * Math.exp(1 / 200), `${scale} ${m}: ${tail(m)} for ${exact}`);
    }
  }
});

test('margins of wide noise grow with it, to a quarter of a per cent', () => {
  for (const [added, complete] of [
    [1, 1],
    [3, 2],
  ] as const) {
    const at = (scale: bigint): number => Number(marginOf({ kind: 'discrete-laplace', scale: rational(scale), added, complete }, '0.95'));
    for (const scale of [10_000n, 100_000_000n]) assert.ok(Math.abs(at(scale) / Number(scale) / (at(300n) / 300) - 1) < 0.004, `${scale}`);
  }
  const gaussian = (variance: bigint): number =>
    Number(marginOf({ kind: 'discrete-gaussian', variance: rational(variance), added: 3 }, '0.95'));
  assert.ok(Math.abs(gaussian(10n ** 12n) / (1.959964 * Math.sqrt(3) * 1e6) - 1) < 1e-5);
});

test('a threshold shows a unit that is alone with probability at most δ, and is the least that does', () => {
  for (const noise of [
    { kind: 'discrete-laplace', scale: rational(10n), added: 3, complete: 2 },
    { kind: 'discrete-gaussian', variance: rational(50n), added: 3 },
  ] as const) {
    const [delta, groups, count] = [1e-6, 4, 3];
    const threshold = Number(thresholdFor({ noise, delta: '0.000001', groups, count }));
    const shown = (t: number): number => groups * tailOf(noise)(t - 1 - count);
    assert.ok(shown(threshold) <= delta && shown(threshold - 1) > delta);
  }
});

test('from a margin to its price and back', () => {
  const laplace = epsilonForMargin({ kind: 'discrete-laplace', l1: 2n, added: 3, complete: 2 }, 20n, '0.95');
  assert.deepEqual(laplace.parameter, calibrateLaplace(2n, laplace.epsilon));
  assert.ok(marginOf({ kind: 'discrete-laplace', scale: laplace.parameter, added: 3, complete: 2 }, '0.95') <= 20n);
  const cheaper = calibrateLaplace(2n, (Number(laplace.epsilon) * 0.999).toFixed(9));
  assert.ok(marginOf({ kind: 'discrete-laplace', scale: cheaper, added: 3, complete: 2 }, '0.95') > 20n);

  const target = { squaredL2: 1n, l1: 1n, values: 10, shares: 2 };
  const epsilonAt = (variance: Rational): number => epsilonOf([gaussianEvent(target, variance)], 1e-6);
  const gaussian = epsilonForMargin({ kind: 'discrete-gaussian', added: 3, epsilonAt }, 20n, '0.95');
  assert.ok(marginOf({ kind: 'discrete-gaussian', variance: gaussian.parameter, added: 3 }, '0.95') <= 20n);
  assert.ok(marginOf({ kind: 'discrete-gaussian', variance: scaled(gaussian.parameter, 1.002), added: 3 }, '0.95') > 20n);
  assert.ok(
    epsilonAt(gaussian.parameter) <= Number(gaussian.epsilon) && epsilonAt(gaussian.parameter) > Number(gaussian.epsilon) * (1 - 1e-5),
  );
  assert.throws(() => epsilonForMargin({ kind: 'discrete-laplace', l1: 1000n, added: 1, complete: 1 }, 1n, '0.99'), {
    code: 'budget/margin-too-small',
  });
});
