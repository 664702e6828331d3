import { test } from 'node:test';
import { KINDS, tryKind, tryMixes } from './fixtures/trials.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);

test(`seed ${seed}: every kind of question is answered as in the clear, to whoever may learn`, { timeout: 3_600_000 }, () => {
  for (const kind of KINDS) tryKind(kind, seed, 4);
});

test(`seed ${seed}: circuits over several numbers`, { timeout: 3_600_000 }, () => tryMixes(seed, 100));
