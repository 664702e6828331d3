/** Exact answers over random pairs of sets, with correlations from a dealer; ten thousand of them in intersect.long.test.ts. */
import { test } from 'node:test';
import { checkPairs } from './fixtures/check-pairs.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
console.log(`seed ${seed}`);

test('150 random pairs over VOLE, semi-honest', () => checkPairs('vole', 'semi-honest', seed, seed + 150, 60));
test('100 random pairs over VOLE, malicious', () => checkPairs('vole', 'malicious', seed, seed + 100, 60));
test('50 random pairs over Diffie-Hellman', () => checkPairs('ddh', 'semi-honest', seed, seed + 50, 8));
