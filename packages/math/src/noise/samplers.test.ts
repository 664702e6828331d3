import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Random } from '@sluis/base';
import { seededRandom } from '../fixtures/index.ts';
import { parseRational, rational, rationalText } from '../rational.ts';
import { bernoulliExp } from './bernoulli.ts';
import * as s from './samplers.ts';

const THREE = rational(3n);

test('the same bytes give the same noise, in long and in short vectors', () => {
  for (const length of [5, 5000]) {
    const draw = (random: Random) => [
      s.discreteLaplace(random, THREE, length),
      s.discreteGaussian(random, THREE, length),
      s.geometric(random, THREE, length),
      s.discreteLaplaceShare(random, THREE, 3, length),
    ];
    assert.deepEqual(draw(seededRandom(7)), draw(seededRandom(7)));
    assert.notDeepEqual(draw(seededRandom(7)), draw(seededRandom(8)));
  }
});

test('a source that is stuck ends in an error, not in an endless loop or in no noise', () => {
  const constant: Random = { bytes: (count) => new Uint8Array(count) };
  // Never the same word twice in a row, but few of them: rejection samplers go round for ever.
  const cycle: Random = { bytes: (count) => new Uint8Array(Uint32Array.from({ length: count / 4 }, (_, i) => i % 2).buffer) };
  for (const source of [constant, cycle])
    for (const draw of [
      () => bernoulliExp(source, rational(1n, 2n)),
      () => s.discreteLaplaceInteger(source, THREE),
      () => s.discreteGaussianInteger(source, THREE),
    ])
      assert.throws(draw, { code: 'math/random-stuck' });
  assert.throws(() => s.discreteLaplace(constant, THREE, 5000), { code: 'math/random-stuck' });
});

test('parameters that noise can not have are refused', () => {
  const random = seededRandom(1);
  for (const bad of [rational(0n), rational(-1n), rational(2n ** 57n + 1n)])
    assert.throws(() => s.discreteLaplace(random, bad, 1), RangeError);
  assert.throws(() => s.discreteGaussian(random, rational(2n ** 115n), 1), RangeError);
  assert.throws(() => s.discreteLaplaceShare(random, rational(2n ** 43n), 3, 1), RangeError);
  for (const shares of [0, 1.5, 2_000_000]) assert.throws(() => s.discreteLaplaceShare(random, THREE, shares, 1), RangeError);
  assert.throws(() => bernoulliExp(random, rational(-1n)), RangeError);
});

test('large scales need no table, very large ones no limit', () => {
  const random = seededRandom(3);
  const spread = (values: readonly bigint[]) => values.reduce((most, x) => ((x < 0n ? -x : x) > most ? (x < 0n ? -x : x) : most), 0n);
  const laplace = spread([...s.discreteLaplace(random, rational(2n ** 50n), 2000)]);
  assert.ok(laplace > 2n ** 51n && laplace < 2n ** 56n);
  const gaussian = spread(Array.from({ length: 50 }, () => s.discreteGaussianInteger(random, rational(2n ** 400n))));
  assert.ok(gaussian > 2n ** 199n && gaussian < 2n ** 204n);
  assert.ok(spread([...s.discreteLaplaceShare(random, rational(2n ** 42n), 2, 100)]) > 2n ** 40n);
  assert.ok(s.geometricInteger(random, rational(2n ** 80n)) > 0n);
});

test('tiny scales give zeros', () => {
  const random = seededRandom(4);
  const tiny = rational(1n, 2000n);
  for (const noise of [
    s.discreteLaplace(random, tiny, 2000),
    s.discreteGaussian(random, rational(1n, 100n ** 2n), 2000),
    s.discreteLaplaceShare(random, tiny, 3, 2000),
  ])
    assert.ok(noise.every((x) => x === 0n));
});

test('exp(−γ) for γ = 0 is certain, and for a huge γ never happens', () => {
  const random = seededRandom(5);
  assert.equal(bernoulliExp(random, rational(0n)), true);
  assert.equal(bernoulliExp(random, rational(10n ** 40n)), false);
});

test('numbers are read exactly, or refused', () => {
  assert.deepEqual(parseRational('12'), rational(12n));
  assert.deepEqual(parseRational('0.50'), rational(1n, 2n));
  assert.deepEqual(parseRational('6/8'), { numerator: 3n, denominator: 4n });
  assert.equal(rationalText(rational(6n, 8n)), '3/4');
  assert.equal(rationalText(rational(-8n, 4n)), '-2');
  for (const bad of ['', '-1', '1e3', '1/0', '.5', '5.', '1/2/3', ' 1', '0x1', 'NaN', 'Infinity', '1,5'])
    assert.throws(() => parseRational(bad), { code: 'math/not-a-number' }, bad);
});
