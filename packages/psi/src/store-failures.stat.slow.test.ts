/**
 * The law of failures against simulations of narrow bands. For each (rows, band) with expected number of failures e among the
 * trials, the observed number must lie within e/1.5 − 4√e … 1.5e + 4√e, and outside that of a law that is off by two bits (a factor of four). As many as
 * 0.8e fail, since the law is rounded to the safe side: either limit is six or more standard deviations √(0.8e) away.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BAND } from '@sluis/kernels';
import { dependent, simulationRandom } from './fixtures/narrow-band.ts';
import { EXPANSION } from './lengths.ts';
import { bitsPerColumn, failureBits } from './store-failures.ts';
import { LARGEST_SET } from './terms.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);

function observed(rows: number, band: number, trials: number): number {
  const random = simulationRandom(seed);
  let failures = 0;
  for (let i = 0; i < trials; i++) failures += Number(dependent(rows, Math.ceil(EXPANSION * rows + band), band, random));
  return failures;
}

/** Failures that the law expects, for `bits` more or less of it. */
const expected = (rows: number, band: number, trials: number, bits = 0) =>
  trials * -Math.expm1(-(2 ** -(failureBits(rows, EXPANSION, band) + bits)));

const within = (found: number, e: number) => found >= e / 1.5 - 4 * Math.sqrt(e) && found <= 1.5 * e + 4 * Math.sqrt(e);

test(`narrow bands fail as often as the law says (seed ${seed}), and not as one that is off by two bits says`, () => {
  for (const [rows, band, trials] of [
    [1 << 10, 24, 4000],
    [1 << 12, 28, 4000],
    [1 << 12, 32, 15_000],
  ] as const) {
    const found = observed(rows, band, trials);
    const e = expected(rows, band, trials);
    assert.ok(within(found, e), `${found} failures of ${rows} rows with a band of ${band}, ${e.toFixed(0)} expected`);
    for (const bits of [-2, 2]) assert.ok(!within(found, expected(rows, band, trials, bits)), `the test tells laws apart: ${bits}`);
  }
});

test('the largest store in use fails with a probability below 2^-40', () => {
  assert.ok(Math.abs(bitsPerColumn(1 / 1.1) - 0.27) < 0.01);
  assert.ok(failureBits(LARGEST_SET.vole, EXPANSION, BAND) >= 40);
});
