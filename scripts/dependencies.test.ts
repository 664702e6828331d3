import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root, workspaces } from './workspaces.ts';

const ALLOWED = new Set(['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'Apache-2.0', 'MIT OR Apache-2.0']);
const FIELDS = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'] as const;

type Package = { readonly version?: string; readonly license?: string; readonly link?: boolean };
const json = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8')) as Record<string, unknown>;
const installed = json('package-lock.json')['packages'] as Record<string, Package>;

/** Declared dependencies from outside this repository, with every version that is asked for. */
function declared(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const folder of ['', ...workspaces().map((w) => `${w.folder}/`)]) {
    const manifest = json(`${folder}package.json`);
    for (const [name, version] of FIELDS.flatMap((f) => Object.entries((manifest[f] ?? {}) as Record<string, string>))) {
      if (!name.startsWith('@sluis/')) found.set(name, (found.get(name) ?? new Set()).add(version));
    }
  }
  return found;
}

/** The lines of docs/dependencies.md: `name` version, licence — why. */
function listed(text: string): Map<string, { readonly version: string; readonly licence: string }> {
  const lines = text.matchAll(/^- `([^`]+)` (\S+), ([^—\n]+) — \S.+$/gm);
  return new Map([...lines].map(([, name = '', version = '', licence = '']) => [name, { version, licence: licence.trim() }]));
}

test('every dependency has one exact version and a line with version, licence and reason, and no line is left over', () => {
  const lines = listed(readFileSync(join(root, 'docs', 'dependencies.md'), 'utf8'));
  const wanted = declared();
  for (const [name, versions] of wanted) {
    assert.deepEqual([...versions], [lines.get(name)?.version ?? `no line for ${name}`], name);
    assert.match([...versions].join(), /^\d+\.\d+\.\d+(-[\w.]+)?$/, `${name} has no exact version`);
    assert.equal(lines.get(name)?.licence, installed[`node_modules/${name}`]?.license, `licence of ${name}`);
  }
  assert.deepEqual(
    [...lines.keys()].filter((name) => !wanted.has(name)),
    [],
  );
});

test('everything that is installed has a permissive licence', () => {
  const others = Object.entries(installed).filter(([path, p]) => path.includes('node_modules/') && p.link !== true);
  assert.ok(others.length > 20, 'the lock file lists what is installed');
  const refused = others.filter(([, p]) => !ALLOWED.has(p.license ?? 'none')).map(([path, p]) => `${path}: ${p.license ?? 'none'}`);
  assert.deepEqual(refused, []);
});
