import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFloors, importsOf, problemsOf } from './check-floors.ts';
import type { Workspace } from './workspaces.ts';

const low: Workspace = { name: '@sluis/low', folder: 'packages/low', floor: 1, description: '', dependencies: ['@sluis/high'] };
const high: Workspace = { name: '@sluis/high', folder: 'packages/high', floor: 2, description: '', dependencies: ['@sluis/low'] };
const all = new Map([low, high].map((w) => [w.name, w]));

test('imports are found in every form', () => {
  const text = "import a from 'x';\nimport type { B,\n C } from 'y';\nexport * from './z.ts';\nconst d = await import('w');";
  assert.deepEqual(importsOf(text), ['x', 'y', './z.ts', 'w']);
});

test('an import from a higher floor, an undeclared one and foreign cryptography are problems', () => {
  assert.equal(problemsOf(low, all, 'f.ts', "import { x } from '@sluis/high';").length, 1);
  assert.equal(problemsOf(high, all, 'f.ts', "import { x } from '@sluis/low';").length, 0);
  assert.equal(problemsOf(high, all, 'f.ts', "import x from 'left-pad';").length, 1);
  assert.equal(problemsOf(high, all, 'f.ts', "import { createHash } from 'node:crypto';").length, 1);
});

test('this repository keeps its floors', () => {
  assert.deepEqual(checkFloors(), []);
});
