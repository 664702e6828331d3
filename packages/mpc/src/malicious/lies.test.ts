import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PeerError } from '@sluis/base';
import { replicatedComputation } from '../techniques.ts';
import { runWithLiar } from './fixtures/liar.ts';
import { type Opened, PROGRAMS } from './fixtures/programs.ts';
import { LIE_KINDS, type Lie } from './lies.ts';
import { maliciousComputation } from './technique.ts';
import { generator, lieTrial, type Sum } from './fixtures/trials.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
test(`seed ${seed}`, () => assert.ok(seed >= 0));

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

test('a lie in any message of any primitive is caught before anything that depends on it is opened', { timeout: 120_000 }, async () => {
  const random = generator(seed);
  const sum: Sum = { trials: 0, lies: 0, byKind: new Map() };
  // A few hundred trials, fewer on a busy machine.
  const until = Date.now() + 8_000;
  const names = Object.keys(PROGRAMS);
  while (sum.lies < 150 || (Date.now() < until && sum.trials < 400))
    await lieTrial(names[sum.trials % names.length] as string, random, sum);
  for (const kind of LIE_KINDS) assert.ok((sum.byKind.get(kind) ?? 0) > 0, `no lie of kind ${kind} was told`);
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
