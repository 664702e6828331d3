/**
 * What remains of the noise when any one compute party subtracts its own share has the full claimed distribution; noise from
 * secret bits has it as it is. χ², α = 1e-9 each, n = 30,000 cells. Each also rejects noise of 0.7 times the scale, and what
 * remains where one share was left out besides: their non-centrality is above 1,500 where thresholds are below 250, so
 * that the power is above 1 − 1e-9.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gaussianProbability, goodnessOfFit, laplaceProbability, type Probability, testSeed } from '@sluis/math/fixtures';
import type { NoiseGeneration, NoiseKind } from '@sluis/model';
import { NONE, noisyPlan, on } from './fixtures/noisy-plan.ts';
import { viewOfCounts, type View } from './fixtures/remaining.ts';

test(`seed ${testSeed}`, () => assert.ok(testSeed >= 0));

const CELLS = 30_000;
let seed = testSeed;

interface Case {
  readonly mechanism: NoiseKind;
  readonly generation: NoiseGeneration;
  readonly parameter: number;
}

const CASES: readonly Case[] = [
  { mechanism: 'discrete-laplace', generation: 'shares', parameter: 1 },
  { mechanism: 'discrete-laplace', generation: 'shares', parameter: 20 },
  { mechanism: 'discrete-gaussian', generation: 'shares', parameter: 6 },
  { mechanism: 'discrete-gaussian', generation: 'shares', parameter: 500 },
  { mechanism: 'discrete-laplace', generation: 'bits', parameter: 5 },
  { mechanism: 'discrete-gaussian', generation: 'bits', parameter: 30 },
  { mechanism: 'discrete-gaussian', generation: 'bits', parameter: 900 },
];

const truthOf = ({ mechanism, parameter }: Case): Probability =>
  mechanism === 'discrete-laplace' ? laplaceProbability(parameter) : gaussianProbability(parameter);

/** Noise of a plan with so much of it, as seen, against the case's distribution. */
async function fit(c: Case, factor: number, view: Omit<View, 'seed'>) {
  const scaled = c.mechanism === 'discrete-laplace' ? factor : factor * factor;
  const count = on(`${Math.round(1000 * c.parameter * scaled)}/1000`);
  const plan = noisyPlan({ ...c, cells: CELLS, count, sum: NONE, maximumRows: 10 ** 6 });
  const deviation = c.mechanism === 'discrete-laplace' ? c.parameter * Math.SQRT2 : Math.sqrt(c.parameter);
  const noise = (await viewOfCounts(plan, [100n, 0n, 200n], { ...view, seed: seed++ })).map((x) => x - 300n);
  return goodnessOfFit(noise, truthOf(c), Math.ceil(12 * deviation) + 5);
}

for (const c of CASES)
  test(`${c.mechanism} by ${c.generation}, parameter ${c.parameter}: enough noise remains without any one party's share`, async () => {
    const views: Omit<View, 'seed'>[] =
      c.generation === 'bits' ? [{ colluding: null }] : [0, 1, 2].map((p) => ({ colluding: p as 0 | 1 | 2 }));
    for (const view of views) {
      const { statistic, threshold } = await fit(c, 1, view);
      assert.ok(threshold < 250 && statistic < threshold, `${statistic} above ${threshold}`);
    }
    const small = await fit(c, 0.7, views[0] ?? assert.fail());
    assert.ok(small.statistic > small.threshold, `noise of 0.7 times the scale passes: ${small.statistic}`);
    if (c.generation === 'bits') return;
    const missing = await fit(c, 1, { colluding: 0, silent: 1 });
    assert.ok(missing.statistic > missing.threshold, `one share alone passes: ${missing.statistic}`);
    const all = await fit(c, 1, { colluding: null });
    assert.ok(all.statistic > all.threshold, 'with nobody colluding there is more noise than that');
    const left = await fit(c, 1, { colluding: null, silent: 2 });
    assert.ok(left.statistic < left.threshold, 'with one share left out there is just enough');
  });
