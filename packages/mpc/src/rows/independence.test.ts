/** What a compute party receives during the cheapest operations on rows; all of them, and ties: independence.slow.test.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SecretColumn } from '@sluis/technique';
import { deal, simulateCommittee } from '../simulation/index.ts';
import { ONE, OTHER, ROWS, testIndependence } from './fixtures/independence-tests.ts';
import { rowsOf } from './fixtures/operations.ts';

type Dealt = readonly [SecretColumn, SecretColumn, SecretColumn];

for (const model of ['semi-honest', 'malicious'] as const)
  for (const name of ['shuffle', 'sort', 'partition']) testIndependence(model, name);

test('messages have the same steps and sizes whatever the data is, but for comparisons within gaps', async () => {
  const shapes = await Promise.all(
    [ONE, OTHER].map(async (keys) => {
      const key: Dealt = deal(keys, 1);
      const { transcript } = await simulateCommittee((c) => c.partition(rowsOf(c, [key[c.me]]), c.constantBits(ROWS, 1)), {
        keepTranscript: true,
      });
      return transcript.map((m) => `${m.from}>${m.to} ${m.step} ${m.payload.length}`).sort();
    }),
  );
  assert.deepEqual(shapes[0], shapes[1]);
});
