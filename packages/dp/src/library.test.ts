/** Every mechanism with so much spent that noise is hardly there: it must release what is true, with the claim it says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { epsilonOf } from '@sluis/budget';
import { seededRandom, testSeed } from '@sluis/math/fixtures';
import * as dp from './library.ts';

const random = seededRandom(testSeed);
const NONE = { noise: { epsilon: '100000000' } };
interface Point {
  readonly x: number;
  readonly z: number;
}

const GRID = { lower: '-10', upper: '90', step: '1/10' };
const values = [1.5, 2.5, -3, 40.04, 40.06, 90, 7];
const rows = dp.rowsAreUnits(values, (x) => (x > 30 ? 'large' : 'small'));
const same = (x: number) => x;
const close = (got: number, expected: number, by = 1e-3) => assert.ok(Math.abs(got - expected) < by, `${got} instead of ${expected}`);

test('counts and sums are exact without noise', () => {
  assert.equal(dp.count(NONE).run(random, rows).value, 7);
  const sum = dp.sum({ ...NONE, ...GRID }, same).run(random, rows);
  assert.equal(sum.steps, 1781n);
  assert.equal(sum.value, 178.1);
  assert.ok(sum.interval.low <= 178.1 && sum.interval.high >= 178.1);
  assert.equal(dp.countDistinct(NONE).run(random, rows).value, 2);
});

test('moments are exact without noise', () => {
  const rounded = [1.5, 2.5, -3, 40, 40.1, 90, 7];
  const mean = rounded.reduce((a, b) => a + b) / 7;
  const variance = rounded.reduce((a, b) => a + (b - mean) ** 2, 0) / 7;
  close(dp.mean({ ...NONE, ...GRID }, same).run(random, rows).value, mean);
  close(dp.variance({ ...NONE, ...GRID }, same).run(random, rows).value, variance);
  const half = { lower: '-5', upper: '45', step: '1/20' };
  const covariance = dp.covariance({ ...NONE, x: GRID, y: half }, same, (x) => Math.round(x * 10) / 20);
  close(covariance.run(random, rows).value, variance / 2);
});

test('a regression finds the line without noise, and intervals hold it', () => {
  const points = dp.rowsAreUnits(Array.from({ length: 200 }, (_, i) => ({ x: i % 20, z: (i * 7) % 13 })));
  const options = { ...NONE, ridge: 0 };
  const { intercept, slopes } = dp
    .linearRegression(
      options,
      [
        { lower: '0', upper: '20', value: (p: Point) => p.x },
        { lower: '0', upper: '12', value: (p: Point) => p.z },
      ],
      { lower: '-100', upper: '100', value: (p: Point) => 3 * p.x - 2 * p.z + 5 },
    )
    .run(random, points);
  close(intercept.value, 5);
  close(slopes[0]?.value ?? 0, 3);
  close(slopes[1]?.value ?? 0, -2);
  assert.ok((slopes[0]?.interval.low ?? 9) <= 3.001);
});

test('histograms release declared groups only, and all of them', () => {
  const cells = dp.histogram(NONE, ['small', 'empty']).run(random, rows);
  assert.deepEqual(
    cells.map(({ key, value }) => [key, value]),
    [
      ['small', 4],
      ['empty', 0],
    ],
  );
  assert.throws(() => dp.histogram(NONE, ['a', 'a']), { code: 'dp/bad-keys' });
});

test('groups that come from the data need many units', () => {
  const many = dp.rowsAreUnits([...Array<string>(100).fill('b'), 'rare', ...Array<string>(80).fill('a')], String);
  // The rare one is shown with a probability of δ.
  const delta = '0.0000000001';
  const truncated = dp.groupsByTruncation({ epsilon: '1', delta });
  assert.deepEqual(truncated.claim.events, [{ kind: 'guarantee', epsilon: '1', delta: '1/10000000000', times: 1 }]);
  const keys = truncated.run(random, many).map((g) => g.key);
  assert.deepEqual(keys, ['a', 'b']);
  assert.deepEqual(
    dp
      .groupsByThreshold({ rho: '1', delta })
      .run(random, many)
      .map((g) => g.key),
    ['a', 'b'],
  );
  // k = ⌈ln((e + 2δ − 1)/((e + 1)δ))⌉ for ε = 1: Desfontaines et al. 2022, Theorem 3.
  const millionth = 1e-6;
  const expected = Math.ceil(Math.log((Math.E + 2 * millionth - 1) / ((Math.E + 1) * millionth)));
  assert.equal(dp.truncationFor({ numerator: 1n, denominator: 1n }, { numerator: 1n, denominator: 1_000_000n }), BigInt(expected));
  assert.throws(() => dp.groupsByTruncation({ epsilon: '1', delta: '0' }), { code: 'dp/bad-parameter' });
  assert.throws(() => dp.groupsByTruncation({ epsilon: '1', delta: '0.1', contributions: { groups: 1, rowsPerGroup: 2 } }), {
    code: 'dp/too-many-contributions',
  });
});

test('quantiles, extremes and the largest groups', () => {
  const grid = { epsilon: '1000', lower: '0', upper: '1000' };
  const many = dp.rowsAreUnits(Array.from({ length: 999 }, (_, i) => i + 1));
  close(dp.median(grid, same).run(random, many).value, 500, 2);
  close(dp.quantile({ ...grid, at: '0.25' }, same).run(random, many).value, 250, 2);
  close(dp.minimum(grid, same).run(random, many).value, 10, 2);
  close(dp.maximum(grid, same).run(random, many).value, 990, 2);
  const { keys } = dp.topGroups({ epsilon: '1000', top: 2, keys: ['small', 'none', 'large'] }).run(random, rows);
  assert.deepEqual(keys, ['small', 'large']);
});

test('a quantile of an empty table is any point of the grid', () => {
  const found = new Set(
    Array.from(
      { length: 200 },
      () => dp.median({ epsilon: '1', lower: '0', upper: '3' }, same).run(random, dp.rowsAreUnits<number>([])).value,
    ),
  );
  assert.deepEqual([...found].sort(), [0, 1, 2, 3]);
});

test('selections choose the best where little is random', () => {
  for (const make of [dp.exponentialMechanism, dp.permuteAndFlip, dp.reportNoisyMax]) {
    const choice = make({ epsilon: '1000', sensitivity: 1n });
    assert.equal(choice.choose(random, [3n, 10n, 9n, -5n]), 1);
    assert.throws(() => choice.choose(random, []), { code: 'dp/no-candidates' });
    assert.throws(() => make({ epsilon: '1', sensitivity: 0n }), { code: 'dp/no-sensitivity' });
    assert.ok(choice.within(0.95, 4) < 0.1);
  }
});

test('a sparse vector says yes so often, and then nothing', () => {
  const asked = new dp.SparseVector(random, { epsilon: '1000', sensitivity: 1n, threshold: 100n, most: 2 });
  assert.deepEqual(
    [5n, 500n, 20n, 300n].map((v) => asked.isAbove(v)),
    [false, true, false, true],
  );
  assert.throws(() => asked.isAbove(1n), { code: 'dp/exhausted' });
});

test('a relative error is reached with as little as it takes, or said not to be', () => {
  const mechanism = dp.relativeCount({ least: '0.01', most: '1', error: '0.1' });
  assert.deepEqual(mechanism.claim.events, [{ kind: 'guarantee', epsilon: '1', delta: '0', times: 1 }]);
  const spentOn = (n: number) => mechanism.run(random, dp.rowsAreUnits(Array.from({ length: n }, (_, i) => i)));
  const [few, many] = [spentOn(20), spentOn(100_000)];
  assert.equal(few.met, false);
  assert.equal(many.met, true);
  assert.deepEqual(many.spent, { kind: 'guarantee', epsilon: '1/100', delta: '0', times: 1 });
  assert.ok(Math.abs(many.value - 100_000) < 10_000);
});

test('a unit counts in as many groups and rows as it may', () => {
  const visits = Array.from({ length: 60 }, (_, i) => ({ person: i % 2, ward: `w${i % 6}` }));
  const bounded = dp.boundRows(
    random,
    visits,
    (v) => v.person,
    { groups: 2, rowsPerGroup: 3 },
    (v) => v.ward,
  );
  assert.equal(bounded.rows.length, 2 * 2 * 3);
  for (const person of [0, 1]) {
    const wards = bounded.rows.filter(({ row }) => row.person === person).map(({ key }) => key);
    assert.equal(new Set(wards).size, 2);
  }
  assert.throws(() => dp.count(NONE).run(random, bounded), { code: 'dp/too-many-contributions' });
  const counted = dp.count({ ...NONE, contributions: { groups: 2, rowsPerGroup: 3 } });
  assert.equal(counted.claim.sensitivities[0]?.l1, 6n);
  assert.equal(counted.run(random, bounded).value, 12);
  const cells = dp.histogram({ noise: { rho: '1' }, contributions: { groups: 2, rowsPerGroup: 3 } }, ['w0', 'w1']);
  assert.deepEqual(cells.claim.events, [{ kind: 'discrete-gaussian', variance: '9', squaredL2: '18', times: 1 }]);
});

test('(ε, δ) becomes Gaussian noise that the accountant proves to cost no more, and little less', () => {
  const noise = { epsilon: '1', delta: '0.00001' };
  for (const { name, claim } of [
    dp.count({ noise }),
    dp.mean({ noise, ...GRID }, same),
    dp.variance({ noise, lower: '0', upper: '1' }, same),
    dp.histogram({ noise, contributions: { groups: 2, rowsPerGroup: 3 } }, ['a', 'b', 'c']),
  ]) {
    const epsilon = epsilonOf(claim.events, 1e-5);
    assert.ok(epsilon <= 1 && epsilon > 0.98, `${name}: ${epsilon}`);
    assert.ok(claim.events.every(({ kind }) => kind === 'discrete-gaussian'));
  }
});

test('what can not be proven is refused', () => {
  const refusals: readonly [() => unknown, string][] = [
    [() => dp.sum({ ...NONE, lower: '5', upper: '5' }, same), 'dp/bad-bounds'],
    [() => dp.sum({ ...NONE, lower: '0', upper: '1', step: '0' }, same), 'dp/bad-bounds'],
    [() => dp.sum({ ...NONE, lower: '0', upper: '1e6' }, same), 'math/not-a-number'],
    [() => dp.sum({ ...NONE, lower: '0', upper: 'Infinity' }, same), 'math/not-a-number'],
    [() => dp.sum({ ...NONE, lower: '0', upper: '2', step: '0.0000000000000001' }, same), 'dp/bad-bounds'],
    [() => dp.count({ noise: { epsilon: '0' } }), 'dp/bad-parameter'],
    [() => dp.count({ noise: { epsilon: '1' }, level: 1 }), 'dp/bad-parameter'],
    [() => dp.count({ noise: { epsilon: '1' }, contributions: { groups: 0, rowsPerGroup: 1 } }), 'dp/bad-parameter'],
    [() => dp.mean({ noise: { scale: '5' }, ...GRID }, same), 'dp/noise-not-divisible'],
    [() => dp.quantile({ epsilon: '1', lower: '0', upper: '1', at: '1.5' }, same), 'dp/bad-parameter'],
    [() => dp.relativeCount({ least: '0.0000000001', most: '1', error: '0.1' }), 'dp/bad-parameter'],
  ];
  for (const [refusal, code] of refusals) assert.throws(refusal, { code }, code);
});
