import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { utf8 } from '@sluis/base';
import { loadRistretto } from '@sluis/crypto';
import { pseudonymise } from '../../../examples/pseudonyms/pseudonymise.ts';
import { evaluate, generate } from './fixtures/ceremony.ts';

test('the program in the README is the one in the examples, and gives pseudonyms', async () => {
  const read = (path: string) => readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8');
  assert.ok(read('../README.md').includes(`\`\`\`ts\n${read('../../../examples/pseudonyms/pseudonymise.ts')}\`\`\``));
  const group = await loadRistretto();
  const shares = generate(group, 3, 2);
  const records = ['jan', 'piet'];
  assert.deepEqual(await pseudonymise(records, shares), evaluate(group, shares, records.map(utf8)));
});
