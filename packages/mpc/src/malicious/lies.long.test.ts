import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROGRAMS } from './fixtures/programs.ts';
import { generator, lieTrial, type Sum } from './fixtures/trials.ts';
import { LIE_KINDS } from './lies.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
const TRIALS = 10_500;

test(`seed ${seed}: at least ten thousand lies over all primitives are all caught`, { timeout: 3_600_000 }, async (t) => {
  const random = generator(seed);
  const sum: Sum = { trials: 0, lies: 0, byKind: new Map() };
  const names = Object.keys(PROGRAMS);
  while (sum.lies < TRIALS) await lieTrial(names[sum.trials % names.length] as string, random, sum);
  const kinds = LIE_KINDS.map((kind) => `${sum.byKind.get(kind) ?? 0} ${kind}`).join(', ');
  t.diagnostic(`${sum.lies} lies in ${sum.trials} runs of ${names.length} programs: ${kinds}`);
  assert.ok(sum.lies >= 10_000);
  for (const kind of LIE_KINDS) assert.ok((sum.byKind.get(kind) ?? 0) > 1000, kind);
});
