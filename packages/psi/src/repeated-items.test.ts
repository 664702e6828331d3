import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from '@sluis/base';
import { packItems } from './packed-items.ts';
import { repeatedItems } from './repeated-items.ts';

const repeated = async (items: readonly string[]) => [...(await repeatedItems(packItems(items), systemRandom))];

test('repeated items are reported by every position but their first', async () => {
  assert.deepEqual(await repeated([]), []);
  assert.deepEqual(await repeated(['a', 'b', 'c']), []);
  assert.deepEqual(await repeated(['a', 'b', 'a', 'c', 'b', 'a', '']), [2, 4, 5]);
  const many = Array.from({ length: 30_000 }, (_, i) => `${i % 20_000}`);
  assert.deepEqual(
    await repeated(many),
    Array.from({ length: 10_000 }, (_, i) => 20_000 + i),
  );
});
