/** Exchanges are answered as in the clear: a few kinds of question, by the seed; the long form plays all of them. */
import { test } from 'node:test';
import { KINDS, tryKind, tryMixes } from './fixtures/trials.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
console.log(`seed ${seed}`);

// Base transfers take most of an exchange, so few are played here; the long form plays every kind.
const from = 5 * (seed % (KINDS.length / 5));
for (const kind of KINDS.slice(from, from + 5))
  test(`"${kind.question}" of ${kind.width} bits is answered as in the clear, to ${kind.learns}`, () => tryKind(kind, seed, 1));

test('circuits over several numbers: products, sums and choices', () => tryMixes(seed, 2));
