/**
 * Goodness of fit of one table of each sampler, n = 60,000, χ², α = 1e-9 each, with the controls and the power that
 * samplers.stat.slow.test.ts describes: all samplers at all scales.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goodnessOfFit, laplaceProbability } from '../fixtures/index.ts';
import { CASES, N, share, testFit } from './fixtures/fitting-samplers.ts';

const QUICK: Readonly<Record<string, string>> = { 'discrete Laplace': '10', 'discrete Gaussian': '100', geometric: '20/3' };

for (const each of CASES) if (QUICK[each.name] !== undefined) testFit(each, QUICK[each.name] as string);

test('two of three shares are not enough noise', () => {
  const two = [share('10', N), share('10', N)] as const;
  const wrong = two[0].map((x, i) => x + (two[1][i] as bigint));
  const { statistic, threshold } = goodnessOfFit(wrong, laplaceProbability(10), 100);
  assert.ok(statistic > threshold);
});
