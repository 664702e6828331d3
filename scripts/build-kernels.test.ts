import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { compileKernels, kernelsModule } from './build-kernels.ts';
import { root } from './workspaces.ts';

test('the kernels in the repository are what their sources compile to', async () => {
  const kept = readFileSync(join(root, 'packages', 'kernels', 'src', 'wasm-code.ts'), 'utf8');
  assert.equal(kernelsModule(await compileKernels()), kept, 'run node scripts/build-kernels.ts');
});
