import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PROGRAM = fileURLToPath(new URL('../../../examples/survey/ages.ts', import.meta.url));

test('the program in the README is the one in the examples, and says what it promises', async () => {
  const program = readFileSync(PROGRAM, 'utf8');
  assert.ok(readFileSync(fileURLToPath(new URL('../README.md', import.meta.url)), 'utf8').includes(`\`\`\`ts\n${program}\`\`\``));
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM]);
  assert.equal(stdout, '0 0 0 1 0 0 0 1 0 0\n');
});
