import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makePrivateFolder, requireWritable, writePrivate } from './files.ts';

test('what could not be written is said before the work', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluis-files-'));
  try {
    writeFileSync(join(folder, 'file'), '');
    for (const name of ['file', 'new', 'deep/er/new']) requireWritable(join(folder, name));
    for (const name of ['', 'file/new', 'file/deep/new'])
      assert.throws(() => requireWritable(join(folder, name)), { code: 'usage/cannot-write' });
    assert.throws(() => makePrivateFolder(join(folder, 'file', 'new')), { code: 'usage/cannot-write' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a private file is private, also where a readable one stood before', { skip: process.platform === 'win32' }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluis-files-'));
  try {
    const paths = [join(folder, 'fresh', 'a'), join(folder, 'b')];
    writeFileSync(paths[1] ?? '', 'something longer than the secret', { mode: 0o644 });
    for (const path of paths) {
      writePrivate(path, 'secret');
      assert.equal(readFileSync(path, 'utf8'), 'secret');
      assert.equal(statSync(path).mode & 0o777, 0o600);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
