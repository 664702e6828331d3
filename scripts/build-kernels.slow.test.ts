import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { compileKernels, kernelModules, kernelsModule, targetOf } from './build-kernels.ts';

/** The names of a module's sections that matter here: whether it brings data of its own. */
function hasData(code: Uint8Array): boolean {
  let at = 8;
  while (at < code.length) {
    const id = code[at++];
    let size = 0;
    for (let shift = 0, more = true; more; shift += 7) {
      const byte = code[at++] as number;
      size |= (byte & 0x7f) << shift;
      more = byte > 0x7f;
    }
    if (id === 11) return true;
    at += size;
  }
  return false;
}

for (const module of kernelModules) {
  test(`${module.folder}: the module in the repository is what its sources compile to`, async () => {
    const code = await compileKernels(module);
    assert.equal(kernelsModule(module, code), readFileSync(targetOf(module), 'utf8'), 'run node scripts/build-kernels.ts');
    if (module.options.includes('--importMemory')) assert.ok(!hasData(code), 'data of a module in an arena would be overwritten');
  });
}
