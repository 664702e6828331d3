/**
 * Goodness of fit of every sampler, in tables and one by one, and of tables cut so short that blocks, squeezes and tails all
 * matter: χ², α = 1e-9 each, n = 60,000 (20,000 one by one). Each test also rejects noise of 0.7 and 1.3 times the scale, a
 * sampler whose upper tail (from 1.5 scales on) is flipped to the lower one, and one that never leaves the table for its
 * tail: their non-centrality is above 400 where thresholds are below 250, so that the power is above 1 − 1e-9.
 */
import { CASES, testFit } from './fixtures/fitting-samplers.ts';

for (const each of CASES) for (const scale of each.scales) testFit(each, scale);
