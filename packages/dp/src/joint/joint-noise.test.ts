/** Exact totals and noise of the right size, whatever the threat model; what is shown, and quantiles in noisy bins. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maliciousComputation } from '@sluis/mpc';
import type { NoiseGeneration, NoiseKind } from '@sluis/model';
import { constant, noised, noisyPlan, on } from './fixtures/noisy-plan.ts';
import { noiseOnSecrets } from './index.ts';

const ways = (['discrete-laplace', 'discrete-gaussian'] as const).flatMap((mechanism) =>
  (['shares', 'bits'] as const).flatMap((generation) =>
    (['semi-honest', 'malicious'] as const).map((threat) => ({ mechanism, generation, threat })),
  ),
);

/** A variance whose deviation is about the scale times √2. */
const sized = (mechanism: NoiseKind, scale: number) => String(mechanism === 'discrete-laplace' ? scale : 2 * scale * scale);

for (const { mechanism, generation, threat } of ways)
  test(`totals get noise of the plan's size: ${mechanism} by ${generation}, ${threat}`, async () => {
    const size = { count: on(sized(mechanism, 3)), sum: on(sized(mechanism, 40), '30') };
    const plan = noisyPlan({ mechanism, generation, threat, cells: 300, words: 2, ...size });
    noiseOnSecrets.checkPlan(plan);
    const given = constant(plan, (kind) => (kind === 'accumulator' ? -1000n : 50n));
    const { counts, accumulators, passes } = await noised(
      plan,
      given,
      threat === 'malicious' ? { convene: maliciousComputation.convene } : {},
    );
    const off = (values: readonly bigint[], truth: bigint, scale: number) => {
      const errors = values.map((v) => Number(v - truth));
      assert.ok(
        errors.every((e) => Math.abs(e) < 60 * scale),
        'no noise is beyond all bounds',
      );
      const variance = errors.reduce((sum, e) => sum + e * e, 0) / errors.length / (2 * scale * scale);
      // Three shares of half the variance, or one whole: 300 samples, kurtosis at most 6, more than 8 deviations.
      const expected = generation === 'shares' ? 1.5 : 1;
      assert.ok(variance > 0.35 * expected && variance < 2.2 * expected, `${variance} of ${expected}`);
    };
    off(counts[0] ?? [], 150n, 3);
    off(accumulators[0] ?? [], -3000n, 40);
    assert.ok(
      passes.every((p) => p.every((bit) => bit === 1)),
      'with public keys everything is shown',
    );
  });

test('with a threshold, groups are shown where the noisy count reaches it, and groups of nobody never', async () => {
  const plan = noisyPlan({ cells: 96, threshold: 60, count: on('2') });
  const given = plan.providers.map(() => {
    const counts = Array.from({ length: 96 }, (_, i) => (i < 32 ? 0n : i < 64 ? 5n : 40n));
    return [counts, counts, counts];
  });
  const { counts, passes } = await noised(plan, given);
  const shown = [...(passes[0] ?? [])];
  assert.deepEqual(
    shown,
    (counts[0] ?? []).map((c, i) => Number(i >= 32 && c >= 60n)),
  );
  assert.ok(shown.slice(64).every((bit) => bit === 1) && shown.slice(0, 64).every((bit) => bit === 0));
  const low = noisyPlan({ cells: 96, threshold: 0, count: on('20') });
  const all = [...((await noised(low, given)).passes[0] ?? [])];
  assert.ok(
    all.slice(0, 32).every((bit) => bit === 0),
    'a group of nobody is not there to be selected',
  );
});

/** The search on noisy bins in plain numbers. */
function plainQuantile(bins: readonly number[], at: number, continuous: boolean): number {
  const n = bins.reduce((a, b) => a + b, 0);
  let [upTo, found] = [0, 0];
  for (const bin of bins.slice(0, -1)) {
    upTo += bin;
    if (!continuous) found += Number(10_000 * upTo < at * n);
    else found += Math.min(10_000, Math.max(0, at * (n - 1) - 10_000 * (upTo - 1)));
  }
  return found;
}

for (const generation of ['shares', 'bits'] as NoiseGeneration[])
  for (const continuous of [false, true])
    test(`a quantile is found in noisy bins: ${continuous ? 'continuous' : 'discrete'}, ${generation}`, async () => {
      // 0.4 of all is 840: 330 rows above all bins up to the fourth, which noise of scale 1 does not reach.
      const truth = [0, 40, 100, 30, 500, 20, 10, 0];
      const bins = { size: 8, on: on('1'), at: 4000, continuous };
      const plan = noisyPlan({ cells: 64, bins, generation });
      noiseOnSecrets.checkPlan(plan);
      const { accumulators } = await noised(
        plan,
        constant(plan, (kind, bin) => (kind === 'bin' ? BigInt(truth[bin] ?? 0) : 700n)),
      );
      const exact = plainQuantile(
        truth.map((b) => 3 * b),
        4000,
        continuous,
      );
      for (const found of accumulators[1] ?? []) {
        assert.ok(found >= 0n && found <= 7n * (continuous ? 10_000n : 1n), 'always a value of the histogram');
        if (!continuous) assert.equal(Number(found), exact);
        else assert.ok(Math.abs(Number(found) - exact) <= 10_000, `${found} near ${exact}`);
      }
      const drowned = noisyPlan({ cells: 64, bins: { ...bins, on: on('1000') }, generation });
      const noise = await noised(
        drowned,
        constant(drowned, () => 1n),
      );
      const found = noise.accumulators[1] ?? [];
      assert.ok(found.every((v) => v >= 0n && v <= 7n * (continuous ? 10_000n : 1n)));
      assert.ok(new Set(found).size > 1, 'noise moves the quantile');
    });
