/** Random lies in all messages of all primitives; a few in every quick run: lies.test.ts; ten thousand: lies.long.test.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { replicatedComputation } from '../techniques.ts';
import { runWithLiar } from './fixtures/liar.ts';
import { PROGRAMS } from './fixtures/programs.ts';
import { generator, lieTrial, type Sum } from './fixtures/trials.ts';
import { LIE_KINDS } from './lies.ts';
import { maliciousComputation } from './technique.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
console.log(`seed ${seed}`);

test('honest parties agree on every program, in both threat models', async () => {
  for (const [name, program] of Object.entries(PROGRAMS)) {
    const [plain, checked] = [
      await runWithLiar(replicatedComputation, program, 0, null),
      await runWithLiar(maliciousComputation, program, 0, null),
    ];
    assert.deepEqual([...plain.errors, ...checked.errors], [], name);
    assert.deepEqual(checked.opened[0], plain.opened[0], name);
  }
});

test('a lie in any message of any primitive is caught before anything that depends on it is opened', { timeout: 3_000_000 }, async () => {
  const random = generator(seed);
  const sum: Sum = { trials: 0, lies: 0, byKind: new Map() };
  // A few hundred trials, fewer on a busy machine; and lies of every kind.
  const until = Date.now() + 8_000;
  const untold = () => LIE_KINDS.filter((kind) => !sum.byKind.has(kind));
  const names = Object.keys(PROGRAMS);
  while (sum.lies < 150 || (untold().length > 0 && sum.trials < 5_000) || (Date.now() < until && sum.trials < 400))
    await lieTrial(names[sum.trials % names.length] as string, random, sum);
  assert.deepEqual(untold(), [], 'lies of every kind were told');
});
