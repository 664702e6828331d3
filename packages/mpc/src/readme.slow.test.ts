import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PROGRAM = fileURLToPath(new URL('../../../examples/three-parties/salaries.ts', import.meta.url));

test('the program in the README is the one in the examples, and three processes run it over TLS', async () => {
  const [readme, program] = await Promise.all([
    readFile(fileURLToPath(new URL('../README.md', import.meta.url)), 'utf8'),
    readFile(PROGRAM, 'utf8'),
  ]);
  assert.ok(readme.includes(`\`\`\`ts\n${program}\`\`\``));
  const folder = await mkdtemp(join(tmpdir(), 'three-parties-'));
  try {
    const run = promisify(execFile);
    const salaries = ['3000', '4100', '-1'];
    const outputs = await Promise.all(salaries.map((salary, party) => run(process.execPath, [PROGRAM, String(party), salary, folder])));
    for (const { stdout } of outputs) assert.equal(stdout, 'average 2366, highest 4100\n');
  } finally {
    await rm(folder, { recursive: true });
  }
});
