/** Ten thousand random pairs of sets of every kind: exact answers. */
import { test } from 'node:test';
import { checkPairs } from './fixtures/check-pairs.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
console.log(`seed ${seed}`);

test('5,000 random pairs over VOLE, semi-honest', () => checkPairs('vole', 'semi-honest', seed, seed + 5_000, 300));
test('3,500 random pairs over VOLE, malicious', () => checkPairs('vole', 'malicious', seed, seed + 3_500, 300));
test('1,000 random pairs over Diffie-Hellman, semi-honest', () => checkPairs('ddh', 'semi-honest', seed, seed + 1_000, 12));
test('500 random pairs over Diffie-Hellman, malicious', () => checkPairs('ddh', 'malicious', seed, seed + 500, 12));
