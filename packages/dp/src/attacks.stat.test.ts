/**
 * Attacks on how numbers are computed, each with a control: a naive mechanism on which it succeeds. α = 1e-9 each; sizes are
 * with the tests.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RandomBits } from '@sluis/math';
import { seededRandom, testSeed } from '@sluis/math/fixtures';
import { audit } from './fixtures/audit.ts';
import * as dp from './library.ts';

const random = seededRandom(testSeed);
const bits = new RandomBits(random, 4096);
const identity = (x: number) => x;

/** A uniform double as programs make it: a multiple of 2^-53. */
const uniform = (): number => Number(bits.bits(53) + 1n) / 2 ** 53;
const textbook = (value: number, scale: number): number => value + (bits.word() & 1 ? 1 : -1) * scale * Math.log(uniform());

/** Whether textbook noise can have made y from this value: some uniform number near exp(−|y − value|/scale) gives it. */
function reachable(y: number, value: number, scale: number): boolean {
  const near = Math.round(Math.exp(-Math.abs(y - value) / scale) * 2 ** 53);
  for (let k = near - 40; k <= near + 40; k++)
    for (const sign of [1, -1]) if (k > 0 && value + sign * scale * Math.log(k / 2 ** 53) === y) return true;
  return false;
}

test(`holes between doubles tell which value had noise added, not on a grid (Mironov 2012; seed ${testSeed})`, () => {
  // Control: of textbook Laplace noise on 0 or 1, many results are possible for one of both only. 500 runs; none would be if safe.
  const runs = 500;
  let told = 0;
  for (let i = 0; i < runs; i++) {
    const y = textbook(0, 1 / 3);
    if (reachable(y, 0, 1 / 3) && !reachable(y, 1, 1 / 3)) told++;
  }
  assert.ok(told > 0.2 * runs, `control: ${told} of ${runs} results gave the value away`);
  // Here every number of steps is possible for both: each that comes often for one comes for the other too. A number of
  // probability 0.002 is absent from 20,000 runs with a probability below 1e-17.
  const sum = dp.sum({ noise: { epsilon: '1' }, lower: '0', upper: '1', step: '1/3' }, identity);
  const seen = [[0], [1]].map((values) => {
    const counts = new Map<bigint, number>();
    for (let i = 0; i < 20_000; i++) {
      const { steps } = sum.run(random, dp.rowsAreUnits(values));
      counts.set(steps, (counts.get(steps) ?? 0) + 1);
    }
    return counts;
  });
  for (const [a, b] of [seen, [...seen].reverse()] as [Map<bigint, number>, Map<bigint, number>][])
    for (const [steps, count] of a) if (count > 200) assert.ok((b.get(steps) ?? 0) > 0, `${steps}: ${count} times for one value only`);
});

const BOUND = 1024;

/** Large values bring the sum to 2^24; then threes follow, which single precision rounds to fours there, but not below it. */
const large = Array<number>(2 ** 14).fill(BOUND);
const threes = Array<number>(340).fill(3);
const neighbours = [
  [...large, ...threes],
  [...large.slice(1), ...threes],
] as const;

test(`rounding of sums raises their sensitivity, not of whole numbers (Casacuberta et al. 2022; seed ${testSeed})`, () => {
  const single = neighbours.map((rows) => rows.reduce((sum, x) => Math.fround(sum + x), 0)) as [number, number];
  assert.ok(Math.abs(single[0] - single[1]) > 1.3 * BOUND, 'control: one row changes the naive sum by more than its bound');
  const noise = dp.noiseFor({ epsilon: '1' }, { of: 'sum', l1: BigInt(BOUND), squaredL2: BigInt(BOUND) ** 2n });
  const naive = audit({ run: (n) => single[n] + Number(noise.draw(random, 1)[0]), runs: 20_000 });
  assert.ok(naive.epsilon > 1, `control: only ${naive.epsilon}`);
  const exact = dp.sum({ noise: { scale: '1/1000' }, lower: '0', upper: String(BOUND) }, identity);
  const [a, b] = neighbours.map((rows) => exact.run(random, dp.rowsAreUnits(rows)).steps) as [bigint, bigint];
  assert.equal(a - b, BigInt(BOUND));
});

test(`overflow of sums tells of one row, not of big integers (Casacuberta et al. 2022; seed ${testSeed})`, () => {
  const bound = 2n ** 50n;
  const rows = Array<bigint>(2 ** 13).fill(bound);
  const wrapped = (values: readonly bigint[]) =>
    BigInt.asIntN(
      64,
      values.reduce((sum, x) => sum + x, 0n),
    );
  const sums = [wrapped(rows), wrapped(rows.slice(1))] as const;
  assert.ok(sums[1] - sums[0] > 2n ** 63n, 'control: one row changes the wrapped sum by nearly 2^64');
  const noise = dp.noiseFor({ epsilon: '1' }, { of: 'sum', l1: bound, squaredL2: bound ** 2n });
  const naive = audit({ run: (n) => Number(sums[n] + (noise.draw(random, 1)[0] as bigint)), runs: 1000 });
  assert.ok(naive.epsilon > 3, `control: only ${naive.epsilon}`);
  const exact = dp.sum<bigint>({ noise: { epsilon: '1' }, lower: '0', upper: String(bound) }, (x) => x);
  const data = [dp.rowsAreUnits(rows), dp.rowsAreUnits(rows.slice(1))] as const;
  const found = audit({ run: (n) => exact.run(random, data[n]).value, runs: 200 });
  assert.ok(found.epsilon <= 1);
});

test('what a value is never decides whether there is an answer', () => {
  const odd = [Number.NaN, Number.POSITIVE_INFINITY, -0, 5e-324, 2 ** 1023, null, undefined, 'x', 10n ** 400n, {}, Symbol('s')];
  const options = { noise: { rho: '1' }, lower: '-1', upper: '1', step: '1/1000' };
  const same = (x: unknown) => x;
  for (const value of odd) {
    const rows = dp.rowsAreUnits<unknown>([value, 0.5], () => 'a');
    for (const mechanism of [dp.sum(options, same), dp.mean(options, same), dp.variance(options, same)])
      assert.ok(Number.isFinite(mechanism.run(random, rows).value));
    assert.ok(Number.isFinite(dp.median({ epsilon: '1', lower: '-1', upper: '1' }, same).run(random, rows).value));
  }
});
