/** A few lies, and what follows from them; in all messages of all primitives: lies.slow.test.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PeerError } from '@sluis/base';
import { replicatedComputation } from '../techniques.ts';
import { runWithLiar } from './fixtures/liar.ts';
import { type Opened, PROGRAMS } from './fixtures/programs.ts';
import type { Lie } from './lies.ts';
import { maliciousComputation } from './technique.ts';
import { generator, lieTrial, type Sum } from './fixtures/trials.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
console.log(`seed ${seed}`);

test('lies in messages of a few primitives are caught before anything that depends on them is opened', async () => {
  const random = generator(seed);
  const sum: Sum = { trials: 0, lies: 0, byKind: new Map() };
  const names = ['multiply', 'less', 'inject', 'shuffle'];
  while (sum.lies < 24) await lieTrial(names[sum.trials % names.length] as string, random, sum);
});

test('the semi-honest model does not notice a lie in a product: it opens a wrong value', async () => {
  let wrong = 0;
  for (const liar of [0, 1, 2] as const) {
    const truth = (await runWithLiar(replicatedComputation, PROGRAMS['multiply'] as never, liar, null)).opened[0] as Opened;
    const random = generator(seed + liar);
    // Message 0 is the key, message 1 the first product.
    const lie: Lie = { kind: 'add', message: 1, own: true, random };
    const { told, opened, errors } = await runWithLiar(replicatedComputation, PROGRAMS['multiply'] as never, liar, lie);
    assert.ok(told.changed && told.step?.includes('product'));
    assert.deepEqual(errors, []);
    assert.deepEqual(opened[0], opened[1]);
    if (JSON.stringify(opened[0], text) !== JSON.stringify(truth, text)) wrong += 1;
  }
  assert.equal(wrong, 3);
});
const text = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);

test('parties end with an error that names a step, and no value', async () => {
  const lie: Lie = { kind: 'add', message: 1, own: true, random: generator(seed) };
  const { errors } = await runWithLiar(maliciousComputation, PROGRAMS['multiply'] as never, 1, lie);
  assert.equal(errors.length, 2);
  for (const error of errors) {
    assert.ok(error instanceof PeerError);
    assert.match(error.message, /step "/);
    assert.match(error.code, /^mpc\/(verification-failed|inconsistent-opening|coin-mismatch)$|^wire\/peer-gone$/);
  }
});
