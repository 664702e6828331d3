import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RefusedError } from '@sluis/base';
import { type MechanismTechnique, Registry } from './index.ts';

const technique = { id: 'exact', version: 2, stage: 'mechanism' } as unknown as MechanismTechnique;
const registry = new Registry([technique]);

test('finds a technique by stage, id and version', () => {
  assert.equal(registry.get('mechanism', { id: 'exact', version: 2 }), technique);
  assert.deepEqual(registry.all(), [technique]);
});

test('refuses another stage, id or version', () => {
  const refused = (run: () => unknown) => assert.throws(run, (e) => e instanceof RefusedError && e.code === 'plan/unknown-technique');
  refused(() => registry.get('sharing', { id: 'exact', version: 2 }));
  refused(() => registry.get('mechanism', { id: 'exact', version: 1 }));
  refused(() => registry.get('mechanism', { id: 'other', version: 2 }));
});
