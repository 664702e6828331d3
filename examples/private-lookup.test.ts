/** The example runs, and answers. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

test('private lookup in one program', () => {
  const out = execFileSync(process.execPath, [fileURLToPath(new URL('./private-lookup.ts', import.meta.url))], { encoding: 'utf8' });
  assert.equal(out, 'NL91ABNA0417164300 true closed\nNL02RABO0123456789 false null\n');
});
